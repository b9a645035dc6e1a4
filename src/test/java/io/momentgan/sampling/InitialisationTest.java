package io.momentgan.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.config.Experiment;
import io.momentgan.config.Seeds;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.data.glyphs.GlyphSource;
import io.momentgan.kernels.batch.MinibatchDiscriminationLayer;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.partition.Shard;
import io.momentgan.step.LatentVectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class InitialisationTest {
  private static final int COUNT = 150;
  private static final ImageSource IMAGES = new GlyphSource(400, 1);
  private static final String DENSE =
      "discriminator.layers=[{type: noise, sd: 0.3},"
          + " {type: dense, units: 9, weight-norm: fixed, activation: identity, dropout: 0.2},"
          + " {type: dense, units: 7, weight-norm: trained, activation: identity}]";
  private static final String CONVOLUTIONS =
      "discriminator.layers=[{type: dropout, dropout: 0.2}, {type: convolution, filters: 5,"
          + " weight-norm: fixed, activation: identity}, {type: noise, sd: 0.5},"
          + " {type: convolution, filters: 6, kernel: 3, weight-norm: trained,"
          + " activation: identity}]";
  private static final String GENERATOR =
      "generator.layers=[{type: project, channels: 4, weight-norm: fixed, activation: identity},"
          + " {type: transposed-convolution, filters: 3, weight-norm: trained,"
          + " activation: identity}]";

  // The activations are the pre-activations here.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fast | " + DENSE,
        "stock | " + DENSE,
        "fast | " + CONVOLUTIONS,
        "stock | " + CONVOLUTIONS
      })
  void outputsBeforeTheActivationHaveMean0AndDeviation1(String kernels, String layers) {
    Experiment experiment =
        experiment(
            kernels,
            layers,
            "discriminator.output-layer.weight-norm=trained",
            "discriminator.output-layer.init-sd=0.1");
    Network network = initialised(experiment).discriminator();
    List<INDArray> outputs = pass(network, images(experiment), seed(experiment, 1));
    double[] wanted = {1, 1, 0.1};
    assertStandard(network, outputs, wanted);
  }

  @ParameterizedTest
  @CsvSource({"fast", "stock"})
  void generatorsAreInitialisedByAsManyLatentVectors(String kernels) {
    Experiment experiment =
        experiment(
            kernels,
            GENERATOR,
            "generator.output-layer={type: transposed-convolution, weight-norm: trained}",
            "generator.output=identity");
    Network network = initialised(experiment).generator();
    float[] z = LatentVectors.draw(experiment.latent(), COUNT, seed(experiment, 2));
    List<INDArray> outputs = pass(network, HostArrays.toArray(z, COUNT, 3), seed(experiment, 3));
    assertStandard(network, outputs, 1, 1, 1);
  }

  @Test
  void aLastLayerWithoutADeviationStaysAsItIs() {
    Experiment experiment =
        experiment(
            "fast",
            DENSE,
            "discriminator.output-layer={weight-norm: trained, init-sd: 0}",
            "generator.output-layer={weight-norm: trained, init-sd: 0}");
    GanNetworks untouched = GanNetworks.build(experiment, IMAGES.shape(), DataType.FLOAT);
    GanNetworks initialised = initialised(experiment);
    assertThat(initialised.generator().state().params())
        .isEqualTo(untouched.generator().state().params());
    float[] before = untouched.discriminator().state().params();
    float[] after = initialised.discriminator().state().params();
    int scales = 9 + 7;
    assertThat(after[after.length - 1]).isEqualTo(1f);
    assertThat(Arrays.copyOfRange(after, after.length - 1 - scales, after.length - 1))
        .isNotEqualTo(Arrays.copyOfRange(before, before.length - 1 - scales, before.length - 1));
  }

  // With noise, dropout and layers of weight normalisation around it.
  @ParameterizedTest
  @CsvSource({"fast", "stock"})
  void minibatchDiscriminationIsCentredAmongLayersWithWeightNorm(String kernels) {
    Experiment experiment =
        experiment(
            kernels,
            "discriminator.layers=[{type: noise, sd: 0.3}, {type: dense, units: 9, weight-norm: fixed,"
                + " activation: identity, dropout: 0.2}, {type: minibatch, kernels: 6},"
                + " {type: dense, units: 7, weight-norm: trained, activation: identity}]");
    Network network = initialised(experiment).discriminator();
    List<INDArray> outputs = pass(network, images(experiment), seed(experiment, 1));
    assertCentred(network, outputs, 9, 6);
    INDArray last = outputs.get(3);
    assertThat(last.mean(0).amaxNumber().doubleValue()).isLessThan(1e-4);
    assertThat(last.mul(last).mean(0).subi(1).amaxNumber().doubleValue()).isLessThan(1e-3);
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void minibatchDiscriminationIsCentredWithoutWeightNorm(boolean spectral) {
    Experiment experiment =
        experiment(
            "fast",
            "discriminator.layers=[{type: convolution, filters: 3}, {type: global-pool},"
                + " {type: minibatch, kernels: 6}]",
            "discriminator.spectral-norm=" + spectral);
    Network network = initialised(experiment).discriminator();
    List<INDArray> outputs = pass(network, images(experiment), seed(experiment, 1));
    assertCentred(network, outputs, 3, 6);
  }

  private static void assertCentred(
      Network network, List<INDArray> outputs, int features, int kernels) {
    int[] layers =
        IntStream.range(0, network.model().getnLayers())
            .filter(i -> network.model().getLayer(i) instanceof MinibatchDiscriminationLayer)
            .toArray();
    assertThat(layers).hasSize(1);
    INDArray output = outputs.get(layers[0]);
    INDArray closeness =
        output.get(NDArrayIndex.all(), NDArrayIndex.interval(features, features + kernels));
    assertThat(closeness.mean(0).amaxNumber().doubleValue()).isLessThan(1e-3);
    assertThat(closeness.std(0).minNumber().doubleValue()).isGreaterThan(0.1);
    double[] s = HostArrays.doubles(network.model().getLayer(layers[0]).getParam("s"));
    for (int i = 0; i < s.length; i++) {
      assertThat(s[i]).as("scale %d", i).isNotZero().isEqualTo(s[i % kernels]);
    }
  }

  // The activation of the first layer, a ReLU, comes between them.
  @Test
  void laterLayersFollowEarlierOnesAsTheyAreAfterTheirOwn() {
    Experiment experiment =
        experiment(
            "fast",
            "discriminator.layers=[{type: dense, units: 9, weight-norm: trained, activation: relu}]",
            "discriminator.output-layer.weight-norm=trained");
    Network network = initialised(experiment).discriminator();
    double[] logits = network.outputs(images(experiment));
    assertThat(Arrays.stream(logits).average().orElseThrow()).isCloseTo(0, within(1e-5));
    assertThat(Arrays.stream(logits).map(l -> l * l).average().orElseThrow())
        .isCloseTo(1, within(1e-4));
  }

  @Test
  void theSameSettingsGiveTheSameBitsAndLayersWithoutWeightNormKeepTheirs() {
    Experiment experiment =
        experiment("fast", DENSE, "generator.output=sigmoid", "discriminator.bias=0.25");
    float[] first = initialised(experiment).discriminator().state().params();
    assertThat(initialised(experiment).discriminator().state().params()).isEqualTo(first);
    float[] other = initialised(experiment.with("train.seed=2")).discriminator().state().params();
    assertThat(other).isNotEqualTo(first);
    float[] before =
        GanNetworks.build(experiment, IMAGES.shape(), DataType.FLOAT)
            .discriminator()
            .state()
            .params();
    int last = 7 + 1;
    int scales = 9 + 7;
    assertThat(Arrays.copyOfRange(first, first.length - scales - last, first.length - scales))
        .isEqualTo(Arrays.copyOfRange(before, first.length - scales - last, first.length - scales));
    assertThat(Arrays.copyOf(first, 784 * 9)).isEqualTo(Arrays.copyOf(before, 784 * 9));
    assertThat(Arrays.copyOfRange(first, 784 * 9, 784 * 9 + 9))
        .doesNotContain(0.25f)
        .doesNotContain(Float.NaN);
  }

  private static Experiment experiment(String kernels, String layers, String... settings) {
    String[] all = Arrays.copyOf(settings, settings.length + 3);
    all[settings.length] = layers;
    all[settings.length + 1] = "kernels=" + kernels;
    all[settings.length + 2] = "train.init-images=" + COUNT;
    return Experiments.small(all);
  }

  private static GanNetworks initialised(Experiment experiment) {
    GanNetworks networks = GanNetworks.build(experiment, IMAGES.shape(), DataType.FLOAT);
    new Initialisation(experiment, IMAGES).run(networks);
    return networks;
  }

  private static INDArray images(Experiment experiment) {
    Images drawn = new RealDraw(IMAGES, seed(experiment, 0)).draw(0, COUNT);
    float[] rows =
        new Shard(0, drawn, experiment.generator().output().black())
            .rows(IntStream.range(0, COUNT).toArray());
    return HostArrays.toArray(rows, COUNT, IMAGES.shape().features());
  }

  private static long seed(Experiment experiment, long place) {
    return Seeds.of(experiment.train().seed(), Seeds.Use.INITIALISATION, place);
  }

  private static List<INDArray> pass(Network network, INDArray input, long seed) {
    Nd4j.getRandom().setSeed(seed);
    MultiLayerNetwork model = network.model();
    LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();
    List<INDArray> outputs = new ArrayList<>();
    INDArray last = input;
    for (int i = 0; i < model.getnLayers(); i++) {
      InputPreProcessor before = model.getLayerWiseConfigurations().getInputPreProcess(i);
      last = before == null ? last : before.preProcess(last, COUNT, workspaces);
      last = model.getLayer(i).activate(last, true, workspaces);
      outputs.add(last.dup('c')); // the next layer's dropout overwrites it
    }
    return outputs;
  }

  private static void assertStandard(Network network, List<INDArray> outputs, double... wanted) {
    int layer = 0;
    for (int i = 0; i < network.model().getnLayers(); i++) {
      if (!network.model().getLayer(i).paramTable().containsKey("b")) {
        continue;
      }
      INDArray output = outputs.get(i);
      INDArray values =
          output.reshape('c', output.size(0), output.size(1), -1).castTo(DataType.DOUBLE);
      INDArray mean = values.mean(0, 2);
      assertThat(mean.amaxNumber().doubleValue()).as("mean of layer %d", i).isLessThan(1e-4);
      double[] squares = values.mul(values).mean(0, 2).toDoubleVector();
      double expected = wanted[layer] * wanted[layer];
      assertThat(squares).hasSize((int) output.size(1));
      for (double square : squares) {
        assertThat(square).as("layer %d", i).isCloseTo(expected, within(1e-3 * expected));
      }
      layer++;
    }
    assertThat(layer).isEqualTo(wanted.length);
  }
}
