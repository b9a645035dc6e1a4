package io.momentgan.run;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.momentgan.config.UserException;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.AveragingState;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A training's state as the files of a checkpoint. */
public final class CheckpointFiles {
  static final String GENERATOR = "generator.zip";
  static final String EMA_GENERATOR = "generator-ema.zip";
  static final String DISCRIMINATOR = "discriminator.zip";
  static final String GENERATOR_VELOCITY = "outer-generator.npy";
  static final String DISCRIMINATOR_VELOCITY = "outer-discriminator.npy";
  static final String OPPONENT = "opponent.npy";
  static final String STATE = "state.json";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .visibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
          .build();

  private final Checkpoints checkpoints;

  public CheckpointFiles(Checkpoints checkpoints) {
    this.checkpoints = checkpoints;
  }

  /**
   * Where a training stands.
   *
   * @param snapshot the networks
   * @param progress everything else
   */
  public record Saved(Snapshot snapshot, RunProgress progress) {}

  /**
   * Writes a checkpoint.
   *
   * @param info what it is
   * @param snapshot the networks' states
   * @param networks networks of the same settings, which this changes
   * @param progress everything beside the networks
   */
  public void write(
      CheckpointInfo info, Snapshot snapshot, GanNetworks networks, RunProgress progress) {
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
    AveragingState averaging = snapshot.averaging();
    if (averaging.generatorVelocity().length > 0) {
      files.put(GENERATOR_VELOCITY, array(averaging.generatorVelocity()));
      files.put(DISCRIMINATOR_VELOCITY, array(averaging.discriminatorVelocity()));
    }
    if (snapshot.opponent().length > 0) {
      files.put(OPPONENT, array(snapshot.opponent()));
    }
    files.put(STATE, json(progress));
    checkpoints.write(info, files);
  }

  private static byte[] array(float[] values) {
    return new NpyArray(new int[] {values.length}, values).bytes();
  }

  private static byte[] json(RunProgress progress) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(progress);
    } catch (IOException e) {
      throw new UncheckedIOException("The progress cannot be written as JSON", e);
    }
  }

  /** The newest checkpoint that verifies. */
  public CheckpointInfo newest() {
    return checkpoints
        .newest()
        .orElseThrow(
            () ->
                new UserException("No checkpoint of the run verifies; start a new run with train"));
  }

  /** The newest checkpoint of an epoch. */
  public CheckpointInfo ofEpoch(int epoch) {
    return checkpoints.ofEpoch(epoch);
  }

  /** All checkpoints, oldest first. */
  public List<CheckpointInfo> all() {
    return checkpoints.all();
  }

  /** Reads a checkpoint back. */
  public Saved read(CheckpointInfo info) {
    try {
      RunProgress progress =
          JSON.readValue(checkpoints.read(info.step(), STATE), RunProgress.class);
      Snapshot snapshot =
          new Snapshot(
              info.step(),
              info.iteration(),
              progress.samplesSeen(),
              generator(info),
              discriminator(info),
              values(info, OPPONENT),
              averaging(info));
      return new Saved(snapshot, progress);
    } catch (IOException e) {
      throw damaged(info, STATE, e);
    }
  }

  /** Reads a checkpoint's generator. */
  NetworkState generator(CheckpointInfo info) {
    return network(info, GENERATOR);
  }

  /** Reads a checkpoint's discriminator. */
  public NetworkState discriminator(CheckpointInfo info) {
    return network(info, DISCRIMINATOR);
  }

  /**
   * Reads the moving average of a checkpoint's generator.
   *
   * @throws UserException when the run keeps none
   */
  NetworkState emaGenerator(CheckpointInfo info) {
    if (!checkpoints.holds(info.step(), EMA_GENERATOR)) {
      throw new UserException(
          "The checkpoint of round %d has no %s: the run keeps no moving average (averaging.ema.half-life is 0); use the raw weights"
              .formatted(info.step(), EMA_GENERATOR));
    }
    return network(info, EMA_GENERATOR);
  }

  private AveragingState averaging(CheckpointInfo info) {
    boolean ema = checkpoints.holds(info.step(), EMA_GENERATOR);
    return new AveragingState(
        ema ? emaGenerator(info).params() : new float[0],
        values(info, GENERATOR_VELOCITY),
        values(info, DISCRIMINATOR_VELOCITY));
  }

  /** Empty where the checkpoint has no such file. */
  private float[] values(CheckpointInfo info, String file) {
    return checkpoints.holds(info.step(), file)
        ? NpyArray.parse(checkpoints.read(info.step(), file), file).values()
        : new float[0];
  }

  private NetworkState network(CheckpointInfo info, String file) {
    try {
      return NetworkState.ofZip(checkpoints.read(info.step(), file));
    } catch (IOException e) {
      throw damaged(info, file, e);
    }
  }

  private static UserException damaged(CheckpointInfo info, String file, IOException e) {
    return new UserException(
        "Checkpoint of round %d: %s cannot be read: %s"
            .formatted(info.step(), file, e.getMessage().lines().findFirst().orElse("")),
        e);
  }
}
