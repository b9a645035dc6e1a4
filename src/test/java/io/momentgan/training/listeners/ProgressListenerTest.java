package io.momentgan.training.listeners;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.config.Experiment;
import io.momentgan.moments.NoiseFloor;
import io.momentgan.partition.Schedule;
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
  private static final Losses MEAN = new Losses(1.212, 9, 1.131, 3.44, 3.11, 0, 0, 0, 0, 0, 0);

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final AtomicLong nanos = new AtomicLong();

  private ProgressListener progress(int perEpoch, int epochs, NoiseFloor floor, boolean bar) {
    PrintStream out = new PrintStream(bytes, true, UTF_8);
    Experiment experiment = Experiments.small("train.epochs=" + epochs, "train.workers=2");
    int images = perEpoch * experiment.train().batchSize() * 2;
    return new ProgressListener(
        "ff5", Schedule.of(experiment.train(), images), floor, out, bar, nanos::get);
  }

  /** Without the legend. */
  private List<String> lines() {
    List<String> lines = bytes.toString(UTF_8).lines().toList();
    assertThat(lines.get(0)).contains("means of the epoch so far", "metrics/epochs.jsonl");
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
    ProgressListener progress = progress(550, 100, FLOOR, false);
    progress.begin(0);
    nanos.set(8 * SECOND);
    progress.update(6600, MEAN, true);
    assertThat(lines())
        .containsExactly(
            "ff5: epoch 12/100, iteration 6600/55000 (12%), 825 it/s, 0:00:59 left, "
                + "d_loss 1.212, g_bce 1.131, moment_mean 3.44/3.40, moment_var 3.11/3.10");
  }

  @Test
  void momentsThatAreNotMeasuredAreNotShown() {
    ProgressListener progress = progress(550, 100, NoiseFloor.NONE, false);
    progress.begin(0);
    nanos.set(SECOND);
    progress.update(5, new Losses(1, 9, 2, 0, 0, 0, 0, 0, 0, 0, 0), true);
    assertThat(lines().get(0)).endsWith("5.0 it/s, 3:03:19 left, d_loss 1.000, g_bce 2.000");
  }

  @Test
  void speedAfterAResumeCountsOnlyNewIterations() {
    ProgressListener progress = progress(100, 10, FLOOR, false);
    progress.begin(500);
    nanos.set(SECOND);
    progress.update(500, MEAN, true);
    progress.update(600, MEAN, true);
    assertThat(lines().get(0)).contains("starting");
    assertThat(lines().get(1)).contains("100 it/s, 0:00:04 left");
  }

  @Test
  void iterationsOfARoundInProgressAreTheMeanOfItsWorkers() {
    ProgressListener progress = progress(1000, 10, FLOOR, false);
    progress.begin(0);
    nanos.set(4 * SECOND);
    progress.working(3, 7, 100);
    nanos.set(10 * SECOND);
    progress.working(3, 8, 50);
    nanos.set(20 * SECOND);
    progress.working(3, 8, 90);
    nanos.set(40 * SECOND);
    progress.working(3, 7, 300);
    progress.update(1000, MEAN, true);
    assertThat(lines())
        .hasSize(3)
        .startsWith(
            "ff5: epoch 1/10, iteration 75/10000 (0%), 7.5 it/s, 0:22:03 left",
            "ff5: epoch 1/10, iteration 195/10000 (1%), 4.9 it/s, 0:33:31 left");
    assertThat(lines().get(2)).contains("epoch 1/10, iteration 1000/10000 (10%)");
  }

  @Test
  void anotherAttemptAtARoundCountsFromItsStart() {
    ProgressListener progress = progress(1000, 10, FLOOR, false);
    progress.begin(0);
    nanos.set(10 * SECOND);
    progress.working(3, 7, 600);
    nanos.set(50 * SECOND);
    progress.working(5, 9, 20);
    nanos.set(90 * SECOND);
    progress.working(3, 8, 600); // of the attempt that failed
    assertThat(lines()).hasSize(2);
    assertThat(lines().get(1)).contains("iteration 10/10000");
  }

  @Test
  void barsFillTheWidthOfTheTerminal() {
    ProgressListener progress = progress(550, 100, FLOOR, false);
    progress.begin(0);
    assertThat(progress.bar(120)).contains("starting");
    nanos.set(10 * SECOND);
    progress.update(27_500, MEAN, false);
    assertThat(progress.bar(170))
        .hasSize(170)
        .contains("epoch 50/100 [====================                    ] 50%")
        .contains("2750 it/s, 0:00:10 left, d_loss 1.212, g_bce 1.131, moment_mean 3.44/3.40");
    assertThat(progress.bar(120)).hasSize(120).contains("moment_var 3.11/3.10");
    assertThat(progress.bar(20)).hasSize(20);
  }

  @Test
  void plainLinesComeAtTheEndOfEpochsAndEveryHalfMinute() {
    try (ProgressListener progress = progress(550, 100, FLOOR, false)) {
      progress.begin(0);
      progress.update(10, MEAN, false);
      nanos.set(6 * SECOND);
      progress.update(15, MEAN, false);
      nanos.set(35 * SECOND);
      progress.update(20, MEAN, false);
      nanos.set(37 * SECOND);
      progress.update(30, MEAN, false);
      progress.update(40, MEAN, false);
      progress.update(550, MEAN, true);
    }
    assertThat(lines().stream().map(line -> line.split(",")[1].strip()))
        .containsExactly(
            "iteration 15/55000 (0%)", "iteration 30/55000 (0%)", "iteration 550/55000 (1%)");
  }

  @Test
  void barsAreRedrawnInPlaceAndEndOnAFreshLine() {
    try (ProgressListener progress = progress(50, 2, FLOOR, true)) {
      progress.begin(0);
      progress.update(100, MEAN, true);
    }
    assertThat(bytes.toString(UTF_8))
        .contains("\r")
        .contains("epoch 2/2")
        .contains("100%")
        .endsWith("\n");
  }
}
