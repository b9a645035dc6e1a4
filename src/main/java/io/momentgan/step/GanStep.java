package io.momentgan.step;

import io.momentgan.collective.Collective;
import io.momentgan.config.Experiment;
import io.momentgan.config.Seeds;
import io.momentgan.config.TrainConfig.ThresholdsConfig;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.moments.Comparison;
import io.momentgan.moments.MomentDistance;
import io.momentgan.moments.Moments;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One worker's iterations: for each real batch, discriminator updates, the exchange of moments with
 * the other workers, generator updates.
 *
 * <p>The generator's update works with external errors: forward G, forward D, back through D only
 * for the gradient at its input, plus the analytic gradient of the moment penalty, back through G.
 * The same z and the same real batch serve the last discriminator update and the generator updates,
 * as in the original. The moments of both are therefore known before that discriminator update, and
 * travel while it is computed.
 */
public final class GanStep {
  private final Experiment experiment;
  private final GanNetworks networks;
  private final Collective collective;
  private final GradientSharing sharing;
  private final DiscriminatorUpdate discriminator;
  private final MomentExchange exchange;
  private final PenaltyGradient penalty;
  private final float[] opponent;
  private final boolean stochastic;
  private double lastLosses;
  private boolean stopped;

  /**
   * Prepares a worker.
   *
   * @param experiment the settings
   * @param networks the worker's networks, which {@link #iterate} changes
   * @param collective the worker's end of its group
   * @param realSide what is known of the real images
   * @param sharesGradients whether workers share each gradient before its update; then they never
   *     drift apart, and W batches of b are one batch of W * b for any optimizer
   */
  public GanStep(
      Experiment experiment,
      GanNetworks networks,
      Collective collective,
      RealSide realSide,
      boolean sharesGradients) {
    this(experiment, networks, collective, realSide, sharesGradients, new float[0]);
  }

  /**
   * Prepares a worker whose discriminator also faces an older generator.
   *
   * @param experiment the settings
   * @param networks the worker's networks, which {@link #iterate} changes
   * @param collective the worker's end of its group
   * @param realSide what is known of the real images
   * @param sharesGradients whether workers share each gradient before its update
   * @param opponent parameters of the older generator; empty for none; never mutated
   */
  public GanStep(
      Experiment experiment,
      GanNetworks networks,
      Collective collective,
      RealSide realSide,
      boolean sharesGradients,
      float[] opponent) {
    this.penalty = new PenaltyGradient(experiment.moments());
    this.opponent = opponent;
    this.experiment = experiment;
    this.networks = networks;
    this.collective = collective;
    this.sharing = new GradientSharing(collective, sharesGradients && collective.size() > 1);
    this.discriminator = new DiscriminatorUpdate(experiment, networks.discriminator(), sharing);
    this.exchange =
        new MomentExchange(experiment.moments().scope(), collective, realSide, sharing.on());
    this.stochastic =
        networks.generator().isStochastic() || networks.discriminator().isStochastic();
  }

  /**
   * Trains both networks on one batch.
   *
   * @param real images [n, features] in [-1, 1]
   * @param iteration number of the iteration in the whole training, which seeds its draws
   * @return figures of the batch as seen by the updates
   */
  public Losses iterate(INDArray real, long iteration) {
    return iterate(real, new int[0], iteration);
  }

  /**
   * Trains both networks on one batch of images with classes; generated images have the same.
   *
   * @param real images [n, features] in [-1, 1]
   * @param labels the class of each; empty where labels are not used
   * @param iteration number of the iteration in the whole training, which seeds its draws
   * @return figures of the batch as seen by the updates
   */
  public Losses iterate(INDArray real, int[] labels, long iteration) {
    return iterate(new LabelledImages(real, labels), iteration);
  }

