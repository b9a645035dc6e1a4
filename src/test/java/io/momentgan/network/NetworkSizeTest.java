package io.momentgan.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.momentgan.Experiments;
import io.momentgan.config.ConfigException;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.network.state.NetworkSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Counted sizes are those of the networks that are made. */
class NetworkSizeTest {
  private static final ImageShape MNIST = new ImageShape(1, 28, 28);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ff-5",
        "dconv-0.001-plain",
        "dcgan-all-hacks",
        "hacks-sgd-discriminator",
        "improved-gan-mnist"
      })
  void aSizeIsCountedAsTheNetworkHasIt(String name) {
    assertCounted(Experiments.named(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "discriminator.layers.0.batch-norm=true",
        "discriminator.spectral-norm=true",
        "discriminator.layers.0.weight-norm=trained",
        "discriminator.freeze=1",
        "discriminator.optimizer.type=sgd",
        "discriminator.optimizer.historical-averaging=0.1"
      })
  void aSizeFollowsTheSettings(String setting) {
    assertCounted(Experiments.small().with(setting));
  }

  private static void assertCounted(Experiment experiment) {
    GanNetworks networks = GanNetworks.build(experiment, MNIST, DataType.FLOAT);
    assertThat(GanNetworks.generatorSize(experiment, MNIST))
        .isEqualTo(sizeOf(networks.generator()));
    assertThat(GanNetworks.discriminatorSize(experiment, MNIST))
        .isEqualTo(sizeOf(networks.discriminator()));
  }

  static NetworkSize sizeOf(Network network) {
    return new NetworkSize(network.state().params().length, network.state().updaterState().length);
  }

  @ParameterizedTest
  @CsvSource({
    "generator.layers.0.units=1000000, optimizer keeps",
    "generator.layers.0.units=2000000000, expected at most 536",
    "latent.size=2000000000, expected at most 536"
  })
  @Timeout(20)
  void aNetworkThatNoArrayHoldsIsRefusedUnmade(String setting, String message) {
    Experiment experiment = Experiments.small().with(setting);
    assertThatThrownBy(() -> GanNetworks.build(experiment, MNIST, DataType.FLOAT))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  @Timeout(20)
  void aNetworkThatMemoryDoesNotHoldIsRefusedUnmade() {
    Experiment experiment =
        Experiments.small().with("generator.layers.0.units=600000", "generator.optimizer.type=sgd");
    long needed = 4 * GanNetworks.generatorSize(experiment, MNIST).parameters();
    assumeTrue(needed > Runtime.getRuntime().maxMemory());
    assertThatThrownBy(() -> GanNetworks.build(experiment, MNIST, DataType.FLOAT))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("MiB of the Java heap");
  }
}
