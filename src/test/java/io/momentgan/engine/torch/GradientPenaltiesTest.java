package io.momentgan.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.collective.Group;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.collective.Meeting;
import io.momentgan.config.ConfigException;
import io.momentgan.config.Experiment;
import io.momentgan.config.LossConfig.GradientPenalty;
import io.momentgan.config.Seeds;
import io.momentgan.data.ImageShape;
import io.momentgan.engine.ArrayRows;
import io.momentgan.engine.Dl4jEngine;
import io.momentgan.engine.Rows;
import io.momentgan.engine.TrainedNetwork;
import io.momentgan.engine.TrainedPair;
import io.momentgan.moments.RealSide;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.step.Batch;
import io.momentgan.step.GanStep;
import io.momentgan.step.LatentVectors;
import io.momentgan.step.Losses;
import io.momentgan.step.RealBatches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Penalties on gradients and the relativistic loss, by values that the test computes for itself.
 */
@Tag("torch")
class GradientPenaltiesTest {
  private static final ImageShape IMAGE = new ImageShape(1, 6, 6);
  private static final int BATCH = 5;
  private static final double STEP = 1e-5;
  private static final AtomicLong GROUPS = new AtomicLong();

  private static final String WGAN_GP = "loss.type=wasserstein;loss.gradient-penalty.wgan-gp=10";
  private static final String R1 = "loss.gradient-penalty.r1=10";
  private static final String R2 = "loss.gradient-penalty.r2=10";
  private static final String RELATIVISTIC = "loss.type=relativistic";
  private static final String R3GAN =
      "loss.type=relativistic;loss.gradient-penalty.r1=1;loss.gradient-penalty.r2=2";

  private static final String DENSE =
      "discriminator.layers=[{type: dense, units: 4, activation: tanh}, {type: dense, units: 3}]";
  private static final String CONVOLUTIONS =
      "discriminator.layers=[{type: convolution, filters: 2, kernel: 3},"
          + " {type: convolution, filters: 3, kernel: 3, activation: softplus, instance-norm: true}]";
  private static final String CLASSES =
      "labels.classes=3;discriminator.layers=[{type: maxout, units: 3, pieces: 2}]";
  private static final String CLASS_HEAD =
      "labels.classes=3;labels.discriminator=class-head;"
          + "discriminator.layers=[{type: convolution, filters: 2, kernel: 3, activation: tanh}]";

  private static final String SPECTRAL =
      "discriminator.spectral-norm=true;"
          + "discriminator.layers=[{type: convolution, filters: 2, kernel: 3, activation: tanh}]";
  private static final String SCALED =
      "discriminator.layers=[{type: convolution, filters: 2, kernel: 3, activation: tanh,"
          + " weight-norm: trained}];discriminator.output-layer.weight-norm=trained";

  static Stream<Arguments> lossesAndLayers() {
    Stream<Arguments> normed =
        Stream.of(
            Arguments.of(WGAN_GP, SPECTRAL),
            Arguments.of(R3GAN, SPECTRAL),
            Arguments.of(WGAN_GP, SCALED),
            Arguments.of(R3GAN, SCALED));
    Stream<Arguments> plain =
        Stream.of(WGAN_GP, R1, R2, RELATIVISTIC, R3GAN)
            .flatMap(
                loss ->
                    Stream.of(DENSE, CONVOLUTIONS, loss.equals(R3GAN) ? CLASS_HEAD : CLASSES)
                        .map(layers -> Arguments.of(loss, layers)));
    return Stream.concat(plain, normed);
  }

  private static Experiment experiment(String... settings) {
    List<String> all = new ArrayList<>(List.of("train.batch-size=" + BATCH));
    Stream.of(settings).map(s -> s.split(";(?! )")).map(Arrays::asList).forEach(all::addAll);
    return Experiments.small(all.toArray(String[]::new));
  }

  /** Gradient descent of rate 1, by which an update is the gradient. */
  private static Experiment descending(String... settings) {
    List<String> all = new ArrayList<>(List.of(settings));
    for (String network : List.of("generator", "discriminator")) {
      all.add(network + ".optimizer.type=sgd;" + network + ".optimizer.learning-rate=1");
    }
    return experiment(all.toArray(String[]::new));
  }

  private static TrainedPair open(Experiment experiment, DataType type) {
    return TorchEngine.open(experiment, IMAGE, EngineContractTest.CPU, type);
  }

