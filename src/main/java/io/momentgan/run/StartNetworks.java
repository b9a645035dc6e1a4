package io.momentgan.run;

import com.fasterxml.jackson.databind.node.TextNode;
import io.momentgan.config.AveragingConfig;
import io.momentgan.config.Experiment;
import io.momentgan.config.StartConfig;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.state.AveragingState;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.Snapshot;
import io.momentgan.storage.StorageCheck;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The networks of another run that a training starts from ({@code start.run}): generator,
 * discriminator and, where both runs keep one, the generator's moving average. The optimizers begin
 * anew.
 *
 * @param run the other run
 * @param checkpoint its checkpoint
 */
public record StartNetworks(Run run, Checkpoint checkpoint) {
  /**
   * Opens the checkpoint that the settings name.
   *
   * @param config with the location of a run
   * @param hadoop settings for Hadoop's file systems
   * @throws UserException when there is no such checkpoint, or its networks are others
   */
  public static StartNetworks open(StartConfig config, Map<String, String> hadoop) {
    Run run = Run.open(config.run(), hadoop);
    Checkpoint checkpoint =
        config.checkpoint() == 0
            ? run.checkpoints().requireNewest()
            : run.checkpoints().ofStep(config.checkpoint());
    StartNetworks start = new StartNetworks(run, checkpoint);
    String found = checkpoint.manifest().networksSha256();
    if (!config.sha256().isEmpty() && !config.sha256().equals(found)) {
      throw new UserException(
          "Setting start.sha256: found %s in the checkpoint of round %d of %s, expected %s; give the run that the training began from, or empty start.sha256"
              .formatted(found, checkpoint.manifest().step(), run.folder(), config.sha256()));
    }
    return start;
  }

  /**
   * Checks the networks that a training starts from, before anything is written.
   *
   * @param option that named their run, for messages
   * @param experiment the settings of the new training
   * @param shape shape of its images
   * @param hadoop settings for Hadoop's file systems
   * @return the settings; if {@code start} is on, {@link #recordedIn with the full name}
   * @throws UserException when there is no such checkpoint, or its networks have other shapes
   */
  public static Experiment checked(
      String option, Experiment experiment, ImageShape shape, Map<String, String> hadoop) {
    if (!experiment.start().on()) {
      return experiment;
    }
    StorageCheck.requireReadable(option, experiment.start().run(), hadoop);
    StartNetworks start = open(experiment.start(), hadoop);
    start.snapshot(experiment, shape);
    return start.recordedIn(experiment);
  }

  /**
   * Copies settings with the full name of these networks, so that {@code run.yaml} names them.
   *
   * @param experiment the settings of the new training
   */
  public Experiment recordedIn(Experiment experiment) {
    return experiment.with(
        "start.run=" + TextNode.valueOf(run.folder().uri()),
        "start.checkpoint=" + checkpoint.manifest().step(),
        "start.sha256=" + TextNode.valueOf(checkpoint.manifest().networksSha256()));
  }

  /**
   * The state before the first round.
   *
   * @param experiment the settings of the new training
   * @param shape shape of its images
   * @throws UserException naming the first layer whose parameters have other shapes
   */
  public Snapshot snapshot(Experiment experiment, ImageShape shape) {
    GanNetworks networks = GanNetworks.build(experiment, shape, DataType.FLOAT);
    GanNetworks from =
        GanNetworks.build(run.record().experiment(), run.record().shape(), DataType.FLOAT);
    requireSame("generator", networks.generator(), from.generator());
    requireSame("discriminator", networks.discriminator(), from.discriminator());
    Snapshot fresh = networks.initialSnapshot();
    Snapshot source = checkpoint.snapshot();
    AveragingConfig.Ema kept = experiment.averaging().ema();
    float[] ema = kept.halfLife() > 0 ? source.averaging().ema() : new float[0];
    float[] discriminatorEma =
        kept.discriminatorHalfLife() > 0 ? source.averaging().discriminatorEma() : new float[0];
    return new Snapshot(
        0,
        0,
        0,
        started(source.generator(), fresh.generator()),
        started(source.discriminator(), fresh.discriminator()),
        fresh.opponent(),
        fresh.replay(),
        new AveragingState(ema, discriminatorEma, new float[0], new float[0]));
  }

  private static NetworkState started(NetworkState from, NetworkState fresh) {
    return new NetworkState(from.params(), fresh.updaterState(), 0);
  }

  private void requireSame(String name, Network network, Network from) {
    Optional<String> difference = from.shapeDifference(network);
    if (difference.isPresent()) {
      throw new UserException(
          "Setting start.run: found a %s in %s whose %s; give the settings of that run's networks and images (%s/%s)"
              .formatted(name, run.folder(), difference.get(), run.folder().uri(), RunRecord.FILE));
    }
  }
}
