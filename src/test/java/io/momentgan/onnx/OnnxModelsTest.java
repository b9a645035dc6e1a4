package io.momentgan.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import io.momentgan.Experiments;
import io.momentgan.config.Experiment;
import io.momentgan.config.LayerConfig;
import io.momentgan.config.NetworkConfig;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.state.NetworkState;
import io.momentgan.step.LatentVectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Models in ONNX Runtime give what the networks give in sampling. */
class OnnxModelsTest {
  private static final ImageShape IMAGE = new ImageShape(3, 7, 5);
  private static final int[] COUNTS = {1, 6};
  private static final String UP =
      "generator.output-layer={type: transposed-convolution, kernel: 3, stride: 2}";
  private static final String NORMED_UP = UP.replace("}", ", weight-norm: fixed}");
  private static final String RUNNING = "batch-norm.sampling=running";
  private static final String CLASSES = "labels.classes=3";

  static Stream<List<String>> generators() {
    String projected =
        "generator.layers=[{type: project, channels: 4, NORM: true},"
            + " {type: transposed-convolution, filters: 3, kernel: 4, NORM: true},"
            + " {type: convolution, filters: 4, kernel: 3, stride: 1, NORM: true, activation: tanh}]";
    String dense =
        "generator.layers=[{type: dense, units: 5, NORM: true, activation: softplus},"
            + " {type: dense, units: 4, activation: sigmoid}, {type: dense, units: 6, NORM: true}]";
    String batch = "batch-norm";
    String virtual = "virtual-batch-norm";
    String gamma = "generator.batch-norm.gamma=true";
    String reference = "generator.batch-norm.virtual-batch=7";
    String embedding = "labels.generator=embedding";
    return Stream.of(
        List.of(
            "generator.layers=[{type: dense, units: 5}, {type: dense, units: 5, activation: relu},"
                + " {type: dense, units: 4, activation: identity}, {type: maxout, units: 4, pieces: 3}]",
            "generator.slope=0.2",
            "latent.distribution=gaussian"),
        List.of(
            "generator.output=sigmoid",
            "generator.layers=[{type: dense, units: 5, dropout: 0.4}, {type: noise, sd: 0.3},"
                + " {type: dropout, dropout: 0.3}]"),
        List.of("generator.output=identity", "generator.layers=[]"),
        List.of(dense.replace("NORM", batch), gamma),
        List.of(dense.replace("NORM", batch), gamma, "generator." + RUNNING),
        List.of(dense.replace("NORM", virtual), gamma, reference),
        List.of(dense.replace("NORM", virtual), reference, CLASSES, embedding),
        List.of(projected.replace("NORM", batch), gamma, UP),
        List.of(projected.replace("NORM", batch), UP, "generator." + RUNNING),
        List.of(projected.replace("NORM", virtual), gamma, reference, UP),
        List.of(projected.replace("NORM", virtual), reference, UP, CLASSES),
        List.of(projected.replace("NORM", virtual), reference, UP, CLASSES, embedding),
        List.of(projected.replace("NORM", "instance-norm"), UP),
        List.of(projected.replace("NORM: true", "weight-norm: trained"), NORMED_UP),
        List.of(projected.replace("NORM: true", "weight-norm: fixed"), UP, CLASSES, embedding),
        List.of(
            "generator.layers=[{type: dense, units: 5, weight-norm: trained}]",
            "generator.output-layer.weight-norm=trained",
            CLASSES),
        List.of(projected.replace("NORM", batch), UP, CLASSES),
        List.of(
            "generator.layers=[{type: project, channels: 8, height: 7, width: 5},"
                + " {type: pixel-shuffle}, {type: convolution, filters: 2, kernel: 3, stride: 2}]",
            "generator.output-layer={type: convolution, kernel: 3, stride: 1}"));
  }

