package io.momentgan.run;

import static io.momentgan.run.CheckpointContents.DISCRIMINATOR;
import static io.momentgan.run.CheckpointContents.DISCRIMINATOR_VELOCITY;
import static io.momentgan.run.CheckpointContents.EMA_DISCRIMINATOR;
import static io.momentgan.run.CheckpointContents.EMA_GENERATOR;
import static io.momentgan.run.CheckpointContents.GENERATOR;
import static io.momentgan.run.CheckpointContents.GENERATOR_VELOCITY;
import static io.momentgan.run.CheckpointContents.OPPONENT;
import static io.momentgan.run.CheckpointContents.STATE;
import static io.momentgan.run.CheckpointContents.replayClasses;
import static io.momentgan.run.CheckpointContents.replayImages;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.momentgan.config.EvaluationConfig.Weights;
import io.momentgan.config.UserException;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.AveragingState;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.network.state.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A checkpoint in memory: each of its files agrees with its manifest, and was read once. */
public final class Checkpoint {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .visibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
          .build();

  private final CheckpointManifest manifest;
  private final Map<String, byte[]> files;
  private final Map<String, NetworkState> networks = new HashMap<>();
  private final Map<String, NpyArray> arrays = new HashMap<>();
  private RunProgress progress = RunProgress.none();

  Checkpoint(CheckpointManifest manifest, Map<String, byte[]> files) {
    this.manifest = manifest;
    this.files = Map.copyOf(files);
  }

  /**
   * Reads a checkpoint of a run, whoever wrote it.
   *
   * @param manifest what it is a checkpoint of
   * @param files the files that it lists
   * @param contents of the run's checkpoints
   * @throws UserException naming a file that is none of such a checkpoint
   */
  static Checkpoint read(
      CheckpointManifest manifest, Map<String, byte[]> files, CheckpointContents contents) {
    Checkpoint checkpoint = new Checkpoint(manifest, Map.of());
    files.forEach((name, bytes) -> checkpoint.take(name, bytes, contents));
    return checkpoint;
  }

  private void take(String name, byte[] bytes, CheckpointContents contents) {
    try {
      switch (name) {
        case GENERATOR, EMA_GENERATOR ->
            networks.put(name, NetworkState.ofZip(bytes, contents.generator()));
        case DISCRIMINATOR, EMA_DISCRIMINATOR ->
            networks.put(name, NetworkState.ofZip(bytes, contents.discriminator()));
        case STATE ->
            progress = JSON.treeToValue(JSON.readTree(bytes).requireNonNull(), RunProgress.class);
        default -> arrays.put(name, array(name, bytes, contents));
      }
    } catch (IOException | IllegalArgumentException e) {
      throw damaged(name, e);
    }
  }

  private static NpyArray array(String name, byte[] bytes, CheckpointContents contents)
      throws IOException {
    NpyArray array = NpyArray.parse(bytes, name);
    boolean fits =
        switch (name) {
          case GENERATOR_VELOCITY, OPPONENT ->
              array.values().length == contents.generator().parameters();
          case DISCRIMINATOR_VELOCITY ->
              array.values().length == contents.discriminator().parameters();
          default ->
              array.shape().length > 0
                  && array.shape()[0] > 0
                  && array.shape()[0] <= contents.replayCapacity()
                  && (array.shape().length == 1
                      || array.values().length == (long) array.shape()[0] * contents.features());
        };
    if (!fits) {
      throw new IOException("found shape %s".formatted(Arrays.toString(array.shape())));
    }
    return array;
  }

  /**
   * A checkpoint of a training's state.
   *
   * @param snapshot the networks' states
   * @param epoch the epoch of the snapshot's last round
   * @param score lower is better; NaN for unknown, which is never best
   * @param progress everything beside the networks
   * @param networks networks of the same settings; this loads states into them
   */
  public static Checkpoint of(
      Snapshot snapshot, int epoch, double score, RunProgress progress, GanNetworks networks) {
    Map<String, byte[]> files = new HashMap<>();
    networks.load(snapshot);
    files.put(GENERATOR, networks.generator().toZip());
    files.put(DISCRIMINATOR, networks.discriminator().toZip());
    snapshot
        .emaGenerator()
        .ifPresent(
            ema -> {
              networks.generator().load(ema);
              files.put(EMA_GENERATOR, networks.generator().toZipForUse());
            });
    snapshot
        .emaDiscriminator()
        .ifPresent(
            ema -> {
              networks.discriminator().load(ema);
              files.put(EMA_DISCRIMINATOR, networks.discriminator().toZipForUse());
            });
    AveragingState averaging = snapshot.averaging();
    putArray(files, GENERATOR_VELOCITY, averaging.generatorVelocity());
    putArray(files, DISCRIMINATOR_VELOCITY, averaging.discriminatorVelocity());
    putArray(files, OPPONENT, snapshot.opponent());
    for (int rank = 0; rank < snapshot.replay().size(); rank++) {
      putBuffer(files, rank, snapshot.replay(rank));
    }
    try {
      files.put(STATE, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(progress));
    } catch (IOException e) {
      throw new UncheckedIOException("The progress cannot be written as JSON", e);
    }
    return new Checkpoint(
        CheckpointManifest.of(snapshot.round(), epoch, snapshot.iteration(), score, files), files);
  }

