package io.momentgan.step;

import io.momentgan.collective.Collective;
import io.momentgan.collective.Message.WeightedMean;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.config.Exchanges;
import io.momentgan.config.Experiment;
import io.momentgan.config.LossConfig;
import io.momentgan.config.Seeds;
import io.momentgan.config.TrainConfig.ThresholdsConfig;
import io.momentgan.engine.DeviceGroup;
import io.momentgan.engine.Rows;
import io.momentgan.engine.TrainedNetwork;
import io.momentgan.engine.TrainedPair;
import io.momentgan.moments.Comparison;
import io.momentgan.moments.MomentDistance;
import io.momentgan.moments.RealSide;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.step.MomentExchange.Exchanged;
import io.momentgan.step.MomentExchange.Pending;
import io.momentgan.step.loss.LogitLoss;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/**
 * One worker's iterations: for each real batch, discriminator updates, the exchange of moments with
 * the other workers, generator updates.
 *
 * <p>The generator's update: forward pass of G, forward pass of D, backward pass of D to its input,
 * plus the analytic gradient of the moment penalty, backward pass of G. The same z and the same
 * real batch serve the last discriminator update and the generator updates, as in the original.
 * Their moments are therefore known before that discriminator update and travel while it is
 * computed.
 */
public final class GanStep {
  private final Experiment experiment;
  private final TrainedPair networks;
  private final Collective collective;
  private final GradientSharing sharing;
  private final DiscriminatorUpdate discriminator;
  private final MomentExchange exchange;
  private final PenaltyGradient penalty;
  private final float[] opponent;
  private final boolean stochastic;
  private final boolean matchesFeatures;
  private final boolean exchangesBefore;
  private double lastLosses;
  private boolean stopped;

  /**
   * Prepares a worker.
   *
   * @param experiment the settings
   * @param networks the worker's networks, which {@link #iterate} changes
   * @param collective the worker's end of its group
   * @param realSide clusters and moments of the real images
   * @param sharesGradients whether workers average each gradient before its update; then they never
   *     drift apart, and W batches of b are one batch of W * b for any optimizer
   * @param devices the workers' devices, if they average the networks' gradients by themselves
   * @param opponent parameters of an older generator that the discriminator also faces; empty for
   *     none; never mutated
   * @param replay past images that the discriminator may be shown again
   */
  public GanStep(
      Experiment experiment,
      TrainedPair networks,
      Collective collective,
      RealSide realSide,
      boolean sharesGradients,
      Optional<DeviceGroup> devices,
      float[] opponent,
      ReplayBuffer replay) {
    this.penalty = new PenaltyGradient(experiment.moments());
    this.opponent = opponent;
    this.experiment = experiment;
    this.networks = networks;
    Exchanges exchanges = Exchanges.of(experiment);
    this.collective = new KnownExchanges(collective, exchanges);
    Wire wire = experiment.averaging().wireOf(collective.size());
    this.sharing =
        new GradientSharing(
            this.collective, wire, sharesGradients && collective.size() > 1, devices);
    boolean exchangesAgain = sharing.on() || exchanges.updateLosses();
    this.exchangesBefore = (sharing.on() && devices.isEmpty()) || exchanges.updateLosses();
    this.discriminator = new DiscriminatorUpdate(experiment, networks, sharing, replay);
    this.exchange =
        new MomentExchange(
            experiment.moments().scope(), this.collective, wire, realSide, exchangesAgain);
    this.matchesFeatures = experiment.loss().generator() == LossConfig.Generator.FEATURE_MATCHING;
    this.stochastic =
        networks.structure().generator().blueprint().isStochastic()
            || networks.structure().discriminator().blueprint().isStochastic();
  }

  /** Trains both networks on one batch; see {@link #iterate(RealBatches, long)}. */
  public Losses iterate(Batch real, long iteration) {
    return iterate(RealBatches.shared(real), iteration);
  }

  /**
   * Trains both networks on the batches of an iteration; generated images get the classes of the
   * real ones.
   *
   * @param real images and their classes
   * @param iteration number of the iteration in the whole training, which seeds its draws
   * @return figures of the batches as seen by the updates
   */
  public Losses iterate(RealBatches real, long iteration) {
    try (TrainedPair.Iteration memory = networks.begin()) {
      seedNoise(iteration);
      return iterateOn(real.takenBy(networks), iteration);
    }
  }

