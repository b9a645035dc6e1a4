package io.momentgan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.collective.Collective;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.config.Experiment;
import io.momentgan.config.Seeds;
import io.momentgan.config.Seeds.Use;
import io.momentgan.data.ImageShape;
import io.momentgan.engine.ArrayRows;
import io.momentgan.engine.Dl4jPair;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.step.loss.LogitLoss;
import io.momentgan.step.loss.Targets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Each preset {@code hacks-*} against the definition of its technique: as an iteration written down
 * by hand, or by the property that defines it.
 */
class HackPresetsTest {
  private static final ImageShape IMAGE = new ImageShape(1, 1, 6);
  private static final ImageShape SQUARE = new ImageShape(1, 8, 8);
  private static final int BATCH = 8;

  /** The presets with a test of their own below, beside those of {@link #byHand}. */
  private static final List<String> BY_PROPERTY =
      List.of(
          "acgan",
          "gaussian-latent",
          "instance-norm",
          "label-embedding",
          "label-flips",
          "label-smoothing",
          "maxout",
          "opponent",
          "replay",
          "sampling-dropout",
          "spectral-norm");

  /** A technique as the two losses' gradients by the logit, and the numbers of updates. */
  private record Technique(
      DoubleUnaryOperator ofReal,
      DoubleUnaryOperator ofFake,
      DoubleUnaryOperator ofGenerator,
      int dSteps,
      int gSteps) {}

  private static final Technique PLAIN =
      new Technique(l -> sigmoid(l) - 0.9, l -> sigmoid(l), l -> sigmoid(l) - 1, 1, 1);

  private static final Map<String, Technique> TECHNIQUES =
      new TreeMap<>(
          Map.of(
              "hinge", new Technique(l -> l < 1 ? -1 : 0, l -> l > -1 ? 1 : 0, l -> -1, 1, 1),
              "least-squares", new Technique(l -> l - 1, l -> l, l -> l - 1, 1, 1),
              "wasserstein", new Technique(l -> -1, l -> 1, l -> -1, 5, 1),
              "minimax",
                  new Technique(l -> sigmoid(l) - 0.9, l -> sigmoid(l), l -> -sigmoid(l), 1, 1),
              "more-d-steps", new Technique(PLAIN.ofReal, PLAIN.ofFake, PLAIN.ofGenerator, 3, 1),
              "generator-advantage",
                  new Technique(PLAIN.ofReal, PLAIN.ofFake, PLAIN.ofGenerator, 1, 4),
              "separate-updates", PLAIN,
              "sgd-discriminator", PLAIN,
              "input-noise", PLAIN));

  static Stream<String> byHand() {
    return TECHNIQUES.keySet().stream();
  }

