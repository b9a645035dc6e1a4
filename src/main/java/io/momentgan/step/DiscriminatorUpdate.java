package io.momentgan.step;

import io.momentgan.config.Experiment;
import io.momentgan.config.LabelsConfig;
import io.momentgan.config.LossConfig;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.kernels.loops.Vectors;
import io.momentgan.network.Network;
import io.momentgan.step.DiscriminatorInput.Images;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The discriminator's side of a step: its own updates, and its judgement of generated images. Real
 * and generated images pass in batches of their own, so that batch normalisation never mixes them,
 * but where no layer mixes images or drops anything.
 */
final class DiscriminatorUpdate {
  private final LossConfig config;
  private final LabelsConfig classes;
  private final Network network;
  private final GradientSharing sharing;
  private final Labels labels;
  private final DiscriminatorInput input;
  private INDArray realGradient;
  private INDArray both;

  DiscriminatorUpdate(Experiment experiment, Network network, GradientSharing sharing) {
    long seed = experiment.train().seed();
    int rank = sharing.collective().rank();
    this.config = experiment.loss();
    this.classes = experiment.labels();
    this.network = network;
    this.sharing = sharing;
    this.labels = new Labels(config, seed, rank);
    this.input = new DiscriminatorInput(experiment.discriminatorInput(), seed, rank);
  }

  /**
   * The discriminator's loss.
   *
   * @param value sum of the means over both batches, the class head's loss included
   * @param realProbability mean probability given to real images
   * @param fakeProbability mean probability given to generated images
   * @param gradientNorm norm of the gradient of the value; 0 where none was taken
   * @param fake what it says of the generated images
   */
  record Loss(
      double value,
      double realProbability,
      double fakeProbability,
      double gradientNorm,
      Verdict fake) {}

  /**
   * What the discriminator thinks of generated images.
   *
   * @param loss the adversarial part of the generator's loss
   * @param classLoss the class head's part of it
   * @param gradient of the summed loss with respect to the images [n, features]
   */
  record Judgement(LogitLoss loss, double classLoss, INDArray gradient) {}

  /**
   * Updates the discriminator on a real and a generated batch.
   *
   * @param real images
   * @param fake images
   * @param iteration number of the iteration in the whole training
   * @param draw number of the update within it
   * @return the loss before the update
   */
  Loss update(LabelledImages real, LabelledImages fake, long iteration, int draw) {
    LabelledImages shown = input.replayed(fake, iteration, draw);
    return network.isRowByRow() && !config.separateUpdates()
        ? updateAtOnce(real, shown, iteration, draw)
        : updateInTurn(real, shown, iteration, draw);
  }

  private Loss updateInTurn(LabelledImages real, LabelledImages fake, long iteration, int draw) {
    int n = real.count();
    Verdict ofReal = forward(real, Images.REAL, iteration, draw);
    LogitLoss realLoss = loss(ofReal, true, iteration, draw);
    network.backwardToParameters(rows(ofReal.gradient(realLoss), n));
    double norm = 0;
    if (config.separateUpdates()) {
      norm = apply(n);
    } else {
      realGradient = network.copyGradient(realGradient);
    }
    Verdict ofFake = forward(fake, Images.FAKE, iteration, draw);
    LogitLoss fakeLoss = loss(ofFake, false, iteration, draw);
    network.backwardToParameters(rows(ofFake.gradient(fakeLoss), n));
    if (!config.separateUpdates()) {
      network.addGradient(realGradient);
    }
    norm = Math.hypot(norm, apply(n));
    return loss(ofReal, realLoss, ofFake, fakeLoss, norm);
  }

  /** The same in one pass of both batches, for a discriminator that does not mix its rows. */
  private Loss updateAtOnce(LabelledImages real, LabelledImages fake, long iteration, int draw) {
    int n = real.count();
    both =
        Vectors.concatenate(
            input.noisy(real.rows(), Images.REAL, iteration, draw),
            input.noisy(fake.rows(), Images.FAKE, iteration, draw),
            both);
    int[] ofBoth =
        IntStream.concat(Arrays.stream(real.labels()), Arrays.stream(fake.labels())).toArray();
    double[] output = network.outputs(both, ofBoth);
    Verdict ofReal = verdict(Arrays.copyOfRange(output, 0, output.length / 2), real);
    Verdict ofFake = verdict(Arrays.copyOfRange(output, output.length / 2, output.length), fake);
    LogitLoss realLoss = loss(ofReal, true, iteration, draw);
    LogitLoss fakeLoss = loss(ofFake, false, iteration, draw);
    double[] gradient =
        DoubleStream.concat(
                Arrays.stream(ofReal.gradient(realLoss)), Arrays.stream(ofFake.gradient(fakeLoss)))
            .toArray();
    network.backwardToParameters(rows(gradient, 2 * n));
    return loss(ofReal, realLoss, ofFake, fakeLoss, apply(n));
  }

  private double apply(int n) {
    sharing.share(network, n);
    double norm = network.update(n);
    if (config.clip() > 0) {
      network.clip(config.clip());
    }
    return norm;
  }

  /** The loss without any update. */
  Loss evaluate(LabelledImages real, LabelledImages fake, long iteration, int draw) {
    Verdict ofReal = forward(real, Images.REAL, iteration, draw);
    Verdict ofFake = forward(fake, Images.FAKE, iteration, draw);
    return loss(
        ofReal,
        loss(ofReal, true, iteration, draw),
        ofFake,
        loss(ofFake, false, iteration, draw),
        0);
  }

  /**
   * Judges generated images for the generator's update; the discriminator stays as it is.
   *
   * @param fake images
   * @param iteration number of the iteration in the whole training
   * @param update number of the generator's update within it
   */
  Judgement judge(LabelledImages fake, long iteration, int update) {
    Verdict verdict = forward(fake, Images.JUDGED, iteration, update);
    LogitLoss loss = LogitLoss.generator(verdict.logits(), config);
    return new Judgement(
        loss,
        verdict.classes().mean(),
        network.backwardToInput(rows(verdict.gradient(loss), fake.count())));
  }

  private Verdict forward(LabelledImages shown, Images images, long iteration, int draw) {
    INDArray noisy = input.noisy(shown.rows(), images, iteration, draw);
    return verdict(network.outputs(noisy, shown.labels()), shown);
  }

  private Verdict verdict(double[] output, LabelledImages shown) {
    return Verdict.of(output, shown.labels(), classes.classHead(), classes.classWeight());
  }

  private LogitLoss loss(Verdict verdict, boolean real, long iteration, int draw) {
    double[] logits = verdict.logits();
    return LogitLoss.discriminator(
        logits, labels.draw(real, logits.length, iteration, draw), config.type());
  }

  private static Loss loss(
      Verdict ofReal, LogitLoss realLoss, Verdict ofFake, LogitLoss fakeLoss, double norm) {
    return new Loss(
        realLoss.mean() + fakeLoss.mean() + ofReal.classes().mean() + ofFake.classes().mean(),
        LogitLoss.meanProbability(ofReal.logits()),
        LogitLoss.meanProbability(ofFake.logits()),
        norm,
        ofFake);
  }

  private INDArray rows(double[] gradient, int n) {
    return HostArrays.toArray(network.dataType(), gradient, n, gradient.length / n);
  }
}
