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
import java.util.function.DoubleSupplier;
import org.apache.commons.lang3.ArrayUtils;

/**
 * The discriminator's side of a step: its own updates, and its judgement of generated images. Real,
 * generated and labelled images pass in batches of their own, so that batch normalisation never
 * mixes them. They pass as one batch where no layer mixes images or drops values, and where a loss
 * compares pairs of them.
 */
final class DiscriminatorUpdate {
  private final LossConfig config;
  private final LabelsConfig classes;
  private final TrainedNetwork network;
  private final boolean atOnce;
  private final boolean paired;
  private final GradientSharing sharing;
  private final Targets targets;
  private final DiscriminatorInput input;
  private final Augmenter augmenter;
  private final GradientPenalties penalties;

  DiscriminatorUpdate(
      Experiment experiment, TrainedPair networks, GradientSharing sharing, ReplayBuffer buffer) {
    long seed = experiment.train().seed();
    int rank = sharing.collective().rank();
    this.config = experiment.loss();
    this.classes = experiment.labels();
    this.network = networks.discriminator();
    this.paired = config.type() == LossConfig.Type.RELATIVISTIC;
    boolean rowByRow = networks.structure().discriminator().blueprint().isRowByRow();
    this.atOnce = paired || (rowByRow && !config.separateUpdates());
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
    this.penalties = GradientPenalties.of(experiment, rank);
  }

  /**
   * The discriminator's loss.
   *
   * @param value sum of the weighted means over all batches, penalties and the loss of the classes
   *     included
   * @param adversarial sum of the means over real and generated images, without weight
   * @param penalty weighted penalties on the gradient
   * @param realProbability mean probability given to real images
   * @param fakeProbability mean probability given to generated images
   * @param gradientNorm tells the norm of the gradient of the value, as {@link
   *     TrainedNetwork#update} does; 0 where none was taken
   * @param real its verdict on the real images
   * @param fake its verdict on the generated images
   */
  record Loss(
      double value,
      double adversarial,
      double penalty,
      double realProbability,
      double fakeProbability,
      DoubleSupplier gradientNorm,
      Verdict real,
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
    Batch shownReal = shown(real, Shown.REAL, iteration, draw);
    Batch shownFake = shown(input.replayed(fake, iteration, draw), Shown.FAKE, iteration, draw);
    Batch taught = labelled == null ? null : shown(labelled, Shown.LABELLED, iteration, draw);
    return atOnce
        ? updateAtOnce(shownReal, shownFake, taught, iteration, draw)
        : updateInTurn(shownReal, shownFake, taught, iteration, draw);
  }

  /** The images to show again after the updates so far. */
  ReplayBuffer buffer() {
    return input.buffer();
  }

  private Loss updateInTurn(Batch real, Batch fake, Batch labelled, long iteration, int draw) {
    int n = real.count();
    ClassLoss taught = ClassLoss.NONE;
    if (labelled != null) {
      taught = verdict(labelled).classes();
      network.backwardToParameters(taught.gradient());
      network.keepGradient();
    }
    Verdict ofReal = verdict(real);
    LogitLoss realLoss = loss(ofReal, true, iteration, draw);
    network.backwardToParameters(ofReal.gradient(realLoss.times(config.weight())));
    DoubleSupplier first = () -> 0;
    if (config.separateUpdates()) {
      network.addKeptGradients();
      first = apply(n);
    } else {
      network.keepGradient();
    }
    Verdict ofFake = verdict(fake);
    LogitLoss fakeLoss = loss(ofFake, false, iteration, draw);
    network.backwardToParameters(ofFake.gradient(fakeLoss.times(config.weight())));
    network.addKeptGradients();
    double penalty = penalties.add(network, real, fake, iteration, draw);
    DoubleSupplier norm = hypot(first, apply(n));
    return loss(taught, ofReal, ofFake, new Sides(realLoss, fakeLoss), penalty, norm);
  }

