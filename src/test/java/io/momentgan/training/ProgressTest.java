package io.momentgan.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final ProgressText TEXT = new ProgressText("ff5", 55_000, 100, 0, 0);

  private static Progress.State state(int epoch, long iteration, boolean epochDone) {
    return new Progress.State(epoch, iteration, 1.212, 1.131, 3.44, 3.4, 3.11, 3.1, epochDone);
  }

  @Test
  void aTerminalIsAConsoleThatCanRedrawOutsideOfContinuousIntegration() {
    assertThat(Progress.isTerminal(true, Map.of("TERM", "xterm-256color"))).isTrue();
    assertThat(Progress.isTerminal(true, Map.of("TERM", "dumb"))).isFalse();
    assertThat(Progress.isTerminal(true, Map.of("CI", "true"))).isFalse();
    assertThat(Progress.isTerminal(false, Map.of())).isFalse();
  }

  @Test
  void linesSayWhereTheRunStandsAndHowLongItTakes() {
    assertThat(TEXT.line(state(12, 6600, true), 8 * SECOND))
        .isEqualTo(
            "ff5: epoch 12/100, 6600/55000 (12%), 825 it/s, ETA 0:00:59, "
                + "D 1.21 G 1.13 m 3.4/3.4 v 3.1/3.1");
  }

  @Test
  void momentsThatAreNotMeasuredAreNotShown() {
    double nan = Double.NaN;
    assertThat(TEXT.line(new Progress.State(1, 5, 1, 2, nan, nan, nan, nan, true), SECOND))
        .endsWith("5.0 it/s, ETA 3:03:19, D 1.00 G 2.00");
  }

  @Test
  void speedAfterAResumeCountsOnlyNewIterations() {
    ProgressText resumed = new ProgressText("ff5", 1000, 10, 500, 0);
    assertThat(resumed.line(state(6, 500, false), SECOND)).contains("starting");
    assertThat(resumed.line(state(6, 600, true), SECOND)).contains("100 it/s, ETA 0:00:04");
  }

  @Test
  void barsFillTheWidthOfTheTerminal() {
    String bar = TEXT.bar(state(50, 27_500, false), 10 * SECOND, 120);
    assertThat(bar)
        .hasSize(120)
        .contains("epoch 50/100 [====================                    ] 50%")
        .contains("2750 it/s, ETA 0:00:10, D 1.21 G 1.13 m 3.4/3.4 v 3.1/3.1");
    assertThat(TEXT.bar(state(50, 27_500, false), 10 * SECOND, 79))
        .hasSize(79)
        .contains("v 3.1/3.1");
    assertThat(TEXT.bar(state(50, 27_500, false), 10 * SECOND, 20)).hasSize(20);
  }

  @Test
  void plainLinesComeAtTheEndOfEpochsAndEveryHalfMinute() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    AtomicLong nanos = new AtomicLong();
    try (Progress progress =
        new LineProgress(new PrintStream(bytes, true, UTF_8), TEXT, nanos::get)) {
      progress.update(state(1, 10, false));
      nanos.set(29 * SECOND);
      progress.update(state(1, 20, false));
      nanos.set(31 * SECOND);
      progress.update(state(1, 30, false));
      progress.update(state(1, 40, false));
      progress.update(state(1, 550, true));
    }
    assertThat(bytes.toString(UTF_8).lines().map(line -> line.split(",")[1].strip()))
        .containsExactly("30/55000 (0%)", "550/55000 (1%)");
  }

  @Test
  void barsAreRedrawnInPlaceAndEndOnAFreshLine() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, UTF_8);
    try (Progress progress = Progress.start("ff5", 100, 2, 0, out, true)) {
      progress.update(state(2, 100, true));
    }
    assertThat(bytes.toString(UTF_8))
        .contains("\r")
        .contains("epoch 2/2")
        .contains("100%")
        .endsWith("\n");
  }
}