  private static GanStep step(Experiment experiment, TrainedPair pair) {
    return step(experiment, pair, GROUPS.incrementAndGet(), 0, 1);
  }

  private static GanStep step(
      Experiment experiment, TrainedPair pair, long group, int rank, int workers) {
    return new GanStep(
        experiment,
        pair,
        new LocalCollectives()
            .join(
                new Group("penalties", group, 0, 0, 0),
                rank,
                Meeting.of(workers, Duration.ofSeconds(60))),
        RealSide.UNKNOWN,
        workers > 1,
        Optional.empty(),
        new float[0],
        ReplayBuffer.EMPTY);
  }

  private static RealBatches real(int seed) {
    return RealBatches.shared(batch(seed));
  }

  private static Batch batch(int seed) {
    double[] values = new Random(seed).doubles((long) BATCH * IMAGE.features(), -1, 1).toArray();
    return new Batch(
        new ArrayRows(Nd4j.createFromArray(values).reshape(BATCH, IMAGE.features())),
        new int[] {2, 0, 1, 1, seed % 3});
  }

  @ParameterizedTest
  @MethodSource("lossesAndLayers")
  void updatesAreTheGradientsOfFiniteDifferences(String loss, String layers) {
    Experiment experiment = descending(loss, layers);
    TrainedPair pair = open(experiment, DataType.DOUBLE);
    TrainedPair probe = open(experiment, DataType.DOUBLE);
    RealBatches real = real(1);
    NetworkState d = pair.discriminator().state();
    NetworkState g = pair.generator().state();
    step(experiment, pair).iterate(real, 0);
    GanStep evaluation = step(experiment, probe);
    int vectors = pair.structure().discriminator().weights().fixedLength();
    assertGradient(
        d.params().length - vectors,
        d,
        pair.discriminator(),
        probe.discriminator(),
        evaluation,
        real,
        Losses::discriminator);
    // The generator's update saw the discriminator after its own.
    probe.discriminator().load(pair.discriminator().state());
    probe.generator().load(g);
    assertGradient(
        g.params().length,
        g,
        pair.generator(),
        probe.generator(),
        evaluation,
        real,
        Losses::generator);
  }

  private static void assertGradient(
      int trained,
      NetworkState before,
      TrainedNetwork updated,
      TrainedNetwork probe,
      GanStep evaluation,
      RealBatches real,
      ToDoubleFunction<Losses> loss) {
    float[] params = before.params();
    float[] after = updated.state().params();
    double largest = 0;
    for (int i = 0; i < trained; i++) {
      double[] at = new double[2];
      double[] values = new double[2];
      for (int side = 0; side < 2; side++) {
        float[] moved = params.clone();
        moved[i] += (float) (side == 0 ? -STEP : STEP);
        at[side] = moved[i];
        probe.load(new NetworkState(moved, before.updaterState(), 0));
        values[side] = loss.applyAsDouble(evaluation.evaluate(real, 0));
      }
      double expected = (values[1] - values[0]) / (at[1] - at[0]);
      double tolerance = 1e-5 * Math.max(1, Math.abs(expected));
      assertThat((double) params[i] - after[i])
          .as("parameter %d", i)
          .isCloseTo(expected, within(tolerance));
      largest = Math.max(largest, Math.abs(expected));
    }
    assertThat(largest).isGreaterThan(1e-3);
  }

  @ParameterizedTest
  @MethodSource("lossesAndLayers")
  void valuesAreThoseOfTheFormulas(String loss, String layers) {
    Experiment experiment = experiment(loss, layers);
    TrainedPair pair = open(experiment, DataType.DOUBLE);
    Batch real = batch(1);
    Rows fake = pair.generator().forward(pair.rows(z(experiment, 0), BATCH), real.classes());
    GradientPenalty config = experiment.loss().gradientPenalty();
    double[] r = real.images().doubles();
    double[] f = fake.doubles();
    double expected = 0;
    for (int i = 0; i < BATCH; i++) {
      double u = shares(experiment, 0)[i];
      double[] x = row(r, i);
      double[] y = row(f, i);
      double[] between = new double[x.length];
      Arrays.setAll(between, j -> x[j] + u * (y[j] - x[j]));
      int label = real.classes()[i];
      expected += config.wganGp() * Math.pow(slope(pair, between, label) - 1, 2) / BATCH;
      expected += config.r1() / 2 * Math.pow(slope(pair, x, label), 2) / BATCH;
      expected += config.r2() / 2 * Math.pow(slope(pair, y, label), 2) / BATCH;
    }
    Losses losses = step(experiment, pair).evaluate(RealBatches.shared(real), 0);
    assertThat(losses.gradientPenalty()).isCloseTo(expected, within(1e-8 * Math.max(1, expected)));
    assertThat(expected > 0).isEqualTo(config.on());
  }

