package io.momentgan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.collective.Collective;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.config.AugmentConfig;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.config.ConfigException;
import io.momentgan.config.Experiment;
import io.momentgan.config.Seeds;
import io.momentgan.data.ImageShape;
import io.momentgan.engine.ArrayRows;
import io.momentgan.engine.Dl4jPair;
import io.momentgan.engine.Rows;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.step.DiscriminatorInput.Shown;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Differentiable augmentation: the paper's formulas, their gradients, and what is augmented. */
class AugmentationTest {
  private static final String ALL = "augment={colour: 1.0, translation: 0.25, cutout: 0.5}";
  private static final ImageShape COLOUR = new ImageShape(3, 6, 8);
  private static final ImageShape GREY = new ImageShape(1, 5, 7);
  private static final ImageShape IMAGE = new ImageShape(1, 6, 6);
  private static final int BATCH = 6;

  @Test
  void imagesAreThoseOfThePapersCode() {
    for (ImageShape shape : new ImageShape[] {COLOUR, GREY}) {
      for (int seed = 0; seed < 200; seed++) {
        Augmentation drawn =
            Augmentation.draw(
                new AugmentConfig(1, 0.25, 0.5), shape, 2, new SplittableRandom(seed));
        double[] images = values(2 * shape.features(), seed);
        double[] expected = images.clone();
        double[] second = Arrays.copyOfRange(images, shape.features(), images.length);
        System.arraycopy(
            reference(second, shape, drawn), 0, expected, shape.features(), shape.features());
        drawn.apply(images, shape.features(), shape);
        assertThat(images).containsExactly(expected, within(1e-12));
      }
    }
  }

  /** DiffAugment_pytorch.py line by line for one image, with the numbers that were drawn. */
  private static double[] reference(double[] x, ImageShape shape, Augmentation drawn) {
    int h = shape.height();
    int w = shape.width();
    int c = shape.channels();
    double[] y = Arrays.stream(x).map(v -> v + drawn.brightness()).toArray();
    for (int p = 0; p < h * w; p++) {
      int pixel = p;
      double mean =
          IntStream.range(0, c).mapToDouble(k -> y[k * h * w + pixel]).average().orElse(0);
      for (int k = 0; k < c; k++) {
        y[k * h * w + p] = (y[k * h * w + p] - mean) * drawn.saturation() + mean;
      }
    }
    double mean = Arrays.stream(y).average().orElse(0);
    double[] z = Arrays.stream(y).map(v -> (v - mean) * drawn.contrast() + mean).toArray();
    double[] result = new double[z.length];
    for (int k = 0; k < c; k++) {
      for (int i = 0; i < h; i++) {
        for (int j = 0; j < w; j++) {
          int si = i - drawn.down();
          int sj = j - drawn.right();
          boolean inside = si >= 0 && si < h && sj >= 0 && sj < w;
          boolean cut =
              i >= drawn.cut().top()
                  && i < drawn.cut().bottom()
                  && j >= drawn.cut().left()
                  && j < drawn.cut().right();
          result[(k * h + i) * w + j] = inside && !cut ? z[(k * h + si) * w + sj] : 0;
        }
      }
    }
    return result;
  }

  @Test
  void drawsHaveThePapersRanges() {
    SplittableRandom random = new SplittableRandom(1);
    AugmentConfig paper = new AugmentConfig(1, 0.125, 0.5);
    ImageShape shape = new ImageShape(3, 32, 32);
    double[] least = {9, 9, 9, 9, 9, 9, 99};
    double[] most = {-9, -9, -9, -9, -9, -9, -9};
    for (int i = 0; i < 20_000; i++) {
      Augmentation a = Augmentation.draw(paper, shape, 2, random);
      int area = (a.cut().bottom() - a.cut().top()) * (a.cut().right() - a.cut().left());
      double[] drawn = {
        a.brightness(), a.saturation(), a.contrast(), a.down(), a.right(), a.cut().top(), area
      };
      for (int k = 0; k < drawn.length; k++) {
        least[k] = Math.min(least[k], drawn[k]);
        most[k] = Math.max(most[k], drawn[k]);
      }
    }
    assertThat(least).containsExactly(new double[] {-0.5, 0, 0.5, -4, -4, 0, 64}, within(1e-3));
    assertThat(most).containsExactly(new double[] {0.5, 2, 1.5, 4, 4, 24, 256}, within(1e-3));
  }

  @Test
  void brightnessFollowsTheRangeOfTheImages() {
    AugmentConfig colour = new AugmentConfig(1, 0, 0);
    double wide = Augmentation.draw(colour, GREY, 2, new SplittableRandom(3)).brightness();
    double narrow = Augmentation.draw(colour, GREY, 1, new SplittableRandom(3)).brightness();
    assertThat(narrow).isEqualTo(wide / 2).isNotZero();
  }

