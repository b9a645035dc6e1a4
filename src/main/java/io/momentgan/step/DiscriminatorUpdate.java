package io.momentgan.step;

import io.momentgan.config.Experiment;
import io.momentgan.config.LabelsConfig;
import io.momentgan.config.LossConfig;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.kernels.loops.Vectors;
import io.momentgan.network.Network;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.step.DiscriminatorInput.Shown;
import io.momentgan.step.loss.ClassLoss;
import io.momentgan.step.loss.FeatureDistance;
import io.momentgan.step.loss.LogitLoss;
import io.momentgan.step.loss.Targets;
import io.momentgan.step.loss.Verdict;
import java.util.Arrays;
import org.apache.commons.lang3.ArrayUtils;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The discriminator's side of a step: its own updates, and its judgement of generated images. Real,
 * generated and labelled images pass in batches of their own, so that batch normalisation never
 * mixes them. They pass as one batch where no layer mixes images or drops values.
 */
final class DiscriminatorUpdate {
  private final LossConfig config;
  private final LabelsConfig classes;
  private final Network network;
  private final GradientSharing sharing;
  private final Targets targets;
  private final DiscriminatorInput input;
  private final Augmenter augmenter;
  private INDArray sum;
  private INDArray both;
  private INDArray all;

  DiscriminatorUpdate(
      Experiment experiment, Network network, GradientSharing sharing, ReplayBuffer buffer) {
    long seed = experiment.train().seed();
    int rank = sharing.collective().rank();
    this.config = experiment.loss();
    this.classes = experiment.labels();
    this.network = network;
    this.sharing = sharing;
    this.targets = new Targets(config, seed, rank);
    this.input = new DiscriminatorInput(experiment.discriminatorInput(), seed, rank, buffer);
    this.augmenter =
        new Augmenter(
            experiment.augment(),
            network.input(),
            1 - experiment.generator().output().black(),
            seed,
            rank);
  }

  /**
   * The discriminator's loss.
   *
   * @param value sum of the weighted means over all batches, the loss of the classes included
   * @param adversarial sum of the means over real and generated images, without weight
   * @param realProbability mean probability given to real images
   * @param fakeProbability mean probability given to generated images
   * @param gradientNorm norm of the gradient of the value; 0 where none was taken
   * @param fake its verdict on the generated images
   */
  record Loss(
      double value,
      double adversarial,
      double realProbability,
      double fakeProbability,
      double gradientNorm,
      Verdict fake) {}

  /**
   * The discriminator's judgement of generated images.
   *
   * @param loss the adversarial part of the generator's loss
   * @param classLoss the classes' part of the generator's loss
   * @param gradient of the summed loss with respect to the images [n, features]
   */
  record Judgement(double loss, double classLoss, INDArray gradient) {}

  /**
   * Updates the discriminator on a real and a generated batch.
   *
   * @param labelled real images whose classes a classifier learns from; null where it learns from
   *     the real batch's classes, or from none
   * @param iteration number of the iteration in the whole training
   * @param draw number of the update within the iteration
   * @return the loss before the update
   */
  Loss update(Batch real, Batch fake, Batch labelled, long iteration, int draw) {
    Batch shown = input.replayed(fake, iteration, draw);
    return network.isRowByRow() && !config.separateUpdates()
        ? updateAtOnce(real, shown, labelled, iteration, draw)
        : updateInTurn(real, shown, labelled, iteration, draw);
  }

  /** The images to show again after the updates so far. */
  ReplayBuffer buffer() {
    return input.buffer();
  }

  private Loss updateInTurn(Batch real, Batch fake, Batch labelled, long iteration, int draw) {
    int n = real.count();
    int passes = 0;
    ClassLoss taught = ClassLoss.NONE;
    if (labelled != null) {
      taught = forward(labelled, Shown.LABELLED, iteration, draw).classes();
      network.backwardToParameters(rows(taught.gradient(), labelled.count()));
      sum = network.sumGradient(sum, passes++);
    }
    Verdict ofReal = forward(real, Shown.REAL, iteration, draw);
    LogitLoss realLoss = loss(ofReal, true, iteration, draw);
    network.backwardToParameters(rows(ofReal.gradient(realLoss.times(config.weight())), n));
    double norm = 0;
    if (config.separateUpdates()) {
      network.addGradient(sum, passes);
      norm = apply(n);
      passes = 0;
    } else {
      sum = network.sumGradient(sum, passes++);
    }
    Verdict ofFake = forward(fake, Shown.FAKE, iteration, draw);
    LogitLoss fakeLoss = loss(ofFake, false, iteration, draw);
    network.backwardToParameters(rows(ofFake.gradient(fakeLoss.times(config.weight())), n));
    network.addGradient(sum, passes);
    norm = Math.hypot(norm, apply(n));
    return loss(taught, ofReal, realLoss, ofFake, fakeLoss, norm);
  }