  /** Norm of the first output's gradient with respect to one image, by finite differences. */
  private static double slope(TrainedPair pair, double[] image, int label) {
    double sum = 0;
    for (int j = 0; j < image.length; j++) {
      double[] values = new double[2];
      for (int side = 0; side < 2; side++) {
        double[] moved = image.clone();
        moved[j] += side == 0 ? -STEP : STEP;
        Rows rows = new ArrayRows(Nd4j.createFromArray(moved).reshape(1, moved.length));
        values[side] = pair.discriminator().outputs(new int[] {label}, rows)[0];
      }
      sum += Math.pow((values[1] - values[0]) / (2 * STEP), 2);
    }
    return Math.sqrt(sum);
  }

  private static double[] row(double[] values, int i) {
    return Arrays.copyOfRange(values, i * IMAGE.features(), (i + 1) * IMAGE.features());
  }

  private static double[] shares(Experiment experiment, int rank) {
    long seed = Seeds.of(experiment.train().seed(), Seeds.Use.INTERPOLATION, 0, rank, 0);
    return new SplittableRandom(seed).doubles(BATCH).toArray();
  }

  private static float[] z(Experiment experiment, int rank) {
    long seed = Seeds.of(experiment.train().seed(), Seeds.Use.LATENT, 0, rank, 0);
    return LatentVectors.draw(experiment.latent(), BATCH, seed);
  }

  @ParameterizedTest
  @ValueSource(strings = {WGAN_GP, R1, R2, RELATIVISTIC, R3GAN})
  void workersThatShareGradientsAreOneLargeBatch(String loss) {
    Experiment experiment =
        experiment(
            loss,
            CONVOLUTIONS,
            "train.averaging-frequency=1;moments.scope=none",
            "moments.mean-weight=0;moments.variance-weight=0",
            "generator.optimizer.epsilon=0.001;discriminator.optimizer.epsilon=0.001");
    List<TrainedPair> pairs =
        List.of(open(experiment, DataType.DOUBLE), open(experiment, DataType.DOUBLE));
    List<CompletableFuture<Losses>> workers = new ArrayList<>();
    long group = GROUPS.incrementAndGet();
    for (int rank = 0; rank < 2; rank++) {
      GanStep step = step(experiment, pairs.get(rank), group, rank, 2);
      Batch own = batch(rank);
      workers.add(CompletableFuture.supplyAsync(() -> step.iterate(own, 0)));
    }
    workers.forEach(CompletableFuture::join);
    TrainedPair one = open(experiment, DataType.DOUBLE);
    iterateLargeBatch(experiment, one);
    for (TrainedPair pair : pairs) {
      assertClose(pair.discriminator().state(), one.discriminator().state());
      assertClose(pair.generator().state(), one.generator().state());
    }
    assertThat(pairs.get(0).discriminator().state().params())
        .isEqualTo(pairs.get(1).discriminator().state().params());
  }

  /** An iteration of both workers' batches as one, written down without the product's step. */
  private static void iterateLargeBatch(Experiment experiment, TrainedPair pair) {
    try (TrainedPair.Iteration memory = pair.begin()) {
      TrainedNetwork d = pair.discriminator();
      int n = 2 * BATCH;
      Rows real = joined(pair, batch(0).images(), batch(1).images());
      Rows fake = pair.generator().forward(pair.rows(bothZ(experiment), n));
      double[] ofReal = d.outputs(new int[0], real);
      double[] ofFake = d.outputs(new int[0], fake);
      double[] gradient = new double[2 * n];
      for (int i = 0; i < n; i++) {
        switch (experiment.loss().type()) {
          case WASSERSTEIN -> {
            gradient[i] = -1;
            gradient[n + i] = 1;
          }
          case RELATIVISTIC -> {
            gradient[i] = -sigmoid(ofFake[i] - ofReal[i]);
            gradient[n + i] = sigmoid(ofFake[i] - ofReal[i]);
          }
          default -> {
            gradient[i] = sigmoid(ofReal[i]) - 0.9;
            gradient[n + i] = sigmoid(ofFake[i]);
          }
        }
      }
      d.outputs(new int[0], real, fake);
      d.backwardToParameters(gradient);
      GradientPenalty config = experiment.loss().gradientPenalty();
      d.keepGradient();
      d.penaliseSlopes(config.r1() / 2, 0, real);
      d.keepGradient();
      d.penaliseSlopes(config.r2() / 2, 0, fake);
      d.keepGradient();
      double[] shares =
          Stream.of(shares(experiment, 0), shares(experiment, 1))
              .flatMapToDouble(Arrays::stream)
              .toArray();
      d.penaliseSlopes(config.wganGp(), 1, real.towards(fake, shares));
      d.addKeptGradients();
      d.update(n);
      updateGenerator(experiment, pair, real, fake);
    }
  }