  static Stream<List<String>> discriminators() {
    String layers =
        "discriminator.layers=[{type: noise, sd: 0.2}, {type: convolution, filters: 3, kernel: 3,"
            + " NORM: true}, {type: convolution, filters: 4, kernel: 2, stride: 1, padding: valid},"
            + " {type: dropout, dropout: 0.5}, {type: dense, units: 5, dropout: 0.5}]";
    String plain = layers.replace(", NORM: true", "");
    String minibatch =
        "discriminator.layers=[{type: convolution, filters: 3, kernel: 3},"
            + " {type: minibatch, kernels: 4, dimensions: 3}]";
    String pooled =
        "discriminator.layers=[{type: convolution, filters: 8, kernel: 4, stride: 1, padding: valid},"
            + " {type: average-pool}, {type: pixel-shuffle}, {type: global-pool},"
            + " {type: maxout, units: 4, pieces: 2}]";
    String dense = "discriminator.layers=[{type: dense, units: 5}]";
    return Stream.of(
        List.of(dense),
        List.of(dense, CLASSES),
        List.of(dense, CLASSES, "labels.discriminator=embedding"),
        List.of(dense, CLASSES, "labels.discriminator=none"),
        List.of("discriminator.layers=[]"),
        List.of("discriminator.layers=[{type: minibatch, kernels: 2, dimensions: 2}]"),
        List.of(plain, "discriminator.spectral-norm=true"),
        List.of(layers.replace("NORM: true", "weight-norm: trained"), CLASSES),
        List.of(layers.replace("NORM", "batch-norm")),
        List.of(layers.replace("NORM", "batch-norm"), "discriminator." + RUNNING),
        List.of(layers.replace("NORM", "instance-norm"), CLASSES, "labels.discriminator=embedding"),
        List.of(minibatch),
        List.of(pooled),
        List.of(pooled, CLASSES, "labels.discriminator=class-head"),
        List.of(
            minibatch,
            CLASSES,
            "labels.generator=none",
            "labels.discriminator=classifier",
            "train.batch-size=100"),
        List.of(
            "discriminator.layers=[{type: convolution, filters: 2, kernel: 5, stride: 1, padding: valid}]",
            "discriminator.output-layer={type: convolution, kernel: 4, stride: 3}"));
  }

  @ParameterizedTest
  @MethodSource("generators")
  void generatorsDrawTheImagesOfTheirNetworks(List<String> settings) throws OrtException {
    assertGenerator(experiment(settings), IMAGE);
  }

  @ParameterizedTest
  @MethodSource("discriminators")
  void discriminatorsGiveTheLogitsOfTheirNetworks(List<String> settings) throws OrtException {
    assertDiscriminator(experiment(settings), IMAGE);
  }

  private static Experiment experiment(List<String> settings) {
    return Experiments.small(settings.toArray(String[]::new));
  }

  @Test
  void theseNetworksHaveEveryKindOfLayerAndActivation() throws IOException {
    Set<String> used = new TreeSet<>();
    Set<LayerConfig.Activation> activations = EnumSet.noneOf(LayerConfig.Activation.class);
    for (List<String> settings : Stream.concat(generators(), discriminators()).toList()) {
      settings.stream().filter(s -> s.contains("type: ")).forEach(used::add);
      for (LayerConfig layer : experiment(settings).generator().layers()) {
        if (layer instanceof LayerConfig.Dense dense) {
          activations.add(dense.activation());
        } else if (layer instanceof LayerConfig.Convolution convolution) {
          activations.add(convolution.activation());
        }
      }
    }
    for (String type : LayerConfig.types()) {
      assertThat(used).as(type).anyMatch(s -> s.contains("type: " + type));
    }
    assertThat(activations).containsExactlyInAnyOrder(LayerConfig.Activation.values());
  }

  static Stream<String> presets() throws IOException {
    try (Stream<Path> files = Files.list(Experiments.REPOSITORY.resolve("conf/experiments"))) {
      return files
          .map(file -> file.getFileName().toString().replace(".yaml", ""))
          .sorted()
          .toList()
          .stream();
    }
  }

  @Tag("long") // some have layers of 8,000 units
  @ParameterizedTest
  @MethodSource("presets")
  void presetsAreTheSameOrRefused(String name) throws OrtException {
    Experiment experiment = Experiments.named(name);
    ImageShape image = new ImageShape(1, 28, 28);
    assertDiscriminator(experiment, image);
    if (experiment.generator().samplingDropout()) {
      GanNetworks networks = GanNetworks.build(experiment, image, DataType.FLOAT);
      assertThatThrownBy(
              () ->
                  new OnnxModels(experiment, image)
                      .generator(networks.generator().state(), Map.of()))
          .isInstanceOf(UserException.class)
          .hasMessageStartingWith("generator.sampling-dropout: found true, expected false");
      return;
    }
    assertGenerator(experiment, image);
  }