  /** Updates by one pass of all batches, for a discriminator that does not mix its rows. */
  private Loss updateAtOnce(Batch real, Batch fake, Batch labelled, long iteration, int draw) {
    int n = real.count();
    Rows[] batches = new Rows[labelled == null ? 2 : 3];
    batches[0] = real.images();
    batches[1] = fake.images();
    if (labelled != null) {
      batches[2] = labelled.images();
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
    Sides sides = losses(ofReal, ofFake, iteration, draw);
    double[] gradient =
        ArrayUtils.addAll(
            ofReal.gradient(sides.real().times(config.weight())),
            ofFake.gradient(sides.fake().times(config.weight())));
    network.backwardToParameters(ArrayUtils.addAll(gradient, ofLabelled.gradient()));
    double penalty = penalties.add(network, real, fake, iteration, draw);
    return loss(ofLabelled, ofReal, ofFake, sides, penalty, apply(n));
  }

  private static DoubleSupplier hypot(DoubleSupplier a, DoubleSupplier b) {
    return () -> Math.hypot(a.getAsDouble(), b.getAsDouble());
  }

  private DoubleSupplier apply(int n) {
    sharing.share(network, n);
    DoubleSupplier norm = network.update(n);
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
            : verdict(shown(labelled, Shown.LABELLED, iteration, draw)).classes();
    Batch shownReal = shown(real, Shown.REAL, iteration, draw);
    Batch shownFake = shown(fake, Shown.FAKE, iteration, draw);
    Verdict ofReal = verdict(shownReal);
    Verdict ofFake = verdict(shownFake);
    double penalty = penalties.value(network, shownReal, shownFake, iteration, draw);
    return loss(taught, ofReal, ofFake, losses(ofReal, ofFake, iteration, draw), penalty, () -> 0);
  }

  /**
   * Judges generated images for a generator update; the discriminator stays as it is.
   *
   * @param real images that a relativistic loss compares them with
   */
  Judgement judge(Batch real, Batch fake, long iteration, int update) {
    double[] others =
        paired ? verdict(shown(real, Shown.COMPARED, iteration, update)).logits() : new double[0];
    Verdict verdict = verdict(shown(fake, Shown.JUDGED, iteration, update));
    LogitLoss loss = LogitLoss.generator(verdict.logits(), others, config);
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
    double[] ofReal = means(shown(real, Shown.COMPARED, iteration, update));
    double[] ofFake = means(shown(fake, Shown.JUDGED, iteration, update));
    double[] merged = sharing.mean(ArrayUtils.addAll(ofFake, ofReal), fake.count());
    FeatureDistance distance = FeatureDistance.of(merged, config.features().distance());
    Rows gradient = network.backwardFromFeatureMeans(distance.gradient());
    return new Judgement(
        distance.value(), 0, augmenter.backpropagate(gradient, Shown.JUDGED, iteration, update));
  }

  private double[] means(Batch shown) {
    return network.featureMeans(config.features().layer(), shown.images(), shown.classes());
  }

  /** Images as the discriminator gets them: augmented, then noisy. */
  private Batch shown(Batch batch, Shown side, long iteration, int draw) {
    Rows augmented = augmenter.augment(batch.images(), side, iteration, draw);
    return new Batch(input.noisy(augmented, side, iteration, draw), batch.classes());
  }

  private Verdict verdict(Batch shown) {
    return verdict(network.outputs(shown.classes(), shown.images()), shown);
  }

  private Verdict verdict(double[] output, Batch shown) {
    return Verdict.of(output, shown.classes(), classes);
  }

  /** The adversarial losses of the real and the generated batch. */
  private record Sides(LogitLoss real, LogitLoss fake) {}

  private Sides losses(Verdict ofReal, Verdict ofFake, long iteration, int draw) {
    if (paired) {
      LogitLoss loss = LogitLoss.discriminator(ofReal.logits(), ofFake.logits(), config.type());
      return new Sides(loss, loss.opposite());
    }
    return new Sides(loss(ofReal, true, iteration, draw), loss(ofFake, false, iteration, draw));
  }

  private LogitLoss loss(Verdict verdict, boolean real, long iteration, int draw) {
    double[] logits = verdict.logits();
    return LogitLoss.discriminator(
        logits, targets.draw(real, logits.length, iteration, draw), config.type());
  }

  private Loss loss(
      ClassLoss taught,
      Verdict ofReal,
      Verdict ofFake,
      Sides sides,
      double penalty,
      DoubleSupplier norm) {
    double adversarial = sides.real().mean() + sides.fake().mean();
    return new Loss(
        config.weight() * adversarial
            + penalty
            + taught.mean()
            + ofReal.classes().mean()
            + ofFake.classes().mean(),
        adversarial,
        penalty,
        LogitLoss.meanProbability(ofReal.logits()),
        LogitLoss.meanProbability(ofFake.logits()),
        norm,
        ofReal,
        ofFake);
  }
}
