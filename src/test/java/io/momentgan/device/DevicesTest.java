package io.momentgan.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class DevicesTest {
  @Test
  void sparksAddressIsTheGpu() {
    assertThat(Devices.choose(List.of("2"), 5, 4)).isEqualTo(2);
  }

  @Test
  void withoutOneItIsThePartitionModuloTheGpus() {
    assertThat(Devices.choose(List.of(), 5, 4)).isEqualTo(1);
    assertThat(Devices.choose(List.of(), 3, 1)).isZero();
  }

  @Test
  void aProcessThatSeesOneGpuHasItAsNumberZero() {
    assertThat(Devices.choose(List.of("3"), 0, 1)).isZero();
  }

  @Test
  void addressesThatTheProcessDoesNotSeeAreRefused() {
    for (String address : List.of("4", "GPU-8f3a", "-1")) {
      assertThatThrownBy(() -> Devices.choose(List.of(address), 0, 4))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("found GPU \"" + address + "\", expected a number below 4");
    }
  }

  @Test
  void theStepOfTheSmokeTestWorksOnTheCpu() {
    Device cpu = Devices.bind(0);
    assertThat(cpu.isGpu()).isFalse();
    assertThatCode(() -> SmokeTest.require(cpu, "here")).doesNotThrowAnyException();
  }

  @Test
  void aDeviceThatFailsIsNamedWithWhatIsSupported() {
    Device hopper = new Device(0, "NVIDIA H200", "9.0", 150L << 30);
    assertThat(SmokeTest.message(hopper, "node-7", "no kernel image is available"))
        .hasLineCount(1)
        .contains("GPU 0 (NVIDIA H200, compute capability 9.0), 150.0 GiB on node-7", "3.7 to 8.6");
  }
}
