package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A laptop sleeps, or somebody presses Ctrl-Z. */
@Tag("long")
class PausedTrainingTest {
  private static final String EPOCHS = "30";

  @TempDir private Path folder;

  /** Spark waits 5 seconds here instead of its two minutes. */
  @Test
  @Timeout(300)
  void localTrainingsGoOnAfterAPauseOfAnyLength() throws Exception {
    Path log = folder.resolve("log");
    Path metrics = folder.resolve("runs/00000-tiny/metrics/epochs.jsonl");
    Process training =
        new ProcessBuilder(command())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      while (lines(metrics) < 2) {
        assertThat(training.isAlive()).as(Files.readString(log)).isTrue();
        Thread.sleep(100);
      }
      signal("STOP", training);
      long before = lines(metrics);
      Thread.sleep(Duration.ofSeconds(20).toMillis());
      assertThat(lines(metrics)).isEqualTo(before).isLessThan(Long.parseLong(EPOCHS));
      signal("CONT", training);
      assertThat(training.waitFor()).as(Files.readString(log)).isZero();
    } finally {
      training.destroyForcibly();
    }
  }

  private static long lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file).size() : 0;
  }

  private static void signal(String name, Process process) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Spark's --add-opens among them.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Dspark.network.timeout=5s",
            "-Dspark.network.timeoutInterval=1s",
            "-Dspark.executor.heartbeatInterval=100ms",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName()));
    command.addAll(List.of(TinyExperiment.training(folder, "train.epochs=" + EPOCHS)));
    return command;
  }
}