  private Losses iterate(LabelledImages real, long iteration) {
    seedNoise(iteration);
    int last = experiment.train().dSteps() - 1;
    for (int i = 0; i < last; i++) {
      discriminator.update(real, facing(real, iteration, i), iteration, i);
    }
    // Before the generator's own pass, which its update goes back through.
    Optional<LabelledImages> older = ofOpponent(real, iteration, last);
    Fake seen = generate(real, iteration, last);
    Fake fake = networks.generator().isStochastic() ? seen.again(networks.generator()) : seen;
    MomentExchange.Pending pending = begin(real, fake);
    DiscriminatorUpdate.Loss d =
        discriminator.update(real, older.orElse(seen.images()), iteration, last);
    ThresholdsConfig thresholds = experiment.train().thresholds();
    int draws = experiment.train().dSteps() + experiment.train().gSteps();
    for (int i = last + 1; isAbove(d.value(), thresholds.dLoss(), i); i++) {
      d = discriminator.update(real, generate(real, iteration, draws++).images(), iteration, i);
      fake = fake.again(networks.generator());
      pending = begin(real, fake);
    }
    Losses losses = updateGenerator(fake, d, await(pending), iteration, 0);
    for (int i = 1; i < experiment.train().gSteps(); i++) {
      fake = next(fake, real, iteration, last + i);
      losses = updateGenerator(fake, d, again(fake), iteration, i);
    }
    int made = experiment.train().gSteps();
    for (int i = made; isAbove(losses.generatorBce(), thresholds.gLoss(), i); i++) {
      fake = next(fake, real, iteration, draws++);
      losses = updateGenerator(fake, d, again(fake), iteration, i);
    }
    lastLosses = losses.discriminator() + losses.generatorBce();
    return losses;
  }

  /** Images of the generator, or of the older one, for an update of the discriminator alone. */
  private LabelledImages facing(LabelledImages real, long iteration, int draw) {
    return ofOpponent(real, iteration, draw)
        .orElseGet(() -> generate(real, iteration, draw).images());
  }

  /** Images of the older generator, in the updates that face it: the same on all workers. */
  private Optional<LabelledImages> ofOpponent(LabelledImages real, long iteration, int draw) {
    long seed = Seeds.of(experiment.train().seed(), Seeds.Use.OPPONENT, iteration, draw);
    double share = experiment.discriminatorInput().opponentShare();
    if (opponent.length == 0 || new SplittableRandom(seed).nextDouble() >= share) {
      return Optional.empty();
    }
    INDArray z = latent(real, iteration, draw);
    INDArray rows = networks.generator().forwardAs(opponent, z, real.labels());
    return Optional.of(new LabelledImages(rows, real.labels()));
  }

  /** Whether a network is to be updated once more; all workers decide the same. */
  private boolean isAbove(double loss, double threshold, int made) {
    if (threshold == 0 || made >= experiment.train().thresholds().mostSteps()) {
      return false;
    }
    return collective.merge(List.of(Moments.ofMeans(1, loss))).get(0).mean()[0] > threshold;
  }

  private Fake next(Fake fake, LabelledImages real, long iteration, int draw) {
    return experiment.train().freshLatent()
        ? generate(real, iteration, draw)
        : fake.again(networks.generator());
  }

  private MomentExchange.Result again(Fake fake) {
    return await(exchange.again(fake.rows(), lastLosses));
  }

  /**
   * Whether the training has diverged: a loss was not finite. Workers that exchange anything learn
   * of it together, at the first exchange after it.
   */
  public boolean hasStopped() {
    return stopped;
  }

  /** Gradients and losses are exchanged by the same way, one exchange after another. */
  private MomentExchange.Pending begin(LabelledImages real, Fake fake) {
    MomentExchange.Pending pending = exchange.begin(real.rows(), fake.rows(), lastLosses);
    if (!sharing.on() && !experiment.train().thresholds().on()) {
      return pending;
    }
    MomentExchange.Result result = pending.await();
    return () -> result;
  }