  private static void updateGenerator(
      Experiment experiment, TrainedPair pair, Rows real, Rows fake) {
    double[] ofReal = pair.discriminator().outputs(new int[0], real);
    double[] epsilon = pair.discriminator().outputs(new int[0], fake);
    for (int i = 0; i < epsilon.length; i++) {
      epsilon[i] =
          switch (experiment.loss().type()) {
            case WASSERSTEIN -> -1;
            case RELATIVISTIC -> -sigmoid(ofReal[i] - epsilon[i]);
            default -> sigmoid(epsilon[i]) - 1;
          };
    }
    pair.generator().backwardToParameters(pair.discriminator().backwardToInput(epsilon));
    pair.generator().update(epsilon.length);
  }

  private static Rows joined(TrainedPair pair, Rows first, Rows second) {
    double[] values =
        Stream.of(first.doubles(), second.doubles()).flatMapToDouble(Arrays::stream).toArray();
    return pair.take(
        new ArrayRows(Nd4j.createFromArray(values).reshape(2 * BATCH, IMAGE.features())));
  }

  private static float[] bothZ(Experiment experiment) {
    float[] both = Arrays.copyOf(z(experiment, 0), 2 * BATCH * experiment.latent().size());
    float[] second = z(experiment, 1);
    System.arraycopy(second, 0, both, second.length, second.length);
    return both;
  }

  private static double sigmoid(double l) {
    return 1 / (1 + Math.exp(-l));
  }

  private static void assertClose(NetworkState found, NetworkState expected) {
    for (int i = 0; i < expected.params().length; i++) {
      assertThat(found.params()[i]).isCloseTo(expected.params()[i], within(2e-7f));
    }
  }

  private static final String DROPPING =
      "discriminator.layers=[{type: convolution, filters: 2, kernel: 3, dropout: 0.5}]";

  @ParameterizedTest
  @ValueSource(strings = {WGAN_GP, R1, R2, R3GAN})
  void repeatedAndResumedTrainingsHaveTheSameBits(String loss) {
    Experiment experiment = experiment(loss, DROPPING);
    TrainedPair whole = open(experiment, DataType.FLOAT);
    TrainedPair again = open(experiment, DataType.FLOAT);
    iterate(experiment, whole, 0, 4);
    iterate(experiment, again, 0, 2);
    TrainedPair resumed = open(experiment.with("train.seed=9"), DataType.FLOAT);
    resumed.discriminator().load(again.discriminator().state());
    resumed.generator().load(again.generator().state());
    iterate(experiment, resumed, 2, 4);
    iterate(experiment, again, 2, 4);
    for (TrainedPair other : List.of(again, resumed)) {
      assertThat(other.discriminator().state().params())
          .isEqualTo(whole.discriminator().state().params());
      assertThat(other.generator().state().params()).isEqualTo(whole.generator().state().params());
    }
  }

