package io.momentgan.step;

import io.momentgan.config.Experiment;
import io.momentgan.config.LabelsConfig;
import io.momentgan.config.LossConfig;
import io.momentgan.engine.Rows;
import io.momentgan.engine.TrainedNetwork;
import io.momentgan.engine.TrainedPair;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.step.DiscriminatorInput.Shown;
import io.momentgan.step.loss.ClassLoss;
import io.momentgan.step.loss.FeatureDistance;
import io.momentgan.step.loss.LogitLoss;
import io.momentgan.step.loss.Targets;
import io.momentgan.step.loss.Verdict;
import java.util.Arrays;
import org.apache.commons.lang3.ArrayUtils;

/**
 * The discriminator's side of a step: its own updates, and its judgement of generated images. Real,
 * generated and labelled images pass in batches of their own, so that batch normalisation never
 * mixes them. They pass as one batch where no layer mixes images or drops values.
 */
final class DiscriminatorUpdate {
  private final LossConfig config;
  private final LabelsConfig classes;
  private final TrainedNetwork network;
  private final boolean atOnce;
  private final GradientSharing sharing;
  private final Targets targets;
  private final DiscriminatorInput input;
  private final Augmenter augmenter;

  DiscriminatorUpdate(
      Experiment experiment, TrainedPair networks, GradientSharing sharing, ReplayBuffer buffer) {
    long seed = experiment.train().seed();
    int rank = sharing.collective().rank();
    this.config = experiment.loss();
    this.classes = experiment.labels();
    this.network = networks.discriminator();
    this.atOnce =
        networks.structure().discriminator().blueprint().isRowByRow() && !config.separateUpdates();
    this.sharing = sharing;
    this.targets = new Targets(config, seed, rank);
    this.input = new DiscriminatorInput(experiment.discriminatorInput(), seed, rank, buffer);
    this.augmenter =
        new Augmenter(
            experiment.augment(),
            networks.structure().discriminator().input(),
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
  record Judgement(double loss, double classLoss, Rows gradient) {}

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
    return atOnce
        ? updateAtOnce(real, shown, labelled, iteration, draw)
        : updateInTurn(real, shown, labelled, iteration, draw);
  }

  /** The images to show again after the updates so far. */
  ReplayBuffer buffer() {
    return input.buffer();
  }

  private Loss updateInTurn(Batch real, Batch fake, Batch labelled, long iteration, int draw) {
    int n = real.count();
    ClassLoss taught = ClassLoss.NONE;
    if (labelled != null) {
      taught = forward(labelled, Shown.LABELLED, iteration, draw).classes();
      network.backwardToParameters(taught.gradient());
      network.keepGradient();
    }
    Verdict ofReal = forward(real, Shown.REAL, iteration, draw);
    LogitLoss realLoss = loss(ofReal, true, iteration, draw);
    network.backwardToParameters(ofReal.gradient(realLoss.times(config.weight())));
    double norm = 0;
    if (config.separateUpdates()) {
      network.addKeptGradients();
      norm = apply(n);
    } else {
      network.keepGradient();
    }
    Verdict ofFake = forward(fake, Shown.FAKE, iteration, draw);
    LogitLoss fakeLoss = loss(ofFake, false, iteration, draw);
    network.backwardToParameters(ofFake.gradient(fakeLoss.times(config.weight())));
    network.addKeptGradients();
    norm = Math.hypot(norm, apply(n));
    return loss(taught, ofReal, realLoss, ofFake, fakeLoss, norm);
  }

  /** Updates by one pass of all batches, for a discriminator that does not mix its rows. */
  private Loss updateAtOnce(Batch real, Batch fake, Batch labelled, long iteration, int draw) {
    int n = real.count();
    Rows[] batches = new Rows[labelled == null ? 2 : 3];
    batches[0] = shown(real.images(), Shown.REAL, iteration, draw);
    batches[1] = shown(fake.images(), Shown.FAKE, iteration, draw);
    if (labelled != null) {
      batches[2] = shown(labelled.images(), Shown.LABELLED, iteration, draw);
    }
    int[] given = ArrayUtils.addAll(real.classes(), fake.classes());
    double[] output = network.outputs(given, batches);
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
    network.backwardToParameters(ArrayUtils.addAll(gradient, ofLabelled.gradient()));
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
    Rows gradient = network.backwardToInput(verdict.gradient(loss));
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
    Rows gradient = network.backwardFromFeatureMeans(distance.gradient());
    return new Judgement(
        distance.value(), 0, augmenter.backpropagate(gradient, Shown.JUDGED, iteration, update));
  }

  private double[] means(Rows images, Batch shown) {
    return network.featureMeans(config.features().layer(), images, shown.classes());
  }

  private Verdict forward(Batch shown, Shown side, long iteration, int draw) {
    Rows images = shown(shown.images(), side, iteration, draw);
    return verdict(network.outputs(shown.classes(), images), shown);
  }

  /** Images as the discriminator gets them: augmented, then noisy. */
  private Rows shown(Rows images, Shown side, long iteration, int draw) {
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
}
