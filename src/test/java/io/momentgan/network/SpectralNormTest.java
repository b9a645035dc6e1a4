package io.momentgan.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.config.ConfigException;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.state.NetworkState;
import java.io.IOException;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class SpectralNormTest {
  private static final ImageShape IMAGE = new ImageShape(2, 6, 6);
  private static final String ON = "discriminator.spectral-norm=true";
  private static final String CONVOLUTIONS =
      "discriminator.layers=[{type: convolution, filters: 3, kernel: 3}, {type: dense, units: 5},"
          + " {type: maxout, units: 4, pieces: 2}]";
  private static final String DENSE =
      "discriminator.layers=[{type: dense, units: 20}, {type: dense, units: 10}]";

  // A decomposition gives the exact singular values.
  @Test
  void matricesOfAPassHaveTheirLargestSingularValueAtOne() {
    Network plain = discriminator(DataType.DOUBLE, DENSE);
    Network normalised = discriminator(DataType.DOUBLE, DENSE, ON);
    for (int i = 0; i < 200; i++) {
      normalised.gradient().assign(0);
      normalised.update(1);
    }
    INDArray params = normalised.model().params();
    int held = 20 + 10 + 1;
    assertThat(normalised.layout().length()).isEqualTo(plain.layout().length() + held);
    assertThat(normalised.trainableParameters()).isEqualTo(plain.trainableParameters());
    INDArray before = params.dup();
    INDArray divided = params.dup().reshape(params.length());
    int at = 0;
    for (int layer = 0; layer < 3; layer++) {
      INDArray w = normalised.model().getLayer(layer).getParam("W");
      INDArray own = divided.get(NDArrayIndex.interval(at, at + w.length()));
      double largest =
          new SingularValueDecomposition(
                  new Array2DRowRealMatrix(own.reshape('f', w.shape()).toDoubleMatrix()))
              .getSingularValues()[0];
      for (int i = 0; i < w.length(); i++, at++) {
        divided.putScalar(at, divided.getDouble(at) / largest);
      }
      at += (int) normalised.model().getLayer(layer).getParam("b").length();
    }
    for (int i = 0; i < plain.layout().length(); i++) {
      plain.model().params().putScalar(i, divided.getDouble(i));
    }
    INDArray images = random(4, IMAGE.features()).castTo(DataType.DOUBLE);
    assertThat(HostArrays.doubles(normalised.forward(images)))
        .containsExactly(HostArrays.doubles(plain.forward(images)), within(1e-6));
    assertThat(HostArrays.doubles(normalised.sample(images)))
        .containsExactly(HostArrays.doubles(plain.sample(images)), within(1e-6));
    assertThat(HostArrays.doubles(params)).isEqualTo(HostArrays.doubles(before));
  }

  // Row 68's check: dense layers of norm 1 and slopes below 1 give a gradient norm of 1 at most.
  @Test
  void aDenseDiscriminatorIsNowhereSteeperThanOne() {
    Network network = discriminator(DataType.DOUBLE, DENSE, ON);
    network.model().params().muli(50);
    network.load(network.state());
    for (int i = 0; i < 200; i++) {
      network.gradient().assign(0);
      network.update(1);
    }
    INDArray images = random(50, IMAGE.features()).castTo(DataType.DOUBLE);
    network.forward(images);
    INDArray slopes = network.backwardToInput(Nd4j.ones(DataType.DOUBLE, 50, 1)).norm2(1);
    assertThat(slopes.maxNumber().doubleValue()).isLessThan(1 + 1e-6).isGreaterThan(0.01);
  }

  // The gradient takes u and v for constants.
  @Test
  void gradientsAreThoseOfFiniteDifferences() {
    Network network = discriminator(DataType.DOUBLE, CONVOLUTIONS, ON);
    INDArray input = random(4, IMAGE.features()).castTo(DataType.DOUBLE);
    INDArray weights = random(4, 1).castTo(DataType.DOUBLE);
    network.forward(input);
    INDArray byInput = network.backward(weights.dup()).dup();
    INDArray byParams = network.gradient().dup();
    double h = 1e-6;
    for (int i = 0; i < IMAGE.features(); i++) {
      INDArray up = input.dup();
      INDArray down = input.dup();
      up.putScalar(1, i, up.getDouble(1, i) + h);
      down.putScalar(1, i, down.getDouble(1, i) - h);
      double slope = (value(network, up, weights) - value(network, down, weights)) / (2 * h);
      assertThat(byInput.getDouble(1, i)).isCloseTo(slope, within(1e-6));
    }
    INDArray params = network.model().params();
    for (int i = 0; i < network.trainableParameters(); i++) {
      double old = params.getDouble(i);
      params.putScalar(i, old + h);
      network.weights().follow();
      double up = value(network, input, weights);
      params.putScalar(i, old - h);
      network.weights().follow();
      double down = value(network, input, weights);
      params.putScalar(i, old);
      assertThat(byParams.getDouble(i))
          .as("parameter %d", i)
          .isCloseTo((up - down) / (2 * h), within(1e-6));
    }
    for (int i = network.trainableParameters(); i < params.length(); i++) {
      assertThat(byParams.getDouble(i)).isZero();
    }
  }

  private static double value(Network network, INDArray input, INDArray weights) {
    return network.forward(input).mul(weights).sumNumber().doubleValue();
  }

  @Test
  void aNetworkThatIsLoadedGoesOnBitForBit() throws IOException {
    Network whole = discriminator(DataType.FLOAT, CONVOLUTIONS, ON);
    Network resumed = discriminator(DataType.FLOAT, CONVOLUTIONS, ON, "train.seed=9");
    train(whole, 3);
    resumed.load(NetworkState.ofZip(whole.toZip(), NetworkSizeTest.sizeOf(whole)));
    assertThat(resumed.state().params()).isEqualTo(whole.state().params());
    train(whole, 2);
    train(resumed, 2);
    assertThat(resumed.state().params()).isEqualTo(whole.state().params());
    assertThat(resumed.state().updaterState()).isEqualTo(whole.state().updaterState());
  }

  private static void train(Network network, int updates) {
    for (int i = 0; i < updates; i++) {
      network.forward(random(4, IMAGE.features()));
      network.backwardToParameters(random(4, 1));
      network.update(4);
    }
  }

  @Test
  void contradictionsAreRefused() {
    assertThatThrownBy(() -> Experiments.small("generator.spectral-norm=true"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("generator.spectral-norm: found true, expected false");
    assertThatThrownBy(() -> Experiments.small(ON, "loss.clip=0.01"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("loss.clip: found 0.01, expected 0");
    assertThat(Experiments.small(ON, "loss.type=wasserstein").loss().clip()).isZero();
  }

  private static Network discriminator(DataType type, String... settings) {
    Experiment experiment = Experiments.small(settings);
    return GanNetworks.build(experiment, IMAGE, type).discriminator();
  }

  private static INDArray random(long... shape) {
    Nd4j.getRandom().setSeed(5);
    return Nd4j.randn(DataType.FLOAT, shape);
  }
}