  private static void assertGenerator(Experiment experiment, ImageShape image) throws OrtException {
    Network network = GanNetworks.build(experiment, image, DataType.FLOAT).generator();
    NetworkState state = shaken(network.state());
    Network sampled = GanNetworks.generatorForUse(experiment, image);
    sampled.load(state);
    int size = experiment.latent().size();
    byte[] bytes = new OnnxModels(experiment, image).generator(state, Map.of());
    try (OnnxRuntime model = new OnnxRuntime(bytes)) {
      for (int n : COUNTS) {
        float[] z = LatentVectors.draw(experiment.latent(), n, 5);
        int[] classes = classes(experiment, n);
        INDArray input = HostArrays.toArray(z, n, size);
        Map<String, float[]> outputs = model.run(z, classes);
        assertThat(outputs).containsOnlyKeys("images");
        assertClose(outputs.get("images"), HostArrays.floats(sampled.sample(input, classes)));
      }
    }
  }

  private static void assertDiscriminator(Experiment experiment, ImageShape image)
      throws OrtException {
    Network network = GanNetworks.build(experiment, image, DataType.FLOAT).discriminator();
    NetworkState state = shaken(network.state());
    Network sampled = GanNetworks.discriminatorForUse(experiment, image);
    sampled.load(state);
    byte[] bytes = new OnnxModels(experiment, image).discriminator(state, Map.of());
    Random random = new Random(8);
    try (OnnxRuntime model = new OnnxRuntime(bytes)) {
      for (int n : COUNTS) {
        float[] images = new float[n * image.features()];
        for (int i = 0; i < images.length; i++) {
          images[i] = 2 * random.nextFloat() - 1;
        }
        int[] classes = classes(experiment, n);
        INDArray input = HostArrays.toArray(images, n, image.features());
        float[] outputs = joined(model.run(images, classes), n);
        assertClose(outputs, HostArrays.floats(sampled.sample(input, classes)));
      }
    }
  }

  /** The outputs of a discriminator side by side, as its network gives them. */
  private static float[] joined(Map<String, float[]> outputs, int n) {
    List<float[]> parts = new ArrayList<>();
    for (String name : List.of("real", "classes")) {
      if (outputs.containsKey(name)) {
        parts.add(outputs.get(name));
      }
    }
    assertThat(outputs).hasSize(parts.size());
    int width = parts.stream().mapToInt(part -> part.length / n).sum();
    float[] all = new float[n * width];
    int at = 0;
    for (int row = 0; row < n; row++) {
      for (float[] part : parts) {
        int length = part.length / n;
        System.arraycopy(part, row * length, all, at, length);
        at += length;
      }
    }
    return all;
  }

  private static int[] classes(Experiment experiment, int n) {
    int all = Math.max(1, experiment.labels().classes());
    return IntStream.range(0, n).map(i -> (2 * i + 1) % all).toArray();
  }

  /** Changes all parameters, so that biases, scales and statistics matter. */
  private static NetworkState shaken(NetworkState state) {
    Random random = new Random(7);
    float[] params = state.params().clone();
    for (int i = 0; i < params.length; i++) {
      params[i] += 0.1f * random.nextFloat() - 0.05f;
    }
    return new NetworkState(params, new float[0], state.updates());
  }

