package io.momentgan.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.config.ConfigException;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.network.state.NetworkState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class HistoricalAverageTest {
  private static final ImageShape SHAPE = new ImageShape(1, 4, 4);
  private static final double RATE = 0.1;

  /** min over x, max over y of x y: the equilibrium is (0, 0), which gradient steps circle. */
  @ParameterizedTest
  @CsvSource({"0, 1e2, 1e9", "0.3, 0, 1e-1"})
  void theBilinearGameConvergesWithItAndNotWithout(double coefficient, double least, double most) {
    INDArray x = Nd4j.scalar(DataType.DOUBLE, 1).reshape(1);
    INDArray y = Nd4j.scalar(DataType.DOUBLE, 1).reshape(1);
    INDArray ofX = x.ulike();
    INDArray ofY = y.ulike();
    HistoricalAverage first = new HistoricalAverage(coefficient, x, ofX, x.ulike(), List.of());
    HistoricalAverage second = new HistoricalAverage(coefficient, y, ofY, y.ulike(), List.of());
    for (int t = 0; t < 2000; t++) {
      ofX.assign(y);
      ofY.assign(x.neg());
      first.addGradient(1, t);
      second.addGradient(1, t);
      x.subi(ofX.mul(RATE));
      y.subi(ofY.mul(RATE));
    }
    assertThat(Math.hypot(x.getDouble(0), y.getDouble(0))).isBetween(least, most);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name=plain",
        "discriminator.layers.0.weight-norm=trained",
        "discriminator.output-layer.weight-norm=fixed",
        "discriminator.spectral-norm=true",
        "discriminator.layers.0.batch-norm=true",
        "discriminator.freeze=1"
      })
  void updatesAreThoseOfTheTermInDouble(String setting) {
    double c = 0.05;
    Network plain = network(DataType.DOUBLE, setting);
    Network pulled = network(DataType.DOUBLE, setting, historical(c));
    int length = pulled.layout().length() - plain.layout().length();
    List<double[]> past = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      double[] before = pulled.model().params().toDoubleVector();
      past.add(Arrays.copyOf(before, length));
      // The network without the term, at the same parameters, gives the rest of the update.
      plain.model().params().assign(Nd4j.create(Arrays.copyOf(before, plain.layout().length())));
      plain.weights().follow();
      update(plain, t);
      update(pulled, t);
      double[] rest = plain.model().params().toDoubleVector();
      double[] after = pulled.model().params().toDoubleVector();
      for (int i = 0; i < length; i++) {
        int at = i;
        double mean = past.stream().mapToDouble(p -> p[at]).average().orElseThrow();
        assertThat(after[plain.layout().length() + i]).isCloseTo(mean, within(1e-12));
        double pull = isStatistic(plain, i) ? 0 : 2 * c * (before[i] - mean);
        assertThat(after[i])
            .as("update %d, parameter %d", t, i)
            .isCloseTo(rest[i] - RATE * pull, within(1e-9));
      }
    }
    assertThat(pulled.trainableParameters()).isEqualTo(plain.trainableParameters());
  }

  private static boolean isStatistic(Network network, int index) {
    return network.layout().statistics().stream()
        .anyMatch(
            s ->
                (index >= s.mean().from() && index < s.mean().to())
                    || (index >= s.variance().from() && index < s.variance().to()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"name=plain", "discriminator.spectral-norm=true"})
  void aNetworkThatIsLoadedGoesOnBitForBit(String setting) throws IOException {
    String adam = "discriminator.optimizer.type=adam";
    Network network = network(DataType.FLOAT, setting, historical(0.1), adam);
    update(network, 0);
    update(network, 1);
    Network loaded = network(DataType.FLOAT, setting, historical(0.1), adam);
    loaded.load(NetworkState.ofZip(network.toZip(), NetworkSizeTest.sizeOf(network)));
    update(network, 2);
    update(loaded, 2);
    assertThat(loaded.state().params()).isEqualTo(network.state().params());
    assertThat(loaded.state().updaterState()).isEqualTo(network.state().updaterState());
  }

  @Test
  void itsMeanIsNotMovedByAnOuterOptimizer() {
    assertThatThrownBy(() -> Experiments.small(historical(0.1), "averaging.outer.type=momentum"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("averaging.outer.type")
        .hasMessageContaining("none with historical-averaging");
    assertThatThrownBy(() -> Experiments.small(historical(-1)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("historical-averaging");
  }

  private static String historical(double coefficient) {
    return "discriminator.optimizer.historical-averaging=" + coefficient;
  }

  private static Network network(DataType type, String... settings) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "discriminator.optimizer.type=sgd",
                "discriminator.optimizer.learning-rate=" + RATE));
    all.addAll(List.of(settings));
    Experiment experiment = Experiments.small(all.toArray(String[]::new));
    return GanNetworks.build(experiment, SHAPE, type).discriminator();
  }

  private static void update(Network network, int seed) {
    network.forward(draw(network, seed, SHAPE.features()));
    network.backwardToParameters(draw(network, -seed - 1, 1));
    network.update(5);
  }

  private static INDArray draw(Network network, int seed, int columns) {
    double[] values = new SplittableRandom(seed).doubles(5L * columns, -1, 1).toArray();
    return Nd4j.create(values, 5, columns).castTo(network.dataType());
  }
}