  private static void putArray(Map<String, byte[]> files, String name, float[] values) {
    if (values.length > 0) {
      files.put(name, new NpyArray(new int[] {values.length}, values).bytes());
    }
  }

  private static void putBuffer(Map<String, byte[]> files, int rank, ReplayBuffer buffer) {
    files.put(
        replayImages(rank), NpyArray.ofRows(buffer.images(), buffer.images()[0].length).bytes());
    float[] classes = new float[buffer.count()];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = buffer.classes()[i];
    }
    putArray(files, replayClasses(rank), classes);
  }

  /** What it is a checkpoint of. */
  public CheckpointManifest manifest() {
    return manifest;
  }

  Map<String, byte[]> files() {
    return files;
  }

  /** The state to go on from. */
  public Snapshot snapshot() {
    return new Snapshot(
        manifest.step(),
        manifest.iteration(),
        progress().samplesSeen(),
        generator(Weights.RAW),
        discriminator(),
        array(OPPONENT),
        replay(),
        new AveragingState(
            networks.containsKey(EMA_GENERATOR) ? network(EMA_GENERATOR).params() : new float[0],
            networks.containsKey(EMA_DISCRIMINATOR)
                ? network(EMA_DISCRIMINATOR).params()
                : new float[0],
            array(GENERATOR_VELOCITY),
            array(DISCRIMINATOR_VELOCITY)));
  }

  /** Everything that a training keeps beside its networks. */
  public RunProgress progress() {
    return progress;
  }

  /**
   * The generator.
   *
   * @param weights as trained, or their moving average
   * @throws UserException when the run keeps no moving average
   */
  public NetworkState generator(Weights weights) {
    return switch (weights) {
      case RAW -> network(GENERATOR);
      case EMA -> {
        if (!networks.containsKey(EMA_GENERATOR)) {
          throw new UserException(
              "The checkpoint of round %d has no %s: the run keeps no moving average (averaging.ema.half-life is 0); use the raw weights"
                  .formatted(manifest.step(), EMA_GENERATOR));
        }
        yield network(EMA_GENERATOR);
      }
      case BOTH ->
          throw new UserException("Weights: found both, expected one generator; give raw or ema");
    };
  }

  /** The discriminator. */
  public NetworkState discriminator() {
    return network(DISCRIMINATOR);
  }

  /** The discriminator as it classifies images: its moving average, if the run keeps one. */
  public NetworkState classifier() {
    return network(networks.containsKey(EMA_DISCRIMINATOR) ? EMA_DISCRIMINATOR : DISCRIMINATOR);
  }

  private NetworkState network(String name) {
    return networks.get(name);
  }

  private float[] array(String name) {
    return arrays.containsKey(name) ? arrays.get(name).values() : new float[0];
  }

  private List<ReplayBuffer> replay() {
    List<ReplayBuffer> buffers = new ArrayList<>();
    for (int rank = 0; arrays.containsKey(replayImages(rank)); rank++) {
      float[] values = arrays.get(replayClasses(rank)).values();
      int[] classes = new int[values.length];
      for (int i = 0; i < values.length; i++) {
        classes[i] = (int) values[i];
      }
      buffers.add(new ReplayBuffer(arrays.get(replayImages(rank)).rows(), classes));
    }
    return buffers;
  }

  private UserException damaged(String name, Exception e) {
    String reason = e.getMessage() == null ? "it ends too early" : e.getMessage();
    return new UserException(
        "Checkpoint of round %d: %s cannot be read: %s"
            .formatted(manifest.step(), name, reason.lines().findFirst().orElse("")),
        e);
  }
}