  /** Within 1e-5, of the largest value if that is above 1. */
  private static void assertClose(float[] found, float[] expected) {
    float largest = 1;
    for (float value : expected) {
      assertThat(value).isFinite();
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(found).containsExactly(expected, within(1e-5f * largest));
  }

  @Test
  void inputsAndOutputsAreNamedByWhatTheyAre() throws OrtException {
    String[] dense = {"generator.layers=[]", "discriminator.layers=[]"};
    assertSignatures(
        Experiments.small(dense),
        "z[-1, 3] -> images[-1, 3, 7, 5]",
        "images[-1, 3, 7, 5] -> real[-1, 1]");
    assertSignatures(
        Experiments.small(CLASSES),
        "z[-1, 3], labels[-1] -> images[-1, 3, 7, 5]",
        "images[-1, 3, 7, 5], labels[-1] -> real[-1, 1]");
    assertSignatures(
        Experiments.small(CLASSES, "labels.discriminator=class-head"),
        "z[-1, 3], labels[-1] -> images[-1, 3, 7, 5]",
        "images[-1, 3, 7, 5] -> real[-1, 1], classes[-1, 3]");
    assertSignatures(
        Experiments.small(CLASSES, "labels.generator=none", "labels.discriminator=classifier"),
        "z[-1, 3] -> images[-1, 3, 7, 5]",
        "images[-1, 3, 7, 5] -> classes[-1, 3]");
  }

  private static void assertSignatures(
      Experiment experiment, String ofGenerator, String ofDiscriminator) throws OrtException {
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    OnnxModels models = new OnnxModels(experiment, IMAGE);
    try (OnnxRuntime generator =
            new OnnxRuntime(models.generator(networks.generator().state(), Map.of()));
        OnnxRuntime discriminator =
            new OnnxRuntime(models.discriminator(networks.discriminator().state(), Map.of()))) {
      assertThat(generator.signature()).isEqualTo(ofGenerator);
      assertThat(discriminator.signature()).isEqualTo(ofDiscriminator);
    }
  }

  @Test
  void metadataSayHowToDrawAndShowImages() throws OrtException {
    try (OnnxRuntime model =
        generator("latent.low=0", "latent.high=2", "generator.output=sigmoid")) {
      assertThat(model.metadata("run")).contains("a run");
      assertThat(model.metadata("range")).contains("[0, 1]");
      assertThat(model.metadata("latent.distribution")).contains("uniform");
      assertThat(model.metadata("latent.low")).contains("0.0");
      assertThat(model.metadata("latent.high")).contains("2.0");
      assertThat(model.metadata("batch-norm.sampling")).isEmpty();
    }
    try (OnnxRuntime model =
        generator("latent.distribution=gaussian", "generator.layers.0.batch-norm=true")) {
      assertThat(model.metadata("range")).contains("[-1, 1]");
      assertThat(model.metadata("latent.distribution")).contains("gaussian");
      assertThat(model.metadata("latent.low")).isEmpty();
      assertThat(model.metadata("batch-norm.sampling")).contains("batch");
    }
  }

  @Test
  void takesAnyNumberOfRowsAndRefusesClassesThatDoNotExist() throws OrtException {
    try (OnnxRuntime model = generator(CLASSES)) {
      float[] one = model.run(new float[] {1, 0, -1}, new int[] {2}).get("images");
      float[] two = model.run(new float[] {1, 0, -1, 0, 1, 0}, new int[] {2, 1}).get("images");
      assertThat(Arrays.copyOf(two, one.length)).containsExactly(one, within(1e-6f));
      assertThatThrownBy(() -> model.run(new float[] {1, 0, -1}, new int[] {3}))
          .isInstanceOf(OrtException.class);
    }
  }

  private static OnnxRuntime generator(String... settings) throws OrtException {
    Experiment experiment = Experiments.small(settings);
    NetworkState state = GanNetworks.build(experiment, IMAGE, DataType.FLOAT).generator().state();
    return new OnnxRuntime(
        new OnnxModels(experiment, IMAGE).generator(state, Map.of("run", "a run")));
  }

  @Test
  void layersWithoutATranslationAreRefusedByName() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder().nIn(4).nOut(3).build())
                .layer(new ElementWiseMultiplicationLayer.Builder().nIn(3).nOut(3).build())
                .build());
    network.init();
    Translation translation =
        new Translation("generator", network, NetworkConfig.Statistics.BATCH, 0);
    assertThatThrownBy(() -> translation.run("z", 4))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "generator: found a part of kind ElementWiseMultiplicationLayer at layer 2 of 2,"
                + " expected one that ONNX files can have; export a run without it");
  }
}
