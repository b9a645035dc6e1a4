package io.momentgan.run;

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
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A checkpoint in memory: each of its files agrees with its manifest, and was read once. */
public final class Checkpoint {
  private static final String GENERATOR = "generator.zip";
  private static final String EMA_GENERATOR = "generator-ema.zip";
  private static final String EMA_DISCRIMINATOR = "discriminator-ema.zip";
  private static final String DISCRIMINATOR = "discriminator.zip";
  private static final String GENERATOR_VELOCITY = "outer-generator.npy";
  private static final String DISCRIMINATOR_VELOCITY = "outer-discriminator.npy";
  private static final String OPPONENT = "opponent.npy";
  private static final String STATE = "state.json";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .visibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
          .build();

  private final CheckpointManifest manifest;
  private final Map<String, byte[]> files;

  Checkpoint(CheckpointManifest manifest, Map<String, byte[]> files) {
    this.manifest = manifest;
    this.files = Map.copyOf(files);
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

  private static String replayImages(int rank) {
    return String.format(Locale.ROOT, "replay-%05d.npy", rank);
  }

  private static String replayClasses(int rank) {
    return String.format(Locale.ROOT, "replay-%05d-classes.npy", rank);
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
            files.containsKey(EMA_GENERATOR) ? network(EMA_GENERATOR).params() : new float[0],
            files.containsKey(EMA_DISCRIMINATOR)
                ? network(EMA_DISCRIMINATOR).params()
                : new float[0],
            array(GENERATOR_VELOCITY),
            array(DISCRIMINATOR_VELOCITY)));
  }

  /** Everything that a training keeps beside its networks. */
  public RunProgress progress() {
    try {
      return JSON.readValue(file(STATE), RunProgress.class);
    } catch (IOException e) {
      throw damaged(STATE, e);
    }
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
        if (!files.containsKey(EMA_GENERATOR)) {
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
    return network(files.containsKey(EMA_DISCRIMINATOR) ? EMA_DISCRIMINATOR : DISCRIMINATOR);
  }

  private NetworkState network(String name) {
    try {
      return NetworkState.ofZip(file(name));
    } catch (IOException e) {
      throw damaged(name, e);
    }
  }

  private float[] array(String name) {
    return files.containsKey(name) ? NpyArray.parse(files.get(name), name).values() : new float[0];
  }

  private List<ReplayBuffer> replay() {
    List<ReplayBuffer> buffers = new ArrayList<>();
    for (int rank = 0; files.containsKey(replayImages(rank)); rank++) {
      String images = replayImages(rank);
      String classes = replayClasses(rank);
      float[] values = NpyArray.parse(file(classes), classes).values();
      int[] ofImages = new int[values.length];
      for (int i = 0; i < values.length; i++) {
        ofImages[i] = (int) values[i];
      }
      buffers.add(new ReplayBuffer(NpyArray.parse(file(images), images).rows(), ofImages));
    }
    return buffers;
  }

  private byte[] file(String name) {
    byte[] bytes = files.get(name);
    if (bytes == null) {
      throw new UserException(
          "The checkpoint of round %d has no %s".formatted(manifest.step(), name));
    }
    return bytes;
  }

  private UserException damaged(String name, IOException e) {
    return new UserException(
        "Checkpoint of round %d: %s cannot be read: %s"
            .formatted(manifest.step(), name, e.getMessage().lines().findFirst().orElse("")),
        e);
  }
}
