package io.momentgan.classification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.SparkTests;
import io.momentgan.config.Experiment;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Probabilities and errors of classifiers against plain loops in double. */
class EnsembleTest {
  private static final int CLASSES = 3;
  private static final ImageShape SHAPE = new ImageShape(1, 2, 2);
  private static final double SLOPE = 0.01;

  /** Two whole batches and a short one. */
  private static final int COUNT = 257;

  private static final IdentityHashMap<Classifier, MultiLayerNetwork> MODELS =
      new IdentityHashMap<>();

  private final ImageSource images = new Noise(COUNT);

  /** Images of random pixels, with random classes. */
  private record Noise(int count) implements ImageSource {
    @Override
    public ImageShape shape() {
      return SHAPE;
    }

    @Override
    public Images read(int[] indices) {
      byte[] pixels = new byte[indices.length * SHAPE.features()];
      byte[] labels = new byte[indices.length];
      for (int i = 0; i < indices.length; i++) {
        SplittableRandom random = new SplittableRandom(indices[i]);
        labels[i] = (byte) random.nextInt(CLASSES);
        for (int j = 0; j < SHAPE.features(); j++) {
          pixels[i * SHAPE.features() + j] = (byte) random.nextInt(256);
        }
      }
      return new Images(SHAPE, pixels, labels);
    }
  }

  private static Experiment experiment(String... overrides) {
    return Experiments.small(
        Stream.concat(
                Stream.of(
                    "labels.classes=" + CLASSES,
                    "labels.generator=none",
                    "labels.discriminator=classifier"),
                Arrays.stream(overrides))
            .toArray(String[]::new));
  }

  private static Classifier classifier(String... overrides) {
    Experiment experiment = experiment(overrides);
    Network network = GanNetworks.build(experiment, SHAPE, DataType.FLOAT).discriminator();
    return new Classifier("a run", experiment, SHAPE, List.of(), network.state());
  }

  private static MultiLayerNetwork model(Classifier classifier) {
    Network network = GanNetworks.discriminatorForUse(classifier.experiment(), SHAPE);
    network.load(classifier.state());
    return network.model();
  }

  /** Softmax over the last three outputs of a network of one hidden layer. */
  private static double[] oracle(Classifier classifier, byte[] pixels) {
    double black = classifier.experiment().generator().output().black();
    double[] values = new double[pixels.length];
    for (int j = 0; j < values.length; j++) {
      values[j] = black + (1 - black) * (pixels[j] & 0xFF) / 255;
    }
    MultiLayerNetwork model = MODELS.computeIfAbsent(classifier, EnsembleTest::model);
    for (int layer = 0; layer < model.getnLayers(); layer++) {
      INDArray weights = model.getLayer(layer).getParam("W");
      INDArray bias = model.getLayer(layer).getParam("b");
      double[] next = new double[(int) weights.size(1)];
      for (int to = 0; to < next.length; to++) {
        next[to] = bias.getDouble(to);
        for (int from = 0; from < values.length; from++) {
          next[to] += values[from] * weights.getDouble(from, to);
        }
      }
      boolean last = layer == model.getnLayers() - 1;
      values = Arrays.stream(next).map(v -> v > 0 || last ? v : SLOPE * v).toArray();
    }
    double[] exponentials =
        Arrays.stream(values, values.length - CLASSES, values.length).map(Math::exp).toArray();
    double sum = Arrays.stream(exponentials).sum();
    return Arrays.stream(exponentials).map(e -> e / sum).toArray();
  }

  private double[] mean(Ensemble ensemble, int image) {
    byte[] pixels = images.read(new int[] {image}).pixels();
    double[] sum = new double[CLASSES];
    for (Classifier member : ensemble.members()) {
      double[] each = oracle(member, pixels);
      Arrays.setAll(sum, c -> sum[c] + each[c] / ensemble.members().size());
    }
    return sum;
  }

  private int errors(Ensemble ensemble) {
    int errors = 0;
    for (int i = 0; i < COUNT; i++) {
      double[] sum = mean(ensemble, i);
      int best =
          IntStream.range(0, CLASSES).reduce((a, b) -> sum[b] > sum[a] ? b : a).orElseThrow();
      errors += best == images.read(new int[] {i}).labels()[0] ? 0 : 1;
    }
    return errors;
  }

  @ParameterizedTest
  @CsvSource({"tanh, classifier, none", "sigmoid, classifier, none", "tanh, class-head, one-hot"})
  void probabilitiesAreTheSoftmaxOfTheLogitsOfTheClasses(
      String output, String discriminator, String generator) {
    Ensemble ensemble =
        new Ensemble(
            Stream.of(1, 2, 3)
                .map(
                    seed ->
                        classifier(
                            "train.seed=" + seed,
                            "generator.output=" + output,
                            "labels.generator=" + generator,
                            "labels.discriminator=" + discriminator))
                .toList());
    ImagePart part = new ImagePart(0, COUNT);
    Probabilities found = ensemble.open().classify(part, images.read(part.indices()));
    assertThat(found.images()).isEqualTo(COUNT);
    for (int i = 0; i < COUNT; i++) {
      assertThat(found.of(i)).as("image %d", i).containsExactly(mean(ensemble, i), within(1e-5));
    }
  }