  /** Updates by one pass of all batches, for a discriminator that does not mix its rows. */
  private Loss updateAtOnce(Batch real, Batch fake, Batch labelled, long iteration, int draw) {
    int n = real.count();
    both =
        Vectors.concatenate(
            shown(real.images(), Shown.REAL, iteration, draw),
            shown(fake.images(), Shown.FAKE, iteration, draw),
            both);
    INDArray rows = both;
    if (labelled != null) {
      all =
          Vectors.concatenate(both, shown(labelled.images(), Shown.LABELLED, iteration, draw), all);
      rows = all;
    }
    double[] output = network.outputs(rows, ArrayUtils.addAll(real.classes(), fake.classes()));
    int fakes = n * classes.outputs();
    int taught = 2 * fakes;
    Verdict ofReal = verdict(Arrays.copyOfRange(output, 0, fakes), real);
    Verdict ofFake = verdict(Arrays.copyOfRange(output, fakes, taught), fake);
    ClassLoss ofLabelled =
        labelled == null
            ? ClassLoss.NONE
            : verdict(Arrays.copyOfRange(output, taught, output.length), labelled).classes();
    LogitLoss realLoss = loss(ofReal, true, iteration, draw);
    LogitLoss fakeLoss = loss(ofFake, false, iteration, draw);
    double[] gradient =
        ArrayUtils.addAll(
            ofReal.gradient(realLoss.times(config.weight())),
            ofFake.gradient(fakeLoss.times(config.weight())));
    network.backwardToParameters(
        rows(ArrayUtils.addAll(gradient, ofLabelled.gradient()), (int) rows.size(0)));
    return loss(ofLabelled, ofReal, realLoss, ofFake, fakeLoss, apply(n));
  }

  private double apply(int n) {
    sharing.share(network, n);
    double norm = network.update(n);
    if (config.clip() > 0) {
      network.clip(config.clip());
    }
    return norm;
  }

  /** Computes the loss without any update. */
  Loss evaluate(Batch real, Batch fake, Batch labelled, long iteration, int draw) {
    ClassLoss taught =
        labelled == null
            ? ClassLoss.NONE
            : forward(labelled, Shown.LABELLED, iteration, draw).classes();
    Verdict ofReal = forward(real, Shown.REAL, iteration, draw);
    Verdict ofFake = forward(fake, Shown.FAKE, iteration, draw);
    return loss(
        taught,
        ofReal,
        loss(ofReal, true, iteration, draw),
        ofFake,
        loss(ofFake, false, iteration, draw),
        0);
  }

  /** Judges generated images for a generator update; the discriminator stays as it is. */
  Judgement judge(Batch fake, long iteration, int update) {
    Verdict verdict = forward(fake, Shown.JUDGED, iteration, update);
    LogitLoss loss = LogitLoss.generator(verdict.logits(), config);
    INDArray gradient = network.backwardToInput(rows(verdict.gradient(loss), fake.count()));
    return new Judgement(
        loss.mean(),
        verdict.classes().mean(),
        augmenter.backpropagate(gradient, Shown.JUDGED, iteration, update));
  }

  /**
   * Compares the features of generated images with those of real ones, for a generator that matches
   * them; the discriminator stays as it is.
   *
   * <p>The means are those of all workers' batches where workers share gradients. The gradient of
   * the summed loss n * L with respect to each image's features is that of L with respect to their
   * mean.
   */
  Judgement match(Batch real, Batch fake, long iteration, int update) {
    double[] ofReal = means(shown(real.images(), Shown.COMPARED, iteration, update), real);
    double[] ofFake = means(shown(fake.images(), Shown.JUDGED, iteration, update), fake);
    double[] merged = sharing.mean(ArrayUtils.addAll(ofFake, ofReal), fake.count());
    FeatureDistance distance = FeatureDistance.of(merged, config.features().distance());
    int features = distance.gradient().length;
    double[] epsilon = new double[fake.count() * features];
    for (int i = 0; i < epsilon.length; i++) {
      epsilon[i] = distance.gradient()[i % features];
    }
    INDArray gradient = network.backwardFromFeatures(rows(epsilon, fake.count()));
    return new Judgement(
        distance.value(), 0, augmenter.backpropagate(gradient, Shown.JUDGED, iteration, update));
  }

  private double[] means(INDArray images, Batch shown) {
    double[] rows =
        HostArrays.doubles(network.features(config.features().layer(), images, shown.classes()));
    int n = (int) images.size(0);
    double[] means = new double[rows.length / n];
    for (int i = 0; i < rows.length; i++) {
      means[i % means.length] += rows[i] / n;
    }
    return means;
  }

  private Verdict forward(Batch shown, Shown side, long iteration, int draw) {
    INDArray images = shown(shown.images(), side, iteration, draw);
    return verdict(network.outputs(images, shown.classes()), shown);
  }

  /** Images as the discriminator gets them: augmented, then noisy. */
  private INDArray shown(INDArray images, Shown side, long iteration, int draw) {
    return input.noisy(augmenter.augment(images, side, iteration, draw), side, iteration, draw);
  }

  private Verdict verdict(double[] output, Batch shown) {
    return Verdict.of(output, shown.classes(), classes);
  }

  private LogitLoss loss(Verdict verdict, boolean real, long iteration, int draw) {
    double[] logits = verdict.logits();
    return LogitLoss.discriminator(
        logits, targets.draw(real, logits.length, iteration, draw), config.type());
  }

  private Loss loss(
      ClassLoss taught,
      Verdict ofReal,
      LogitLoss realLoss,
      Verdict ofFake,
      LogitLoss fakeLoss,
      double norm) {
    double adversarial = realLoss.mean() + fakeLoss.mean();
    return new Loss(
        config.weight() * adversarial
            + taught.mean()
            + ofReal.classes().mean()
            + ofFake.classes().mean(),
        adversarial,
        LogitLoss.meanProbability(ofReal.logits()),
        LogitLoss.meanProbability(ofFake.logits()),
        norm,
        ofFake);
  }

  private INDArray rows(double[] gradient, int n) {
    return HostArrays.toArray(network.dataType(), gradient, n, gradient.length / n);
  }
}