  private MomentExchange.Result await(MomentExchange.Pending pending) {
    MomentExchange.Result result = pending.await();
    stopped |= !Double.isFinite(result.losses());
    return result;
  }

  /**
   * The figures of a batch without any update: what the original prints, the losses of the last
   * batch after its updates.
   *
   * @param real the batch of the last {@link #iterate}
   * @param iteration the iteration of the last {@link #iterate}
   * @return figures with the networks as they are
   */
  public Losses evaluate(INDArray real, long iteration) {
    return evaluate(real, new int[0], iteration);
  }

  /**
   * The same for images with classes.
   *
   * @param real the batch of the last {@link #iterate}
   * @param labels the class of each; empty where labels are not used
   * @param iteration the iteration of the last {@link #iterate}
   * @return figures with the networks as they are
   */
  public Losses evaluate(INDArray real, int[] labels, long iteration) {
    LabelledImages images = new LabelledImages(real, labels);
    int draw = experiment.train().dSteps() - 1;
    Fake fake = generate(images, iteration, draw);
    DiscriminatorUpdate.Loss d = discriminator.evaluate(images, fake.images(), iteration, draw);
    LogitLoss g = LogitLoss.generator(d.fake().logits(), experiment.loss());
    double classLoss = d.fake().classes().mean();
    double all = lastLosses + d.value() + g.mean() + classLoss;
    return losses(d, g.mean(), classLoss, await(exchange.begin(real, fake.rows(), all)));
  }

  /** As many images as there are real ones, of the same classes. */
  private Fake generate(LabelledImages real, long iteration, int draw) {
    return Fake.of(networks.generator(), latent(real, iteration, draw), real.labels());
  }

  private INDArray latent(LabelledImages real, long iteration, int draw) {
    int n = real.count();
    long seed =
        Seeds.of(experiment.train().seed(), Seeds.Use.LATENT, iteration, collective.rank(), draw);
    float[] values = LatentVectors.draw(experiment.latent(), n, seed);
    return HostArrays.toArray(values, n, experiment.latent().size())
        .castTo(networks.generator().dataType());
  }

  private void seedNoise(long iteration) {
    if (stochastic) {
      long seed =
          Seeds.of(experiment.train().seed(), Seeds.Use.NOISE, iteration, collective.rank());
      Nd4j.getRandom().setSeed(seed);
    }
  }

  private Losses updateGenerator(
      Fake fake,
      DiscriminatorUpdate.Loss dLoss,
      MomentExchange.Result exchanged,
      long iteration,
      int update) {
    Network g = networks.generator();
    int n = fake.images().count();
    DiscriminatorUpdate.Judgement judgement = discriminator.judge(fake.images(), iteration, update);
    INDArray epsilon = judgement.gradient();
    penalty.addGradient(epsilon, fake.rows(), exchanged);
    g.backwardToParameters(epsilon);
    sharing.share(g, n);
    double norm = g.update(n);
    return losses(dLoss, judgement.loss().mean(), judgement.classLoss(), exchanged)
        .withGeneratorNorm(norm);
  }

  private Losses losses(
      DiscriminatorUpdate.Loss d,
      double adversarial,
      double classLoss,
      MomentExchange.Result exchanged) {
    MomentDistance distance =
        exchanged.comparison().map(Comparison::distance).orElse(new MomentDistance(0, 0));
    double penalised = penalty.value(exchanged);
    return new Losses(
        d.value(),
        adversarial + classLoss + penalised,
        adversarial,
        distance.mean(),
        distance.variance(),
        d.realProbability(),
        d.fakeProbability(),
        d.gradientNorm(),
        0);
  }

  private record Fake(INDArray z, LabelledImages images) {
    static Fake of(Network generator, INDArray z, int[] labels) {
      return new Fake(z, new LabelledImages(generator.forward(z, labels), labels));
    }

    Fake again(Network generator) {
      return of(generator, z, images.labels());
    }

    INDArray rows() {
      return images.rows();
    }
  }
}