  @Test
  void errorsOfMembersAndOfTheEnsembleAreThoseOfAPlainLoop() {
    List<Classifier> members =
        Stream.of(1, 2, 3).map(seed -> classifier("train.seed=" + seed)).toList();
    try (JavaSparkContext spark = SparkTests.local(2);
        TestImages test = TestImages.of(spark, "test", images).orElseThrow()) {
      ErrorCount count = test.errors(new Ensemble(members));
      assertThat(count.images()).isEqualTo(COUNT);
      assertThat(count.together()).isEqualTo(errors(new Ensemble(members)));
      List<Integer> alone = new ArrayList<>();
      for (Classifier member : members) {
        Ensemble one = new Ensemble(List.of(member));
        alone.add(errors(one));
        assertThat(test.errors(one))
            .isEqualTo(new ErrorCount("test", COUNT, List.of(errors(one)), errors(one)));
      }
      assertThat(count.ofMembers()).isEqualTo(alone);
      assertThat(count.of(count.together()))
          .isEqualTo("257 test images (%.2f %%)".formatted(100.0 * count.together() / COUNT));
    }
  }

  /** Where a prediction depends on its batch, the batches must not depend on the tasks. */
  @ParameterizedTest
  @CsvSource({"batch, 1", "batch, 2", "batch, 3", "batch, 5", "running, 3"})
  void theNumberOfPartsChangesNoBit(String statistics, int parts) {
    Ensemble ensemble =
        new Ensemble(
            List.of(
                classifier(
                    "discriminator.layers=[{type: dense, units: 4, batch-norm: true}]",
                    "discriminator.batch-norm.sampling=" + statistics)));
    ImagePart whole = new ImagePart(0, COUNT);
    double[] expected = ensemble.open().classify(whole, images.read(whole.indices())).values();
    double[] found =
        ImagePart.of(COUNT, SHAPE, parts).stream()
            .map(part -> ensemble.open().classify(part, images.read(part.indices())).values())
            .flatMapToDouble(Arrays::stream)
            .toArray();
    assertThat(found).containsExactly(expected);
  }

  @Test
  void partsAreWholeBatchesAndSmallEnough() {
    assertThat(ImagePart.of(COUNT, SHAPE, 2))
        .containsExactly(new ImagePart(0, 100), new ImagePart(100, COUNT));
    assertThat(ImagePart.of(COUNT, SHAPE, 9))
        .containsExactly(new ImagePart(0, 100), new ImagePart(100, 200), new ImagePart(200, COUNT));
    assertThat(new ImagePart(200, COUNT).first()).isEqualTo(157);
    assertThat(ImagePart.of(7, SHAPE, 3)).containsExactly(new ImagePart(0, 7));
    ImageShape large = new ImageShape(3, 256, 256);
    assertThat(ImagePart.of(10_000, large, 2))
        .hasSize(29)
        .allMatch(part -> (long) (part.to() - part.from()) * large.features() < 100_000_000);
  }

  @Test
  void withoutBatchStatisticsAnImagesProbabilitiesAreItsOwn() {
    Ensemble ensemble =
        new Ensemble(
            List.of(
                classifier(
                    "discriminator.layers=[{type: dense, units: 4, batch-norm: true}]",
                    "discriminator.batch-norm.sampling=running")));
    double[] alone =
        ensemble.open().classify(new ImagePart(0, 1), images.read(new int[] {5})).of(0);
    ImagePart whole = new ImagePart(0, COUNT);
    assertThat(ensemble.open().classify(whole, images.read(whole.indices())).of(5))
        .containsExactly(alone, within(1e-6));
  }

  @Test
  void equalProbabilitiesNameTheFirstClass() {
    Probabilities equal = Probabilities.softmax(new float[] {9, 2, 7, 7, 9, 300, 300, 300}, 4, 1);
    assertThat(equal.named(0)).isEqualTo(1);
    assertThat(equal.named(1)).isZero();
    assertThat(equal.of(1)).containsExactly(1 / 3.0, 1 / 3.0, 1 / 3.0);
  }

  @Test
  void membersOfOtherClassesOrShapesAndOthersThanClassifiersAreRefused() {
    Classifier first = classifier();
    Classifier four =
        new Classifier("four", experiment("labels.classes=4"), SHAPE, List.of(), first.state());
    assertThatThrownBy(() -> new Ensemble(List.of(first, four)))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "four: found 4 classes, expected 3 classes as a run has; give runs of the same classes");
    Classifier named =
        new Classifier(
            "named", first.experiment(), SHAPE, List.of("cat", "cow", "dog"), first.state());
    assertThatThrownBy(() -> new Ensemble(List.of(first, named)))
        .hasMessageContaining(
            "named: found 3 classes (cat, cow, dog), expected 3 classes as a run");
    Classifier wide =
        new Classifier(
            "wide", first.experiment(), new ImageShape(3, 2, 2), List.of(), first.state());
    assertThatThrownBy(() -> new Ensemble(List.of(first, wide)))
        .hasMessageContaining("wide: found images of 3x2x2, expected 1x2x2 as a run has");
    for (Experiment none :
        List.of(Experiments.small(), experiment("labels.discriminator=one-hot"))) {
      assertThatThrownBy(() -> new Classifier("gan", none, SHAPE, List.of(), first.state()))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("gan: found a discriminator that names no classes")
          .hasMessageContaining("labels.discriminator=classifier");
    }
  }

  @Test
  void imagesWithoutLabelsAreNoTestImages() {
    ImageSource unlabelled =
        new ImageSource() {
          private static final long serialVersionUID = 1L;

          @Override
          public int count() {
            return 5;
          }

          @Override
          public ImageShape shape() {
            return SHAPE;
          }

          @Override
          public Images read(int[] indices) {
            return new Images(SHAPE, new byte[indices.length * SHAPE.features()], new byte[0]);
          }
        };
    try (JavaSparkContext spark = SparkTests.local(1)) {
      assertThat(TestImages.of(spark, "test", unlabelled)).isEmpty();
    }
  }
}
