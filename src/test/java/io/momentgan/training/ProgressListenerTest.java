package io.momentgan.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.moments.NoiseFloor;
import io.momentgan.step.Losses;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressListenerTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final NoiseFloor FLOOR = new NoiseFloor(3.4, 0, 3.1, 0);
  private static final Losses MEAN = new Losses(1.212, 9, 1.131, 3.44, 3.11, 0, 0, 0, 0, 0);

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final AtomicLong nanos = new AtomicLong();

  private ProgressListener progress(long iterations, int epochs, NoiseFloor floor, boolean bar) {
    PrintStream out = new PrintStream(bytes, true, UTF_8);
    return new ProgressListener("ff5", iterations, epochs, floor, out, bar, nanos::get);
  }

  /** Without the legend. */
  private List<String> lines() {
    List<String> lines = bytes.toString(UTF_8).lines().toList();
    assertThat(lines.get(0)).contains("Means of the epoch so far: D, G: losses (d_loss, g_bce)");
    return lines.subList(1, lines.size());
  }

  @Test
  void aTerminalIsAConsoleThatCanRedrawOutsideOfContinuousIntegration() {
    assertThat(ProgressListener.isTerminal(true, Map.of("TERM", "xterm-256color"))).isTrue();
    assertThat(ProgressListener.isTerminal(true, Map.of("TERM", "dumb"))).isFalse();
    assertThat(ProgressListener.isTerminal(true, Map.of("CI", "true"))).isFalse();
    assertThat(ProgressListener.isTerminal(false, Map.of())).isFalse();
  }

  @Test
  void linesSayWhereTheRunStandsAndHowLongItTakes() {
    ProgressListener progress = progress(55_000, 100, FLOOR, false);
    progress.begin(0);
    nanos.set(8 * SECOND);
    progress.update(12, 6600, MEAN, true);
    assertThat(lines())
        .containsExactly(
            "ff5: epoch 12/100, 6600/55000 (12%), 825 it/s, ETA 0:00:59, "
                + "D 1.21 G 1.13 m 3.4/3.4 v 3.1/3.1");
  }

  @Test
  void momentsThatAreNotMeasuredAreNotShown() {
    ProgressListener progress = progress(55_000, 100, NoiseFloor.NONE, false);
    progress.begin(0);
    nanos.set(SECOND);
    progress.update(1, 5, new Losses(1, 9, 2, 0, 0, 0, 0, 0, 0, 0), true);
    assertThat(lines().get(0)).endsWith("5.0 it/s, ETA 3:03:19, D 1.00 G 2.00");
  }

  @Test
  void speedAfterAResumeCountsOnlyNewIterations() {
    ProgressListener progress = progress(1000, 10, FLOOR, false);
    progress.begin(500);
    nanos.set(SECOND);
    progress.update(6, 500, MEAN, true);
    progress.update(6, 600, MEAN, true);
    assertThat(lines().get(0)).contains("starting");
    assertThat(lines().get(1)).contains("100 it/s, ETA 0:00:04");
  }

  @Test
  void barsFillTheWidthOfTheTerminal() {
    ProgressListener progress = progress(55_000, 100, FLOOR, false);
    progress.begin(0);
    nanos.set(10 * SECOND);
    progress.update(50, 27_500, MEAN, false);
    assertThat(progress.bar(120))
        .hasSize(120)
        .contains("epoch 50/100 [====================                    ] 50%")
        .contains("2750 it/s, ETA 0:00:10, D 1.21 G 1.13 m 3.4/3.4 v 3.1/3.1");
    assertThat(progress.bar(79)).hasSize(79).contains("v 3.1/3.1");
    assertThat(progress.bar(20)).hasSize(20);
  }

  @Test
  void plainLinesComeAtTheEndOfEpochsAndEveryHalfMinute() {
    try (ProgressListener progress = progress(55_000, 100, FLOOR, false)) {
      progress.begin(0);
      progress.update(1, 10, MEAN, false);
      nanos.set(29 * SECOND);
      progress.update(1, 20, MEAN, false);
      nanos.set(31 * SECOND);
      progress.update(1, 30, MEAN, false);
      progress.update(1, 40, MEAN, false);
      progress.update(1, 550, MEAN, true);
    }
    assertThat(lines().stream().map(line -> line.split(",")[1].strip()))
        .containsExactly("30/55000 (0%)", "550/55000 (1%)");
  }

  @Test
  void barsAreRedrawnInPlaceAndEndOnAFreshLine() {
    try (ProgressListener progress = progress(100, 2, FLOOR, true)) {
      progress.begin(0);
      progress.update(2, 100, MEAN, true);
    }
    assertThat(bytes.toString(UTF_8))
        .contains("\r")
        .contains("epoch 2/2")
        .contains("100%")
        .endsWith("\n");
  }
}
