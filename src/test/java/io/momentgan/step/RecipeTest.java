package io.momentgan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

/** What the settings files of the experiments promise of the networks that are made of them. */
class RecipeTest {
  private static final ImageShape SMALL = new ImageShape(1, 8, 8);
  private static final ImageShape MNIST = new ImageShape(1, 28, 28);

  @Test
  void gaussianLatentVectorsHaveMeanZeroAndDeviationOne() {
    Experiment experiment = Experiments.small("latent.distribution=gaussian", "latent.size=100");
    float[] z = LatentVectors.draw(experiment.latent(), 500, 3);
    int n = z.length;
    double mean = 0;
    double squares = 0;
    for (float value : z) {
      mean += value / (double) n;
      squares += (double) value * value / n;
    }
    assertThat(n).isEqualTo(50_000);
    assertThat(mean).isCloseTo(0, within(3 / Math.sqrt(n)));
    assertThat(squares).isCloseTo(1, within(3 * Math.sqrt(2.0 / n)));
  }

  @Test
  void bothNetworksOfDcganHaveItsAdam() {
    GanNetworks networks =
        GanNetworks.build(Experiments.named("dcgan-all-hacks"), MNIST, DataType.FLOAT);
    for (Network network : List.of(networks.generator(), networks.discriminator())) {
      Adam adam = (Adam) first(network).getIUpdater();
      assertThat(adam.getLearningRate()).isEqualTo(2e-4);
      assertThat(adam.getBeta1()).isEqualTo(0.5);
      assertThat(adam.getBeta2()).isEqualTo(0.999);
    }
  }

  @Test
  void theDiscriminatorMayHaveSgdBesideTheGeneratorsAdam() {
    GanNetworks networks =
        GanNetworks.build(Experiments.named("hacks-sgd-discriminator"), MNIST, DataType.FLOAT);
    assertThat(first(networks.generator()).getIUpdater()).isInstanceOf(Adam.class);
    assertThat(first(networks.discriminator()).getIUpdater()).isInstanceOf(Sgd.class);
  }

  private static BaseLayer first(Network network) {
    return (BaseLayer) network.model().getLayer(0).conf().getLayer();
  }

  @Test
  void batchNormStandsBetweenAConvolutionAndItsActivation() {
    Experiment experiment = Experiments.named("dcgan-all-hacks", "kernels=stock");
    Network d = GanNetworks.build(experiment, SMALL, DataType.FLOAT).discriminator();
    assertThat(
            Arrays.stream(d.model().getLayers())
                .map(layer -> layer.conf().getLayer().getClass().getSimpleName()))
        .containsExactly(
            "ConvolutionLayer",
            "ConvolutionLayer",
            "BatchNormalization",
            "ActivationLayer",
            "DenseLayer");
    BaseLayer second = (BaseLayer) d.model().getLayer(1).conf().getLayer();
    assertThat(second.getActivationFn()).hasToString("identity");
    BaseLayer rectifier = (BaseLayer) d.model().getLayer(0).conf().getLayer();
    assertThat(rectifier.getActivationFn().toString()).contains("relu").contains("0.2");
  }

  @Test
  void samplesOfDconvFollowFromZAndItsDiscriminatorNeverJudgesTwiceTheSame() {
    Experiment experiment = Experiments.named("dconv-0.0001-plain");
    GanNetworks networks = GanNetworks.build(experiment, SMALL, DataType.FLOAT);
    INDArray z = normal(3, 100);
    float[] images = HostArrays.floats(networks.generator().sample(z));
    assertThat(HostArrays.floats(networks.generator().sample(z))).isEqualTo(images);
    assertThat(HostArrays.floats(networks.generator().sample(z.getRow(1, true).dup())))
        .containsExactly(Arrays.copyOfRange(images, 64, 128), within(1e-5f));
    INDArray real = normal(3, SMALL.features());
    float[] verdict = HostArrays.floats(networks.discriminator().forward(real));
    assertThat(HostArrays.floats(networks.discriminator().forward(real))).isNotEqualTo(verdict);
  }

  @Test
  void noiseLayersAddTheirDeviationInTrainingAndNothingInSampling() {
    Experiment experiment =
        Experiments.small(
            "generator.layers=[{type: noise, sd: 0.3}]",
            "generator.output=identity",
            "latent.size=50");
    Network network =
        GanNetworks.build(experiment, new ImageShape(1, 1, 50), DataType.FLOAT).generator();
    network.model().getLayer(1).getParam("W").assign(Nd4j.eye(50));
    INDArray z = normal(400, 50);
    Nd4j.getRandom().setSeed(4);
    double[] noise = HostArrays.doubles(network.forward(z).sub(z));
    double squares = Arrays.stream(noise).map(v -> v * v).average().orElseThrow();
    assertThat(Math.sqrt(squares)).isCloseTo(0.3, within(0.3 * 3 / Math.sqrt(2.0 * 20_000)));
    assertThat(HostArrays.floats(network.sample(z)))
        .containsExactly(HostArrays.floats(z), within(1e-5f));
  }

  /** The stock pooling layer would leave the dropout of its input out. */
  @Test
  void dropoutBeforePoolingDrops() {
    Experiment experiment =
        Experiments.small(
            "discriminator.layers=[{type: convolution, filters: 4, kernel: 3, stride: 1, dropout: 0.5},"
                + " {type: average-pool}]");
    Network network =
        GanNetworks.build(experiment, new ImageShape(1, 4, 4), DataType.FLOAT).discriminator();
    INDArray images = normal(3, 16);
    float[] first = HostArrays.floats(network.forward(images));
    assertThat(HostArrays.floats(network.forward(images))).isNotEqualTo(first);
    float[] sampled = HostArrays.floats(network.sample(images));
    assertThat(HostArrays.floats(network.sample(images))).isEqualTo(sampled);
  }

  private static INDArray normal(long... shape) {
    Nd4j.getRandom().setSeed(5);
    return Nd4j.randn(DataType.FLOAT, shape);
  }
}
