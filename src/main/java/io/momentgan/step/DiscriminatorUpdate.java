package io.momentgan.step;

import io.momentgan.config.Experiment;
import io.momentgan.config.LossConfig;
import io.momentgan.network.HostArrays;
import io.momentgan.network.Network;
import io.momentgan.step.DiscriminatorInput.Images;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The discriminator's side of a step: its own updates, and its judgement of generated images. Real
 * and generated images pass in batches of their own, so that batch normalisation never mixes them.
 */
final class DiscriminatorUpdate {
  private final LossConfig config;
  private final Network network;
  private final GradientSharing sharing;
  private final Labels labels;
  private final DiscriminatorInput input;

  DiscriminatorUpdate(Experiment experiment, Network network, GradientSharing sharing) {
    long seed = experiment.train().seed();
    int rank = sharing.collective().rank();
    this.config = experiment.loss();
    this.network = network;
    this.sharing = sharing;
    this.labels = new Labels(config, seed, rank);
    this.input = new DiscriminatorInput(experiment.discriminatorInput(), seed, rank);
  }

  /**
   * The discriminator's loss.
   *
   * @param value sum of the means over both batches
   * @param realProbability mean probability given to real images
   * @param fakeProbability mean probability given to generated images
   * @param gradientNorm norm of the gradient of the value; 0 where none was taken
   * @param fakeLogits of the generated images
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Loss(
      double value,
      double realProbability,
      double fakeProbability,
      double gradientNorm,
      double[] fakeLogits) {}

  /**
   * What the discriminator thinks of generated images.
   *
   * @param loss the generator's loss
   * @param gradient of the summed loss with respect to the images [n, features]
   */
  record Judgement(LogitLoss loss, INDArray gradient) {}

  /**
   * Updates the discriminator on a real and a generated batch.
   *
   * @param real images [n, features]
   * @param fake images [n, features]
   * @param iteration number of the iteration in the whole training
   * @param draw number of the update within it
   * @return the loss before the update
   */
  Loss update(INDArray real, INDArray fake, long iteration, int draw) {
    int n = (int) real.size(0);
    INDArray shown = input.replayed(fake, iteration, draw);
    double[] realLogits = forward(real, Images.REAL, iteration, draw);
    LogitLoss realLoss = loss(realLogits, true, iteration, draw);
    network.backwardToParameters(column(realLoss.gradient()));
    double norm = 0;
    INDArray realGradient = null;
    if (config.separateUpdates()) {
      norm = apply(n);
    } else {
      realGradient = network.gradient().dup();
    }
    double[] fakeLogits = forward(shown, Images.FAKE, iteration, draw);
    LogitLoss fakeLoss = loss(fakeLogits, false, iteration, draw);
    network.backwardToParameters(column(fakeLoss.gradient()));
    if (realGradient != null) {
      network.addGradient(realGradient);
    }
    norm = Math.hypot(norm, apply(n));
    return loss(realLogits, realLoss, fakeLogits, fakeLoss, norm);
  }

  private double apply(int n) {
    sharing.share(network, n);
    double norm = network.gradientNorm(n);
    network.update(n);
    if (config.clip() > 0) {
      network.clip(config.clip());
    }
    return norm;
  }

  /** The loss without any update. */
  Loss evaluate(INDArray real, INDArray fake, long iteration, int draw) {
    double[] realLogits = forward(real, Images.REAL, iteration, draw);
    double[] fakeLogits = forward(fake, Images.FAKE, iteration, draw);
    return loss(
        realLogits,
        loss(realLogits, true, iteration, draw),
        fakeLogits,
        loss(fakeLogits, false, iteration, draw),
        0);
  }

  /**
   * Judges generated images for the generator's update; the discriminator stays as it is.
   *
   * @param fake images [n, features]
   * @param iteration number of the iteration in the whole training
   * @param update number of the generator's update within it
   */
  Judgement judge(INDArray fake, long iteration, int update) {
    LogitLoss loss = LogitLoss.generator(forward(fake, Images.JUDGED, iteration, update), config);
    return new Judgement(loss, network.backwardToInput(column(loss.gradient())));
  }

  private double[] forward(INDArray rows, Images images, long iteration, int draw) {
    return HostArrays.doubles(network.forward(input.noisy(rows, images, iteration, draw)));
  }

  private LogitLoss loss(double[] logits, boolean real, long iteration, int draw) {
    return LogitLoss.discriminator(
        logits, labels.draw(real, logits.length, iteration, draw), config.type());
  }

  private static Loss loss(
      double[] realLogits,
      LogitLoss realLoss,
      double[] fakeLogits,
      LogitLoss fakeLoss,
      double norm) {
    return new Loss(
        realLoss.mean() + fakeLoss.mean(),
        LogitLoss.meanProbability(realLogits),
        LogitLoss.meanProbability(fakeLogits),
        norm,
        fakeLogits);
  }

  private INDArray column(double[] values) {
    return Nd4j.createFromArray(values).castTo(network.dataType()).reshape(values.length, 1);
  }
}