  private static void iterate(Experiment experiment, TrainedPair pair, int from, int to) {
    GanStep step = step(experiment, pair);
    for (int iteration = from; iteration < to; iteration++) {
      assertThat(step.iterate(real(iteration), iteration).isFinite()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {WGAN_GP, R1, R2, RELATIVISTIC, R3GAN})
  void theDiscriminatorIsUntouchedByTheGeneratorsUpdates(String loss) {
    Experiment one = experiment(loss, CONVOLUTIONS);
    Experiment three = one.with("train.g-steps=3");
    TrainedPair pair = open(one, DataType.FLOAT);
    TrainedPair other = open(three, DataType.FLOAT);
    step(one, pair).iterate(real(1), 0);
    step(three, other).iterate(real(1), 0);
    assertThat(other.discriminator().state().params())
        .isEqualTo(pair.discriminator().state().params());
    assertThat(other.generator().state().params()).isNotEqualTo(pair.generator().state().params());
  }

  @Test
  void lazyPenaltiesWeighMoreInFewerUpdates() {
    Experiment each = experiment(R1, DENSE);
    Experiment third = experiment(R1, DENSE, "loss.gradient-penalty.every=3");
    Losses plain = step(each, open(each, DataType.DOUBLE)).iterate(real(1), 0);
    GanStep lazy = step(third, open(third, DataType.DOUBLE));
    double evaluated = lazy.evaluate(real(1), 0).gradientPenalty();
    double[] found = new double[4];
    for (int iteration = 0; iteration < found.length; iteration++) {
      found[iteration] = lazy.iterate(real(1), iteration).gradientPenalty();
    }
    assertThat(plain.gradientPenalty()).isPositive().isEqualTo(evaluated);
    assertThat(found[0]).isCloseTo(3 * plain.gradientPenalty(), within(1e-12));
    assertThat(found[1]).isZero();
    assertThat(found[2]).isZero();
    assertThat(found[3]).isPositive();
  }

  /** At a slope of 0 the norm has no derivative; all of it must not become NaN. */
  @Test
  void flatDiscriminatorsHaveNoGradient() {
    Experiment experiment = experiment(R1, DENSE);
    TrainedPair pair = open(experiment, DataType.DOUBLE);
    NetworkState state = pair.discriminator().state();
    pair.discriminator().load(new NetworkState(new float[state.params().length], new float[0], 0));
    Rows images = pair.take(batch(1).images());
    assertThat(pair.discriminator().penaliseSlopes(10, 1, images)).isEqualTo(10);
    assertThat(pair.discriminator().gradient()).containsOnly(0);
  }

  @Test
  void rowsBetweenOthersAreThoseOfTheOtherEngine() {
    Experiment experiment = experiment(R1, DENSE);
    TrainedPair pair = open(experiment, DataType.DOUBLE);
    Rows first = batch(1).images();
    Rows second = batch(2).images();
    double[] shares = {0, 0.25, 0.5, 0.75, 1};
    double[] expected = first.towards(second, shares).doubles();
    assertThat(pair.take(first).towards(pair.take(second), shares).doubles())
        .containsExactly(expected, within(1e-15));
    assertThat(expected[0]).isEqualTo(first.doubles()[0]);
    int last = expected.length - 1;
    assertThat(expected[last]).isCloseTo(second.doubles()[last], within(1e-15));
  }

  static Stream<String> ownPresets() throws IOException {
    try (Stream<Path> files = Files.list(Experiments.REPOSITORY.resolve("conf/experiments"))) {
      return files
          .map(file -> file.getFileName().toString().replace(".yaml", ""))
          .filter(name -> !isFollowedByTheOther(name))
          .sorted()
          .toList()
          .stream();
    }
  }

  private static boolean isFollowedByTheOther(String name) {
    try {
      new Dl4jEngine().require(Experiments.named(name));
      return true;
    } catch (ConfigException e) {
      return false;
    }
  }

  @ParameterizedTest
  @MethodSource("ownPresets")
  void presetsOfThisEngineTrain(String name) {
    Experiment experiment = Experiments.named(name, "train.batch-size=4", "train.workers=1");
    new TorchEngine().require(experiment);
    TrainedPair pair =
        TorchEngine.open(
            experiment, new ImageShape(1, 28, 28), EngineContractTest.CPU, DataType.FLOAT);
    float[] generator = pair.generator().state().params();
    float[] discriminator = pair.discriminator().state().params();
    GanStep step = step(experiment, pair);
    for (int iteration = 0; iteration < 2; iteration++) {
      Nd4j.getRandom().setSeed(iteration);
      Rows images = new ArrayRows(Nd4j.rand(DataType.FLOAT, 4, 784));
      Losses losses = step.iterate(new Batch(images, new int[0]), iteration);
      assertThat(losses.isFinite()).isTrue();
      assertThat(losses.gradientPenalty()).isPositive();
    }
    assertThat(pair.generator().state().params()).isNotEqualTo(generator);
    assertThat(pair.discriminator().state().params()).isNotEqualTo(discriminator);
  }
}