  @ParameterizedTest
  @CsvSource({"1, 0, 0", "0, 0.25, 0", "0, 0, 0.5", "0.5, 0.25, 0.5"})
  void gradientEqualsFiniteDifferences(double colour, double translation, double cutout) {
    AugmentConfig config = new AugmentConfig(colour, translation, cutout);
    for (int seed = 0; seed < 8; seed++) {
      Augmentation drawn = Augmentation.draw(config, COLOUR, 2, new SplittableRandom(seed));
      double[] image = values(COLOUR.features(), seed);
      double[] weights = values(COLOUR.features(), seed + 100);
      double[] gradient = weights.clone();
      drawn.backpropagate(gradient, 0, COLOUR);
      for (int i = 0; i < image.length; i++) {
        double up = weighted(drawn, moved(image, i, 1e-4), weights);
        double down = weighted(drawn, moved(image, i, -1e-4), weights);
        assertThat(gradient[i]).isCloseTo((up - down) / 2e-4, within(1e-8));
      }
    }
  }

  private static double weighted(Augmentation drawn, double[] image, double[] weights) {
    drawn.apply(image, 0, COLOUR);
    return IntStream.range(0, image.length).mapToDouble(i -> image[i] * weights[i]).sum();
  }

  /** Through D and G together, in double, with noise and the moment penalty. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "augment.colour=1.0",
        "augment.translation=0.25",
        "augment.cutout=0.5",
        ALL,
        "discriminator-input.noise-sd=0.2",
        "moments.mean-weight=0.7",
        "generator.output=sigmoid"
      })
  void generatorGradientEqualsFiniteDifferences(String setting) {
    Experiment experiment =
        Experiments.small(
            ALL, "generator.optimizer.type=sgd", "generator.optimizer.learning-rate=1", setting);
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.DOUBLE);
    double[] before = HostArrays.doubles(networks.generator().model().params());
    INDArray real = Nd4j.createFromArray(values(BATCH * IMAGE.features(), 1)).reshape(BATCH, -1);
    try (Collective alone = alone()) {
      step(experiment, networks, alone).iterate(new Batch(new ArrayRows(real), new int[0]), 0);
    }
    double[] after = HostArrays.doubles(networks.generator().model().params());
    for (int i = 0; i < before.length; i += 7) {
      double up = generatorLoss(experiment, networks, moved(before, i, 1e-5), real);
      double down = generatorLoss(experiment, networks, moved(before, i, -1e-5), real);
      assertThat(before[i] - after[i])
          .as("parameter %d", i)
          .isCloseTo((up - down) / 2e-5, within(1e-5));
    }
  }

  /** The discriminator of the networks is the updated one, which judged the generator. */
  private static double generatorLoss(
      Experiment experiment, GanNetworks networks, double[] params, INDArray real) {
    networks.generator().model().params().assign(Nd4j.createFromArray(params));
    try (Collective alone = alone()) {
      DiscriminatorUpdate discriminator =
          new DiscriminatorUpdate(
              experiment,
              new Dl4jPair(networks),
              new GradientSharing(alone, Wire.EXACT, false, Optional.empty()),
              ReplayBuffer.EMPTY);
      long seed = Seeds.of(experiment.train().seed(), Seeds.Use.LATENT, 0, 0, 0);
      float[] z = LatentVectors.draw(experiment.latent(), BATCH, seed);
      INDArray fake =
          networks
              .generator()
              .forward(
                  HostArrays.toArray(z, BATCH, experiment.latent().size()).castTo(DataType.DOUBLE));
      MomentExchange exchange =
          new MomentExchange(
              experiment.moments().scope(), alone, Wire.EXACT, RealSide.UNKNOWN, false);
      double penalty =
          new PenaltyGradient(experiment.moments())
              .value(exchange.begin(new ArrayRows(real), new ArrayRows(fake), 0).await());
      Batch shown = new Batch(new ArrayRows(fake), new int[0]);
      return discriminator.judge(new Batch(new ArrayRows(real), new int[0]), shown, 0, 0).loss()
          + penalty;
    }
  }

  @Test
  void realAndGeneratedImagesDrawForThemselvesAndEachImageToo() {
    Augmenter augmenter = augmenter(0);
    INDArray ones = Nd4j.ones(DataType.FLOAT, 3, COLOUR.features());
    Rows images = new ArrayRows(ones);
    Rows real = augmenter.augment(images, Shown.REAL, 5, 0);
    INDArray seen = ((ArrayRows) real).array();
    assertThat(seen.getRow(0)).isNotEqualTo(seen.getRow(1));
    assertThat(augmenter.augment(images, Shown.REAL, 5, 0)).isEqualTo(real);
    assertThat(augmenter.augment(images, Shown.FAKE, 5, 0)).isNotEqualTo(real);
    assertThat(augmenter.augment(images, Shown.JUDGED, 5, 0)).isNotEqualTo(real);
    assertThat(augmenter.augment(images, Shown.REAL, 6, 0)).isNotEqualTo(real);
    assertThat(augmenter.augment(images, Shown.REAL, 5, 1)).isNotEqualTo(real);
    assertThat(augmenter(1).augment(images, Shown.REAL, 5, 0)).isNotEqualTo(real);
    assertThat(ones.minNumber().intValue()).isEqualTo(1);
  }

