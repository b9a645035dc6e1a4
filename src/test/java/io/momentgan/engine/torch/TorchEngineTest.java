package io.momentgan.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.Experiments;
import io.momentgan.config.ConfigException;
import io.momentgan.config.Experiment;
import io.momentgan.config.Experiment.EngineName;
import io.momentgan.device.Device;
import io.momentgan.engine.Dl4jEngine;
import io.momentgan.engine.Engine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the engine does without its natives. */
class TorchEngineTest {
  @ParameterizedTest
  @EnumSource(EngineName.class)
  void everyNameHasAnEngine(EngineName name) {
    assertThat(Engine.of(name).name()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"wgan-gp", "r1", "r3gan"})
  void theOtherEngineRefusesGradientPenaltiesAndSaysWhatToDo(String preset) {
    Experiment experiment = Experiments.named(preset);
    assertThat(experiment.engine()).isEqualTo(EngineName.TORCH);
    new TorchEngine().require(experiment);
    assertThatThrownBy(() -> new Dl4jEngine().require(experiment.with("engine=dl4j")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("Setting engine: found dl4j with loss.gradient-penalty")
        .hasMessageContaining("set engine=torch, in a build by mvn -Ptorch package");
  }

  @Test
  void theOtherEngineRefusesDevicesThatAverageGradientsByThemselves() {
    Experiment experiment = Experiments.small("train.gradients=devices");
    assertThatThrownBy(() -> new Dl4jEngine().require(experiment))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("Setting train.gradients: found devices with engine dl4j")
        .hasMessageContaining("start a run with train.gradients=shared");
  }

  @Test
  void aLibraryThatIsMissingIsNamedInOneLine() {
    LinkageError error = new NoClassDefFoundError("Could not initialize class torch");
    error.initCause(
        new UnsatisfiedLinkError(
            "libtorch_cuda.so: libcudart.so.13: cannot open shared object file\nand more"));
    assertThat(TorchEngine.missing(error))
        .contains("libcudart.so.13: cannot open shared object file", "-Ptorch-cuda")
        .doesNotContain("\n");
  }

  @Test
  void gpusAreNamedByTheDriver() {
    assertThat(NvidiaDevices.read(1, "NVIDIA H100 80GB HBM3, 9.0, 81559"))
        .isEqualTo(new Device(1, "NVIDIA H100 80GB HBM3", "9.0", 81559L << 20));
    assertThat(NvidiaDevices.read(0, "")).isEqualTo(new Device(0, "NVIDIA GPU", "?", 0));
  }
}