  private Losses iterateOn(RealBatches real, long iteration) {
    int last = experiment.train().dSteps() - 1;
    for (int i = 0; i < last; i++) {
      updateDiscriminator(real, facing(real.ofDiscriminator(i), iteration, i), iteration, i);
    }
    // Before the generator's own pass, which its update goes back through.
    Optional<Batch> others = ofOthers(real.ofDiscriminator(last), iteration, last);
    int draw = drawOfGenerator();
    Fake seen = generate(real.ofGenerator(), iteration, draw);
    boolean differs = networks.structure().generator().blueprint().isStochastic();
    Fake fake = differs ? seen.regenerated(networks.generator()) : seen;
    Pending pending = begin(fake);
    DiscriminatorUpdate.Loss d =
        updateDiscriminator(real, others.orElse(seen.batch()), iteration, last);
    ThresholdsConfig thresholds = experiment.train().thresholds();
    int draws = experiment.train().dSteps() + experiment.train().gSteps();
    for (int i = last + 1; isAbove(d.value(), thresholds.dLoss(), i); i++) {
      Batch again = generate(real.ofDiscriminator(i), iteration, draws++).batch();
      d = updateDiscriminator(real, again, iteration, i);
      fake = fake.regenerated(networks.generator());
      pending = begin(fake);
    }
    GeneratorUpdate g = updateGenerator(fake, await(pending), iteration, 0);
    for (int i = 1; i < experiment.train().gSteps(); i++) {
      fake = next(fake, iteration, draw + i);
      g = updateGenerator(fake, compareAgain(fake), iteration, i);
    }
    int made = experiment.train().gSteps();
    for (int i = made; isAbove(g.judgement().loss(), thresholds.gLoss(), i); i++) {
      fake = next(fake, iteration, draws++);
      g = updateGenerator(fake, compareAgain(fake), iteration, i);
    }
    Losses losses =
        losses(d, g.judgement().loss(), g.judgement().classLoss(), g.exchanged(), g.gradientNorm());
    lastLosses = losses.discriminator() + losses.generatorBce();
    return losses;
  }

  private DiscriminatorUpdate.Loss updateDiscriminator(
      RealBatches real, Batch fake, long iteration, int update) {
    return discriminator.update(
        real.ofDiscriminator(update), fake, real.labelled(update), iteration, update);
  }

  /**
   * The draw of the generator's first images: shared with the last discriminator update, or own.
   */
  private int drawOfGenerator() {
    return experiment.train().dSteps() - (experiment.train().freshBatches() ? 0 : 1);
  }

  /** Images that the last discriminator update does not share with the generator, if any. */
  private Optional<Batch> ofOthers(Batch real, long iteration, int draw) {
    return experiment.train().freshBatches()
        ? Optional.of(facing(real, iteration, draw))
        : ofOpponent(real, iteration, draw);
  }

  /** Images of the generator, or of the older one, for an update of the discriminator alone. */
  private Batch facing(Batch real, long iteration, int draw) {
    return ofOpponent(real, iteration, draw)
        .orElseGet(() -> generate(real, iteration, draw).batch());
  }

  /** Images of the older generator, if the update faces it; all workers decide alike. */
  private Optional<Batch> ofOpponent(Batch real, long iteration, int draw) {
    long seed = Seeds.of(experiment.train().seed(), Seeds.Use.OPPONENT, iteration, draw);
    double share = experiment.discriminatorInput().opponentShare();
    if (opponent.length == 0 || new SplittableRandom(seed).nextDouble() >= share) {
      return Optional.empty();
    }
    Rows z = latent(real, iteration, draw);
    Rows images = networks.generator().forwardAs(opponent, z, fakeClasses(real));
    return Optional.of(new Batch(images, fakeClasses(real)));
  }

  /** Whether a network needs one more update; all workers decide alike. */
  private boolean isAbove(double loss, double threshold, int made) {
    if (threshold == 0 || made >= experiment.train().thresholds().mostSteps()) {
      return false;
    }
    return collective.merge(new WeightedMean(Wire.EXACT, 1, loss)).values()[0] > threshold;
  }

  private Fake next(Fake fake, long iteration, int draw) {
    return experiment.train().freshLatent()
        ? generate(fake.real(), iteration, draw)
        : fake.regenerated(networks.generator());
  }

  private Exchanged compareAgain(Fake fake) {
    return await(exchange.beginAgain(fake.images(), lastLosses));
  }

  /**
   * Whether the training has diverged: a loss was not finite. Workers that exchange anything learn
   * of it together, at the first exchange after it.
   */
  public boolean hasStopped() {
    return stopped;
  }

  /** The images that the discriminator may be shown again after the iterations so far. */
  public ReplayBuffer replay() {
    return discriminator.buffer();
  }