  @Test
  void bothSidesAreAugmented() {
    // What D does not see cannot change it: with everything cut but the edge, its weights on the
    // middle get no gradient from either side.
    Experiment experiment =
        Experiments.small(
            "augment.cutout=0.99",
            "discriminator.layers=[]",
            "discriminator.optimizer.type=sgd",
            "discriminator.optimizer.learning-rate=1");
    for (Shown side : Shown.values()) {
      Augmenter augmenter = new Augmenter(experiment.augment(), IMAGE, 2, 1, 0);
      Rows ones = new ArrayRows(Nd4j.ones(DataType.FLOAT, BATCH, IMAGE.features()));
      double[] seen = augmenter.augment(ones, side, 0, 0).doubles();
      assertThat((int) DoubleStream.of(seen).sum()).isLessThan(BATCH * IMAGE.features());
    }
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    float[] before = networks.discriminator().state().params();
    Rows real = new ArrayRows(Nd4j.ones(DataType.FLOAT, 1, IMAGE.features()));
    Augmenter augmenter = new Augmenter(experiment.augment(), IMAGE, 2, 1, 0);
    double[] seenReal = augmenter.augment(real, Shown.REAL, 0, 0).doubles();
    double[] seenFake = augmenter.augment(real, Shown.FAKE, 0, 0).doubles();
    try (Collective alone = alone()) {
      new DiscriminatorUpdate(
              experiment,
              new Dl4jPair(networks),
              new GradientSharing(alone, Wire.EXACT, false, Optional.empty()),
              ReplayBuffer.EMPTY)
          .update(new Batch(real, new int[0]), new Batch(real, new int[0]), null, 0, 0);
    }
    float[] after = networks.discriminator().state().params();
    for (int i = 0; i < IMAGE.features(); i++) {
      boolean seen = seenReal[i] != 0 || seenFake[i] != 0;
      assertThat(after[i] != before[i]).as("pixel %d", i).isEqualTo(seen);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"kernels=fast", "kernels=stock"})
  void trainingIsRepeatableAndOffMeansOff(String kernels) {
    String off = "augment={colour: 0.0, translation: 0.0, cutout: 0.0}";
    assertThat(trained(kernels, ALL)).isEqualTo(trained(kernels, ALL));
    assertThat(trained(kernels, ALL)).isNotEqualTo(trained(kernels, off));
    assertThat(trained(kernels, ALL)).isNotEqualTo(trained(kernels, ALL, "train.seed=2"));
    assertThat(trained(kernels, off)).isEqualTo(trained(kernels));
    Rows images = new ArrayRows(Nd4j.ones(DataType.FLOAT, 2, IMAGE.features()));
    Augmenter none = new Augmenter(new AugmentConfig(0, 0, 0), IMAGE, 2, 1, 0);
    assertThat(none.augment(images, Shown.REAL, 0, 0)).isSameAs(images);
  }

  @Test
  void sharesAndStrengthsAreChecked() {
    for (String wrong :
        new String[] {"colour=1.1", "colour=-0.1", "translation=0.6", "cutout=1.0"}) {
      assertThatThrownBy(() -> Experiments.small("augment." + wrong))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("augment." + wrong.replaceFirst("=.*", ""))
          .hasMessageContaining("expected a s");
    }
  }

  private static float[] trained(String... settings) {
    Experiment experiment = Experiments.small(settings);
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    try (Collective alone = alone()) {
      GanStep step = step(experiment, networks, alone);
      for (int i = 0; i < 3; i++) {
        float[] real = HostArrays.floats(values(BATCH * IMAGE.features(), i));
        step.iterate(
            new Batch(new ArrayRows(HostArrays.toArray(real, BATCH, IMAGE.features())), new int[0]),
            i);
      }
    }
    return networks.generator().state().params();
  }

  private static Augmenter augmenter(int rank) {
    return new Augmenter(new AugmentConfig(1, 0.25, 0.5), COLOUR, 2, 1, rank);
  }

  private static GanStep step(Experiment experiment, GanNetworks networks, Collective alone) {
    return new GanStep(
        experiment,
        new Dl4jPair(networks),
        alone,
        RealSide.UNKNOWN,
        false,
        Optional.empty(),
        new float[0],
        ReplayBuffer.EMPTY);
  }

  private static Collective alone() {
    return LocalCollectives.alone();
  }

  private static double[] values(int count, int seed) {
    return new Random(seed).doubles(count, -1, 1).toArray();
  }

  private static double[] moved(double[] values, int at, double by) {
    double[] result = values.clone();
    result[at] += by;
    return result;
  }
}
