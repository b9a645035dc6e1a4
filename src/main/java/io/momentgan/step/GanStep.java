package io.momentgan.step;

import io.momentgan.collective.Collective;
import io.momentgan.config.Experiment;
import io.momentgan.config.MomentsConfig;
import io.momentgan.config.Seeds;
import io.momentgan.moments.MomentDistance;
import io.momentgan.moments.MomentPenalty;
import io.momentgan.moments.Moments;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.HostArrays;
import io.momentgan.network.Network;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One worker's iterations: for each real batch, discriminator updates, the exchange of moments with
 * the other workers, generator updates.
 *
 * <p>The generator's update works with external errors: forward G, forward D, back through D only
 * for the gradient at its input, plus the analytic gradient of the moment penalty, back through G.
 * The same z and the same real batch serve the last discriminator update and the generator updates,
 * as in the original.
 */
public final class GanStep {
  private final Experiment experiment;
  private final GanNetworks networks;
  private final Collective collective;
  private final Optional<Moments> dataSetMoments;
  private final boolean stochastic;

  /**
   * Prepares a worker.
   *
   * @param experiment the settings
   * @param networks the worker's networks, which {@link #iterate} changes
   * @param collective the worker's end of its group
   * @param dataSetMoments moments of the whole data set, for the scope that uses them
   */
  public GanStep(
      Experiment experiment,
      GanNetworks networks,
      Collective collective,
      Optional<Moments> dataSetMoments) {
    this.experiment = experiment;
    this.networks = networks;
    this.collective = collective;
    this.dataSetMoments = dataSetMoments;
    this.stochastic =
        networks.generator().isStochastic() || networks.discriminator().isStochastic();
  }

  /**
   * Trains both networks on one batch.
   *
   * @param real images [n, features] in [-1, 1]
   * @param iteration number of the iteration in the whole training, which seeds its draws
   * @return figures of the batch as seen by the updates; not finite when the training diverged, on
   *     all workers alike where moments are exchanged
   */
  public Losses iterate(INDArray real, long iteration) {
    seedNoise(iteration);
    int n = (int) real.size(0);
    Fake fake = null;
    DiscriminatorLoss d = null;
    for (int i = 0; i < experiment.train().dSteps(); i++) {
      fake = generate(n, iteration, i);
      d = updateDiscriminator(real, fake.images());
    }
    Losses losses = null;
    for (int i = 0; i < experiment.train().gSteps(); i++) {
      boolean reusable = i == 0 && !networks.generator().isStochastic();
      Fake current = reusable ? fake : fake.again(networks.generator());
      losses = updateGenerator(real, current.images(), d);
    }
    return losses;
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
    Fake fake = generate((int) real.size(0), iteration, experiment.train().dSteps() - 1);
    Network discriminator = networks.discriminator();
    double[] realLogits = HostArrays.doubles(discriminator.forward(real));
    double[] fakeLogits = HostArrays.doubles(discriminator.forward(fake.images()));
    DiscriminatorLoss d = discriminatorLoss(realLogits, fakeLogits);
    LogitLoss g = LogitLoss.generator(fakeLogits, experiment.loss().generator());
    return losses(d, g, exchange(real, fake.images(), d.value() + g.mean()));
  }

  private Fake generate(int n, long iteration, int draw) {
    long seed =
        Seeds.of(experiment.train().seed(), Seeds.Use.LATENT, iteration, collective.rank(), draw);
    float[] values = LatentVectors.draw(experiment.latent(), n, seed);
    INDArray z =
        HostArrays.toArray(values, n, experiment.latent().size())
            .castTo(networks.generator().dataType());
    return new Fake(z, networks.generator().forward(z));
  }

  private void seedNoise(long iteration) {
    if (stochastic) {
      long seed =
          Seeds.of(experiment.train().seed(), Seeds.Use.NOISE, iteration, collective.rank());
      Nd4j.getRandom().setSeed(seed);
    }
  }

  private DiscriminatorLoss updateDiscriminator(INDArray real, INDArray fake) {
    Network d = networks.discriminator();
    double[] realLogits = HostArrays.doubles(d.forward(real));
    LogitLoss realLoss = LogitLoss.crossEntropy(realLogits, experiment.loss().realTarget());
    d.backward(column(realLoss.gradient(), d));
    INDArray realGradient = d.gradient().dup();
    double[] fakeLogits = HostArrays.doubles(d.forward(fake));
    LogitLoss fakeLoss = LogitLoss.crossEntropy(fakeLogits, experiment.loss().fakeTarget());
    d.backward(column(fakeLoss.gradient(), d));
    d.addGradient(realGradient);
    DiscriminatorLoss loss = discriminatorLoss(realLogits, fakeLogits);
    double shared = shareGradient(d, (int) real.size(0), loss.value());
    double norm = d.gradientNorm((int) real.size(0));
    d.update((int) real.size(0));
    return loss.withUpdate(shared, norm);
  }

  /**
   * Where networks are averaged after each iteration, workers share each gradient before its update
   * instead: they never drift apart, and W batches of b are one batch of W * b for any optimizer.
   *
   * @return the loss of all workers together, not finite if one of them is not; the worker's own
   *     loss where gradients are not shared
   */
  private double shareGradient(Network network, int n, double loss) {
    if (!sharesGradients()) {
      return loss;
    }
    Moments own = Moments.ofMeans(n, HostArrays.doubles(network.gradient()));
    List<Moments> merged = collective.merge(List.of(own, Moments.ofMeans(n, loss)));
    INDArray mean = Nd4j.createFromArray(merged.get(0).mean());
    network.gradient().assign(mean.castTo(network.dataType()));
    return merged.get(1).mean()[0];
  }