  /** Begins the exchange, and completes it at once if another comes before the G update. */
  private Pending begin(Fake fake) {
    Pending pending = exchange.begin(fake.real().images(), fake.images(), lastLosses);
    if (!exchangesBefore) {
      return pending;
    }
    Exchanged result = pending.await();
    return () -> result;
  }

  private Exchanged await(Pending pending) {
    Exchanged result = pending.await();
    stopped |= !Double.isFinite(result.losses());
    return result;
  }

  /**
   * Computes the figures of a batch without any update, as the original prints them: the losses of
   * the last batch after its updates.
   *
   * @param real the batches of the last iteration
   * @param iteration its number
   * @return figures with the networks as they are
   */
  public Losses evaluate(RealBatches real, long iteration) {
    try (TrainedPair.Iteration memory = networks.begin()) {
      return evaluateOn(real.takenBy(networks), iteration);
    }
  }

  private Losses evaluateOn(RealBatches real, long iteration) {
    int draw = experiment.train().dSteps() - 1;
    Fake fake = generate(real.ofGenerator(), iteration, drawOfGenerator());
    DiscriminatorUpdate.Loss d =
        discriminator.evaluate(
            real.ofDiscriminator(draw), fake.batch(), real.labelled(draw), iteration, draw);
    double adversarial =
        matchesFeatures
            ? discriminator.match(fake.real(), fake.batch(), iteration, 0).loss()
            : LogitLoss.generator(d.fake().logits(), d.real().logits(), experiment.loss()).mean();
    double classLoss = d.fake().classes().mean();
    double all = lastLosses + d.value() + adversarial + classLoss;
    return losses(
        d,
        adversarial,
        classLoss,
        await(exchange.begin(fake.real().images(), fake.images(), all)),
        () -> 0);
  }

  /** Generates as many images as there are real ones, of their classes. */
  private Fake generate(Batch real, long iteration, int draw) {
    return Fake.of(networks.generator(), latent(real, iteration, draw), real, fakeClasses(real));
  }

  /** Images that a classifier takes for generated have no class. */
  private int[] fakeClasses(Batch real) {
    return experiment.labels().classifier() ? new int[0] : real.classes();
  }

  private Rows latent(Batch real, long iteration, int draw) {
    int n = real.count();
    long seed =
        Seeds.of(experiment.train().seed(), Seeds.Use.LATENT, iteration, collective.rank(), draw);
    float[] values = LatentVectors.draw(experiment.latent(), n, seed);
    return networks.rows(values, n);
  }

  private void seedNoise(long iteration) {
    if (stochastic) {
      long seed =
          Seeds.of(experiment.train().seed(), Seeds.Use.NOISE, iteration, collective.rank());
      networks.seedNoise(seed);
    }
  }

  private record GeneratorUpdate(
      DiscriminatorUpdate.Judgement judgement, Exchanged exchanged, DoubleSupplier gradientNorm) {}

  private GeneratorUpdate updateGenerator(
      Fake fake, Exchanged exchanged, long iteration, int update) {
    TrainedNetwork g = networks.generator();
    int n = fake.batch().count();
    DiscriminatorUpdate.Judgement judgement =
        matchesFeatures
            ? discriminator.match(fake.real(), fake.batch(), iteration, update)
            : discriminator.judge(fake.real(), fake.batch(), iteration, update);
    Rows epsilon = judgement.gradient();
    penalty.addGradient(epsilon, fake.images(), exchanged);
    g.backwardToParameters(epsilon);
    sharing.share(g, n);
    return new GeneratorUpdate(judgement, exchanged, g.update(n));
  }

  private Losses losses(
      DiscriminatorUpdate.Loss d,
      double adversarial,
      double classLoss,
      Exchanged exchanged,
      DoubleSupplier generatorNorm) {
    MomentDistance distance =
        exchanged.comparison().map(Comparison::distance).orElse(new MomentDistance(0, 0));
    return new Losses(
        d.value(),
        adversarial + classLoss + penalty.value(exchanged),
        adversarial,
        distance.mean(),
        distance.variance(),
        d.realProbability(),
        d.fakeProbability(),
        d.gradientNorm().getAsDouble(),
        generatorNorm.getAsDouble(),
        d.adversarial(),
        d.penalty());
  }

  /** Generated images, their z, and the real ones that they are compared with. */
  private record Fake(Rows z, Batch batch, Batch real) {
    static Fake of(TrainedNetwork generator, Rows z, Batch real, int[] classes) {
      return new Fake(z, new Batch(generator.forward(z, classes), classes), real);
    }

    Fake regenerated(TrainedNetwork generator) {
      return of(generator, z, real, batch.classes());
    }

    Rows images() {
      return batch.images();
    }
  }
}