  @Test
  void everyPresetIsTested() throws IOException {
    try (Stream<Path> files = Files.list(Experiments.REPOSITORY.resolve("conf/experiments"))) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString())
                  .filter(name -> name.startsWith("hacks-"))
                  .map(name -> name.replaceAll("^hacks-|\\.yaml$", "")))
          .containsExactlyInAnyOrderElementsOf(
              Stream.concat(byHand(), BY_PROPERTY.stream()).toList());
    }
  }

  @ParameterizedTest
  @MethodSource("byHand")
  void twoIterationsEqualThoseWrittenDownByHand(String name) {
    Experiment experiment = preset(name);
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.DOUBLE);
    GanNetworks reference = GanNetworks.build(experiment, IMAGE, DataType.DOUBLE);
    INDArray start = reference.discriminator().model().params().dup();
    GanStep step = step(experiment, networks);
    for (int iteration = 0; iteration < 2; iteration++) {
      INDArray real = real(iteration);
      step.iterate(new Batch(new ArrayRows(real), new int[0]), iteration);
      new Reference(name, experiment, reference, real, iteration).iterate();
    }
    for (boolean generator : new boolean[] {true, false}) {
      INDArray params = network(networks, generator).model().params();
      INDArray expected = network(reference, generator).model().params();
      assertThat(params.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-9);
      assertThat(network(networks, generator).state().updates())
          .isEqualTo(network(reference, generator).state().updates());
    }
    assertThat(networks.discriminator().model().params().sub(start).amaxNumber().doubleValue())
        .isGreaterThan(1e-5);
  }

  private static Network network(GanNetworks networks, boolean generator) {
    return generator ? networks.generator() : networks.discriminator();
  }

  /** An iteration of one worker without the product's step. */
  private record Reference(
      String name, Experiment experiment, GanNetworks networks, INDArray real, int iteration) {
    void iterate() {
      Technique technique = TECHNIQUES.get(name);
      Network g = networks.generator();
      Network d = networks.discriminator();
      int last = technique.dSteps - 1;
      for (int k = 0; k <= last; k++) {
        updateDiscriminator(technique, d, g.forward(latent(k)).dup(), k);
      }
      for (int i = 0; i < technique.gSteps; i++) {
        // The generator's advantage draws new z for each of its updates.
        INDArray fake = g.forward(latent(last + i)).dup();
        INDArray logits = d.forward(noisy(fake, 2, i));
        g.backward(d.backward(mapped(logits, technique.ofGenerator)));
        g.update(BATCH);
      }
    }

    private void updateDiscriminator(Technique technique, Network d, INDArray fake, int k) {
      d.backward(mapped(d.forward(noisy(real, 0, k)), technique.ofReal));
      INDArray ofReal = d.gradient().dup();
      if (name.equals("separate-updates")) {
        // Two updates of Adam: the second batch is judged by what the first has made.
        d.update(BATCH);
        d.backward(mapped(d.forward(noisy(fake, 1, k)), technique.ofFake));
        d.update(BATCH);
        return;
      }
      d.backward(mapped(d.forward(noisy(fake, 1, k)), technique.ofFake));
      INDArray params = d.model().params().dup();
      INDArray both = d.gradient().add(ofReal);
      d.addGradient(ofReal, 1);
      d.update(BATCH);
      if (name.equals("sgd-discriminator")) {
        d.model().params().assign(params.sub(both.mul(0.05 / BATCH)));
      }
      if (name.equals("wasserstein")) {
        INDArray clipped =
            Nd4j.math().max(Nd4j.math().min(d.model().params(), cap(0.01)), cap(-0.01));
        d.model().params().assign(clipped);
      }
    }

    private INDArray cap(double bound) {
      return networks.discriminator().model().params().like().assign(bound);
    }

    private INDArray latent(int draw) {
      long seed = Seeds.of(experiment.train().seed(), Use.LATENT, iteration, 0, draw);
      float[] z = LatentVectors.draw(experiment.latent(), BATCH, seed);
      return HostArrays.toArray(z, BATCH, 100).castTo(DataType.DOUBLE);
    }

    /** Plus noise of deviation 0.2, less over 500 iterations; side 0 real, 1 fake, 2 judged. */
    private INDArray noisy(INDArray images, int side, int draw) {
      if (!name.equals("input-noise")) {
        return images;
      }
      long seed = Seeds.of(experiment.train().seed(), Use.INPUT_NOISE, iteration, 0, draw, side);
      Random random = new Random(seed);
      INDArray result = images.dup();
      for (int i = 0; i < images.length(); i++) {
        double noise = 0.2 * (1 - iteration / 500.0) * random.nextGaussian();
        result.putScalar(i / 6, i % 6, images.getDouble(i / 6, i % 6) + (float) noise);
      }
      return result;
    }

    private static INDArray mapped(INDArray logits, DoubleUnaryOperator gradient) {
      double[] values = Arrays.stream(HostArrays.doubles(logits)).map(gradient).toArray();
      return HostArrays.toArray(DataType.DOUBLE, values, BATCH, 1);
    }
  }

  @Test
  void gaussianLatentVectorsAreNormal() {
    float[] z = LatentVectors.draw(preset("gaussian-latent").latent(), 500, 3);
    double fourth = 0;
    for (float value : z) {
      fourth += Math.pow(value, 4) / z.length;
    }
    assertMoments(z, 0, 1);
    // 3 for a normal, 9/5 for a uniform distribution of the same variance.
    assertThat(fourth).isCloseTo(3, within(3 * Math.sqrt(96.0 / z.length)));
  }

  @Test
  void otherLatentVectorsAreUniformFromMinusOneToOneExclusively() {
    float[] z = LatentVectors.draw(preset("hinge").latent(), 2000, 3);
    assertThat(z).hasSize(200_000);
    for (float value : z) {
      assertThat(value).isGreaterThanOrEqualTo(-1).isLessThan(1);
    }
    float[] sorted = z.clone();
    Arrays.sort(sorted);
    assertThat(sorted[0]).isLessThan(-0.9999f);
    assertThat(sorted[z.length - 1]).isGreaterThan(0.9999f);
    assertMoments(z, 0, 1 / 3.0);
    for (int i = 0; i < z.length; i += 1000) {
      // Kolmogorov and Smirnov's bound at one in ten thousand.
      assertThat((sorted[i] + 1) / 2).isCloseTo((float) i / z.length, within(0.005f));
    }
    assertThat(LatentVectors.uniform(preset("hinge").latent(), Math.nextDown(1.0))).isLessThan(1);
    assertThat(LatentVectors.uniform(preset("hinge").latent(), 0)).isEqualTo(-1);
  }

  private static void assertMoments(float[] values, double mean, double variance) {
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      sum += value;
      squares += (double) value * value;
    }
    int n = values.length;
    assertThat(sum / n).isCloseTo(mean, within(3 * Math.sqrt(variance / n)));
    assertThat(squares / n).isCloseTo(variance, within(3 * Math.sqrt(2.0 / n) * variance));
  }

  @Test
  void fiveOfAHundredLabelsAreFlipped() {
    Targets targets = new Targets(preset("label-flips").loss(), 1, 0);
    int n = 100_000;
    double within = 3 * Math.sqrt(0.05 * 0.95 / n);
    double[] real = targets.draw(true, n, 0, 0);
    double[] fake = targets.draw(false, n, 0, 0);
    assertThat(DoubleStream.of(real).distinct()).containsExactlyInAnyOrder(0.9, 0.0);
    assertThat(share(real, 0.0)).isCloseTo(0.05, within(within));
    assertThat(share(fake, 0.9)).isCloseTo(0.05, within(within));
  }

  private static double share(double[] values, double value) {
    return DoubleStream.of(values).filter(v -> v == value).count() / (double) values.length;
  }

  @Test
  void labelsAreSmoothedOverTheirRanges() {
    Targets targets = new Targets(preset("label-smoothing").loss(), 1, 0);
    double[] real = targets.draw(true, 100_000, 0, 0);
    double[] fake = targets.draw(false, 100_000, 0, 0);
    assertThat(DoubleStream.of(real).min().orElseThrow()).isBetween(0.7, 0.701);
    assertThat(DoubleStream.of(real).max().orElseThrow()).isBetween(1.199, 1.2);
    assertThat(DoubleStream.of(fake).min().orElseThrow()).isBetween(0.0, 0.001);
    assertThat(DoubleStream.of(fake).max().orElseThrow()).isBetween(0.299, 0.3);
    assertThat(DoubleStream.of(real).average().orElseThrow()).isCloseTo(0.95, within(0.0014));
    assertThat(DoubleStream.of(fake).average().orElseThrow()).isCloseTo(0.15, within(0.0009));
  }

  @Test
  void halfOfTheImagesAreReplayedWithinTheFirstRoundAlready() {
    Experiment experiment = Experiments.named("hacks-replay");
    DiscriminatorInput input =
        new DiscriminatorInput(experiment.discriminatorInput(), 1, 0, ReplayBuffer.EMPTY);
    int batch = experiment.train().batchSize();
    int rounds = 4;
    int replayed = 0;
    int iterations = rounds * experiment.train().averagingFrequency();
    for (int iteration = 0; iteration < iterations; iteration++) {
      INDArray fake = Nd4j.valueArrayOf(new long[] {batch, 2}, iteration, DataType.FLOAT);
      float[] shown =
          input
              .replayed(new Batch(new ArrayRows(fake), new int[0]), iteration, 0)
              .images()
              .floats();
      for (int i = 0; i < batch; i++) {
        replayed += shown[2 * i] < iteration ? 1 : 0;
      }
    }
    double drawn = (iterations - 1.0) * batch;
    assertThat(replayed / drawn).isCloseTo(0.5, within(3 * 0.5 / Math.sqrt(drawn)));
    assertThat(input.buffer().count()).isEqualTo(500);
  }

  @Test
  void aQuarterOfTheUpdatesFacesTheOlderGenerator() {
    Experiment experiment = preset("opponent");
    assertThat(experiment.discriminatorInput().opponentRounds()).isEqualTo(10);
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    GanNetworks other = GanNetworks.build(experiment.with("train.seed=9"), IMAGE, DataType.FLOAT);
    float[] older = other.generator().state().params();
    int faced = 0;
    int updates = 200;
    for (int iteration = 0; iteration < updates; iteration++) {
      networks.load(GanNetworks.build(experiment, IMAGE, DataType.FLOAT).initialSnapshot());
      long seed = Seeds.of(experiment.train().seed(), Use.LATENT, iteration, 0, 0);
      INDArray z =
          HostArrays.toArray(LatentVectors.draw(experiment.latent(), BATCH, seed), BATCH, 100);
      double own = meanProbability(networks, networks.generator().forward(z));
      double old = meanProbability(networks, other.generator().forward(z));
      double seen =
          new GanStep(
                  experiment,
                  new Dl4jPair(networks),
                  alone(),
                  RealSide.UNKNOWN,
                  false,
                  Optional.empty(),
                  older,
                  ReplayBuffer.EMPTY)
              .iterate(
                  new Batch(new ArrayRows(real(0).castTo(DataType.FLOAT)), new int[0]), iteration)
              .dFake();
      assertThat(Math.min(Math.abs(seen - own), Math.abs(seen - old))).isLessThan(1e-6);
      faced += Math.abs(seen - old) < 1e-6 ? 1 : 0;
    }
    assertThat(faced / (double) updates)
        .isCloseTo(0.25, within(3 * Math.sqrt(0.25 * 0.75 / updates)));
  }

  private static double meanProbability(GanNetworks networks, INDArray images) {
    return LogitLoss.meanProbability(
        HostArrays.doubles(networks.discriminator().forward(images.dup())));
  }

  @Test
  void noImageDependsOnItsBatchMatesWithInstanceNorm() {
    GanNetworks networks = GanNetworks.build(preset("instance-norm"), SQUARE, DataType.FLOAT);
    assertThat(changeByBatchMates(networks.generator(), 100)).isLessThan(1e-5);
    assertThat(changeByBatchMates(networks.discriminator(), SQUARE.features())).isLessThan(1e-5);
    // Of two presets that differ in the normalisation of the generator, the other one has it of
    // the batch.
    Network ofBatch =
        GanNetworks.build(preset("spectral-norm"), SQUARE, DataType.FLOAT).generator();
    assertThat(changeByBatchMates(ofBatch, 100)).isGreaterThan(1e-3);
  }

  /** By how much the first output of a batch changes with the others. */
  private static double changeByBatchMates(Network network, int width) {
    Nd4j.getRandom().setSeed(5);
    INDArray batch = Nd4j.randn(DataType.FLOAT, 4, width);
    INDArray first = network.forward(batch).getRow(0).dup();
    INDArray others = batch.mul(3);
    others.putRow(0, batch.getRow(0));
    return network.forward(others).getRow(0).sub(first).amaxNumber().doubleValue();
  }

  @Test
  void theClassHeadsLossIsPartOfBothLosses() {
    Experiment experiment = preset("acgan");
    GanNetworks networks = GanNetworks.build(experiment, SQUARE, DataType.FLOAT);
    int[] classes = {0, 1, 2, 3, 4, 5, 6, 7};
    Nd4j.getRandom().setSeed(5);
    INDArray real = Nd4j.rand(DataType.FLOAT, BATCH, SQUARE.features());
    Losses losses = step(experiment, networks).iterate(new Batch(new ArrayRows(real), classes), 0);
    // Of ten classes that nothing tells apart yet: ln 10 for each batch.
    assertThat(losses.discriminator() - losses.discriminatorBce())
        .isCloseTo(2 * Math.log(10), within(0.6));
    assertThat(losses.generator() - losses.generatorBce()).isCloseTo(Math.log(10), within(0.6));
  }

  @Test
  void anEmbeddingTellsBothNetworksTheClass() {
    Experiment experiment = preset("label-embedding");
    GanNetworks networks = GanNetworks.build(experiment, SQUARE, DataType.FLOAT);
    Nd4j.getRandom().setSeed(5);
    INDArray z = Nd4j.randn(DataType.FLOAT, BATCH, 100);
    INDArray images = Nd4j.randn(DataType.FLOAT, BATCH, SQUARE.features());
    int[] one = new int[BATCH];
    int[] other = {3, 3, 3, 3, 3, 3, 3, 3};
    assertThat(HostArrays.floats(networks.generator().forward(z, other)))
        .isNotEqualTo(HostArrays.floats(networks.generator().forward(z, one)));
    assertThat(HostArrays.floats(networks.discriminator().forward(images, other)))
        .isNotEqualTo(HostArrays.floats(networks.discriminator().forward(images, one)));
    // One more channel: a plane of 8x8 for each class, and 5x5 kernels of two channels.
    INDArray table = networks.discriminator().model().getLayer(0).getParam("W");
    assertThat(table.shape()).containsExactly(10, SQUARE.features());
    assertThat(
            Arrays.stream(networks.discriminator().model().getLayers())
                .map(layer -> layer.getParam("W"))
                .filter(w -> w != null && w.rank() == 4)
                .findFirst()
                .orElseThrow()
                .size(1))
        .isEqualTo(2);
    // Images of class 7 train the plane of class 7 alone.
    INDArray before = table.dup();
    int[] sevens = {7, 7, 7, 7, 7, 7, 7, 7};
    step(experiment, networks).iterate(new Batch(new ArrayRows(images), sevens), 0);
    for (int c = 0; c < 10; c++) {
      assertThat(table.getRow(c).equals(before.getRow(c))).as("class %d", c).isEqualTo(c != 7);
    }
  }

  @Test
  void maxoutTakesTheLargestOfFivePieces() {
    Experiment experiment =
        preset("maxout")
            .with("discriminator.layers.0.dropout=0", "discriminator.layers.1.dropout=0");
    Network d = GanNetworks.build(experiment, IMAGE, DataType.DOUBLE).discriminator();
    INDArray hidden = real(1);
    // An affine layer and the choice of the largest in turn, then the logit.
    for (int layer = 0; layer < 4; layer += 2) {
      Layer of = d.model().getLayer(layer);
      hidden = largestOfFive(hidden.mmul(of.getParam("W")).addRowVector(of.getParam("b")));
      assertThat(hidden.size(1)).isEqualTo(240);
    }
    Layer last = d.model().getLayer(4);
    INDArray expected = hidden.mmul(last.getParam("W")).addRowVector(last.getParam("b"));
    assertThat(HostArrays.doubles(d.forward(real(1))))
        .containsExactly(HostArrays.doubles(expected), within(1e-9));
    Network dropping = GanNetworks.build(preset("maxout"), IMAGE, DataType.FLOAT).discriminator();
    INDArray images = real(1).castTo(DataType.FLOAT);
    assertThat(HostArrays.floats(dropping.forward(images)))
        .isNotEqualTo(HostArrays.floats(dropping.forward(images)));
  }

  /** Units of five neighbouring columns each. */
  private static INDArray largestOfFive(INDArray pieces) {
    long units = pieces.size(1) / 5;
    return pieces.dup('c').reshape('c', pieces.size(0), units, 5).max(2);
  }

  @Test
  void dropoutStaysOnWhileSampling() {
    Experiment experiment = preset("sampling-dropout");
    Network g = GanNetworks.build(experiment, IMAGE, DataType.FLOAT).generator();
    INDArray z = Nd4j.ones(DataType.FLOAT, 200, 100);
    float[] images = HostArrays.floats(g.sample(z));
    assertThat(Arrays.equals(Arrays.copyOf(images, 6), Arrays.copyOfRange(images, 6, 12)))
        .as("two samples of one z")
        .isFalse();
    Network off =
        GanNetworks.build(
                experiment.with("generator.sampling-dropout=false"), IMAGE, DataType.FLOAT)
            .generator();
    float[] same = HostArrays.floats(off.sample(z));
    assertThat(Arrays.copyOf(same, 6))
        .containsExactly(Arrays.copyOfRange(same, 6, 12), within(1e-6f));
  }

  @Test
  void matricesHaveTheirLargestSingularValueAtOneWithSpectralNorm() {
    Experiment experiment = preset("spectral-norm");
    Network d = GanNetworks.build(experiment, SQUARE, DataType.FLOAT).discriminator();
    assertThat(experiment.discriminator().spectralNorm()).isTrue();
    // Twice the weights are the same discriminator, but for its biases, which are 0.
    Nd4j.getRandom().setSeed(5);
    INDArray images = Nd4j.randn(DataType.FLOAT, BATCH, SQUARE.features());
    for (int pass = 0; pass < 50; pass++) {
      d.forward(images);
    }
    float[] before = HostArrays.floats(d.forward(images));
    d.model().params().muli(2);
    d.load(d.state());
    assertThat(HostArrays.floats(d.forward(images))).containsExactly(before, within(1e-3f));
  }

  private static Experiment preset(String name) {
    return Experiments.named(
        "hacks-" + name, "train.batch-size=" + BATCH, "train.workers=1", "kernels=stock");
  }

  private static GanStep step(Experiment experiment, GanNetworks networks) {
    return new GanStep(
        experiment,
        new Dl4jPair(networks),
        alone(),
        RealSide.UNKNOWN,
        false,
        Optional.empty(),
        new float[0],
        ReplayBuffer.EMPTY);
  }

  private static Collective alone() {
    return LocalCollectives.alone();
  }

  private static INDArray real(int seed) {
    double[] values = new Random(seed).doubles(BATCH * 6L, -1, 1).toArray();
    return Nd4j.createFromArray(values).reshape(BATCH, 6);
  }

  private static double sigmoid(double l) {
    return 1 / (1 + Math.exp(-l));
  }
}
