package io.momentgan.training;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.config.UserException;
import io.momentgan.device.Device;
import io.momentgan.run.metrics.StartLine;
import io.momentgan.training.StartReport.Worker;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which workers' devices can average gradients among themselves. */
class StartReportTest {
  private static Worker worker(int rank, String host, long process, int gpu) {
    Device device =
        gpu < 0 ? new Device(-1, "CPU", "", 1L << 30) : new Device(gpu, "H100", "9.0", 80L << 30);
    return new Worker(
        device,
        process,
        new StartLine(
            rank, host, device.toString(), List.of(), device.memoryBytes(), 10, List.of()));
  }

  @Test
  void workersWithGpusOfTheirOwnAndWorkersOnCpusAreAGroup() {
    assertThatCode(
            () -> {
              StartReport.requireGroup(List.of(worker(0, "a", 1, 0), worker(1, "a", 1, 1)));
              // Processes that each see one GPU number it 0.
              StartReport.requireGroup(List.of(worker(0, "a", 1, 0), worker(1, "a", 2, 0)));
              StartReport.requireGroup(List.of(worker(0, "a", 1, 0), worker(1, "b", 1, 0)));
              StartReport.requireGroup(List.of(worker(0, "a", 1, -1), worker(1, "a", 1, -1)));
            })
        .doesNotThrowAnyException();
  }

  @Test
  void severalWorkersOnOneGpuAreRefused() {
    assertThatThrownBy(
            () ->
                StartReport.requireGroup(
                    List.of(worker(0, "a", 7, 0), worker(1, "a", 7, 1), worker(2, "a", 7, 0))))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(
            "Setting train.gradients: found devices with 2 workers on GPU 0 (H100")
        .hasMessageContaining("of a, process 7")
        .hasMessageContaining("set train.workers=2 (--workers)");
  }

  @Test
  void gpusAndCpusTogetherAreRefused() {
    assertThatThrownBy(
            () -> StartReport.requireGroup(List.of(worker(0, "a", 1, 0), worker(1, "b", 1, -1))))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("a worker on GPU 0 (H100")
        .hasMessageContaining("and one on CPU")
        .hasMessageContaining("set device.use=gpu or device.use=cpu");
  }
}
