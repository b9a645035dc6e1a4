package io.momentgan.app;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.momentgan.config.UserException;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.NetworkState;
import io.momentgan.network.Snapshot;
import io.momentgan.output.CheckpointInfo;
import io.momentgan.output.Checkpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** A training's state as the files of a checkpoint. */
final class CheckpointFiles {
  static final String GENERATOR = "generator.zip";
  static final String DISCRIMINATOR = "discriminator.zip";
  static final String STATE = "state.json";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .visibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
          .build();

  private final Checkpoints checkpoints;

  CheckpointFiles(Checkpoints checkpoints) {
    this.checkpoints = checkpoints;
  }

  /**
   * Where a training stands.
   *
   * @param snapshot the networks
   * @param progress everything else
   */
  record Saved(Snapshot snapshot, RunProgress progress) {}

  /**
   * Writes a checkpoint.
   *
   * @param info what it is
   * @param networks with the snapshot's states loaded
   * @param progress everything beside the networks
   */
  void write(CheckpointInfo info, GanNetworks networks, RunProgress progress) {
    try {
      checkpoints.write(
          info,
          Map.of(
              GENERATOR, networks.generator().toZip(),
              DISCRIMINATOR, networks.discriminator().toZip(),
              STATE, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(progress)));
    } catch (IOException e) {
      throw new UncheckedIOException("The progress cannot be written as JSON", e);
    }
  }

  /** The newest checkpoint that verifies. */
  CheckpointInfo newest() {
    return checkpoints
        .newest()
        .orElseThrow(
            () ->
                new UserException("No checkpoint of the run verifies; start a new run with train"));
  }

  /** The newest checkpoint of an epoch. */
  CheckpointInfo ofEpoch(int epoch) {
    return checkpoints.ofEpoch(epoch);
  }

  /** All checkpoints, oldest first. */
  List<CheckpointInfo> all() {
    return checkpoints.all();
  }

  /** Reads a checkpoint back. */
  Saved read(CheckpointInfo info) {
    try {
      RunProgress progress =
          JSON.readValue(checkpoints.read(info.step(), STATE), RunProgress.class);
      Snapshot snapshot =
          new Snapshot(
              info.step(),
              info.iteration(),
              progress.samplesSeen(),
              generator(info),
              network(info, DISCRIMINATOR));
      return new Saved(snapshot, progress);
    } catch (IOException e) {
      throw damaged(info, STATE, e);
    }
  }

  /**
   * Reads a checkpoint's generator.
   *
   * @param info the checkpoint
   * @param weights whose
   * @throws UserException when the run keeps no such weights
   */
  NetworkState generator(CheckpointInfo info, Weights weights) {
    if (weights == Weights.RAW) {
      return generator(info);
    }
    throw new UserException(
        "Checkpoint of round %d: found no moving average of the weights, expected one for %s; use raw"
            .formatted(info.step(), weights));
  }

  /** Reads a checkpoint's generator. */
  NetworkState generator(CheckpointInfo info) {
    return network(info, GENERATOR);
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