  private boolean sharesGradients() {
    return experiment.train().averagingFrequency() == 1 && collective.size() > 1;
  }

  private DiscriminatorLoss discriminatorLoss(double[] realLogits, double[] fakeLogits) {
    double value =
        LogitLoss.crossEntropy(realLogits, experiment.loss().realTarget()).mean()
            + LogitLoss.crossEntropy(fakeLogits, experiment.loss().fakeTarget()).mean();
    return new DiscriminatorLoss(
        value,
        LogitLoss.meanProbability(realLogits),
        LogitLoss.meanProbability(fakeLogits),
        value,
        0);
  }

  private Losses updateGenerator(INDArray real, INDArray fake, DiscriminatorLoss dLoss) {
    Network d = networks.discriminator();
    double[] logits = HostArrays.doubles(d.forward(fake));
    LogitLoss adversarial = LogitLoss.generator(logits, experiment.loss().generator());
    Exchanged pair = exchange(real, fake, dLoss.value() + adversarial.mean());
    Losses losses = losses(dLoss, adversarial, pair);
    if (losses.isFinite()) {
      INDArray epsilon = d.backward(column(adversarial.gradient(), d));
      pair.moments().ifPresent(moments -> addPenaltyGradient(epsilon, fake, moments));
      networks.generator().backward(epsilon);
      shareGradient(networks.generator(), (int) fake.size(0), losses.generator());
      losses = losses.withGeneratorNorm(networks.generator().gradientNorm((int) fake.size(0)));
      networks.generator().update((int) fake.size(0));
    }
    return losses;
  }

  private void addPenaltyGradient(INDArray epsilon, INDArray fake, MomentPair moments) {
    if (!experiment.moments().penalised()) {
      return;
    }
    MomentPenalty penalty = penalty(moments);
    INDArray factor = Nd4j.createFromArray(penalty.factor()).castTo(fake.dataType());
    INDArray shift = Nd4j.createFromArray(penalty.shift()).castTo(fake.dataType());
    epsilon.addi(fake.mulRowVector(factor).addiRowVector(shift));
  }

  private MomentPenalty penalty(MomentPair moments) {
    MomentsConfig config = experiment.moments();
    return MomentPenalty.of(
        moments.generated(), moments.real(), config.meanWeight(), config.varianceWeight());
  }

  /**
   * Exchanges what the scope asks for. The losses travel along, so that a loss that is not finite
   * stops all workers at the same iteration: none waits for one that has stopped.
   */
  private Exchanged exchange(INDArray real, INDArray fake, double losses) {
    Moments loss = Moments.ofMeans(fake.size(0), losses);
    return switch (experiment.moments().scope()) {
      case NONE -> new Exchanged(Optional.empty(), alsoShared(loss));
      case PARTITION ->
          new Exchanged(
              Optional.of(new MomentPair(moments(real), moments(fake))), alsoShared(loss));
      case GLOBAL -> {
        List<Moments> merged = collective.merge(List.of(moments(real), moments(fake), loss));
        yield Exchanged.of(merged.get(0), merged.get(1), merged.get(2));
      }
      case DATASET -> {
        List<Moments> merged = collective.merge(List.of(moments(fake), loss));
        yield Exchanged.of(dataSetMoments.orElseThrow(), merged.get(0), merged.get(1));
      }
    };
  }

  /** Where no moments are exchanged but gradients are, the losses must be known to all as well. */
  private double alsoShared(Moments loss) {
    return sharesGradients() ? collective.merge(List.of(loss)).get(0).mean()[0] : loss.mean()[0];
  }

  private static Moments moments(INDArray rows) {
    return Moments.of(HostArrays.doubles(rows), (int) rows.size(1));
  }

  private Losses losses(DiscriminatorLoss d, LogitLoss adversarial, Exchanged exchanged) {
    MomentDistance distance =
        exchanged
            .moments()
            .map(m -> MomentDistance.between(m.generated(), m.real()))
            .orElse(new MomentDistance(0, 0));
    double penalty = exchanged.moments().map(m -> penalty(m).value()).orElse(0.0);
    boolean allFinite = Double.isFinite(d.shared()) && Double.isFinite(exchanged.losses());
    return new Losses(
        d.value(),
        adversarial.mean() + penalty,
        adversarial.mean(),
        allFinite ? distance.mean() : Double.NaN,
        distance.variance(),
        d.realProbability(),
        d.fakeProbability(),
        d.gradientNorm(),
        0);
  }

  private static INDArray column(double[] values, Network network) {
    return Nd4j.createFromArray(values).castTo(network.dataType()).reshape(values.length, 1);
  }

  private record Fake(INDArray z, INDArray images) {
    Fake again(Network generator) {
      return new Fake(z, generator.forward(z));
    }
  }

  private record DiscriminatorLoss(
      double value,
      double realProbability,
      double fakeProbability,
      double shared,
      double gradientNorm) {
    DiscriminatorLoss withUpdate(double sharedLoss, double norm) {
      return new DiscriminatorLoss(value, realProbability, fakeProbability, sharedLoss, norm);
    }
  }

  private record MomentPair(Moments real, Moments generated) {}

  /**
   * What an exchange brought.
   *
   * @param moments the two sides of the comparison, if moments are looked at
   * @param losses mean of the losses of all workers that exchange, not finite if one of them is not
   */
  private record Exchanged(Optional<MomentPair> moments, double losses) {
    static Exchanged of(Moments real, Moments generated, Moments loss) {
      return new Exchanged(Optional.of(new MomentPair(real, generated)), loss.mean()[0]);
    }
  }
}
