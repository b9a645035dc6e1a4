package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.device.StopRequests;
import io.momentgan.device.StopRequests.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkContext$;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import scala.Option;

/** Ctrl-C and SIGTERM, as the system hands them over. */
@Timeout(120)
class StoppingTest {
  private static final String EPOCHS = "train.epochs=12";

  @TempDir private Path folder;

  @Tag("long")
  @Test
  void aSignalEndsTheTrainingAfterItsRoundWhereItIsResumedToTheSameBits() {
    Path whole = TinyExperiment.train(folder.resolve("whole"), EPOCHS);
    CommandRun stopped = stop(this::hasACheckpoint, Signal.TERM, EPOCHS);
    Path run = folder.resolve("runs/00000-tiny");
    assertThat(stopped.code()).isEqualTo(143);
    assertThat(stopped.err())
        .contains("SIGTERM: the training ends after this round, with a checkpoint")
        .contains("Stopped by SIGTERM; the last good checkpoint is that of round ")
        .endsWith("go on with submit/local resume %s%n".formatted(run))
        .doesNotContain("\tat ", "error: ");
    assertThat(stopped.out()).isEmpty();
    assertThat(run.resolve("report/index.html")).exists();

    CommandRun.of("resume", run.toString()).succeeds();
    SameRun.assertSame(run, whole);
  }

  @Test
  void aTrainingWithoutACheckpointBeginsAgain() {
    CommandRun stopped = stop(StopRequests::isTraining, Signal.INT, "train.epochs=2");
    Path run = folder.resolve("runs/00000-tiny");
    assertThat(stopped.code()).isEqualTo(130);
    assertThat(stopped.err())
        .contains("there is no checkpoint yet: begin again with submit/local resume " + run);
    CommandRun resumed = CommandRun.of("resume", run.toString()).succeeds();
    assertThat(resumed.err()).doesNotContain("\tat ");
    assertThat(run.resolve("checkpoints/step=00000006/manifest.json")).exists();
  }

  @Tag("long")
  @Test
  void aStudyEndsAlsoWhereTheStoppedRunCannotWriteItsCheckpoint() throws IOException {
    Path study = folder.resolve("study.yaml");
    Path experiment = TinyExperiment.in(folder);
    // An epoch of many rounds: the first checkpoint is that of the signal.
    Files.writeString(
        study,
        ("{seeds: [1, 2], set: {data.glyphs.train: 8000, train.averaging-frequency: 1},"
                + " experiments: [%s], measure: {newest: false}}")
            .formatted(experiment.getFileName()));
    Path out = folder.resolve("runs");
    Path run = out.resolve("tiny-seed-1/00000-tiny");
    CompletableFuture<Void> sent =
        once(() -> Files.exists(run.resolve("metrics/rounds.jsonl")))
            .thenRun(
                () -> {
                  createFile(run.resolve("checkpoints"));
                  StopRequests.handle(Signal.TERM);
                });
    CommandRun stopped = CommandRun.of("study", study.toString(), "--out", out.toString());
    sent.join();
    assertThat(stopped.refusal(Main.USER_MISTAKE)).contains("Cannot write", "a file stands where");
    assertThat(out.resolve("tiny-seed-2")).doesNotExist();
  }

  private static void createFile(Path path) {
    try {
      Files.createFile(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aSecondSignalEndsTheTrainingWithinItsRound() {
    CompletableFuture<Void> signals =
        once(StoppingTest::isInARound)
            .thenRun(
                () -> {
                  StopRequests.handle(Signal.INT);
                  StopRequests.handle(Signal.INT);
                });
    // One round, of more iterations than a minute is long.
    CommandRun stopped =
        CommandRun.of(
            TinyExperiment.training(
                folder,
                "data.glyphs.train=4000",
                "generator.layers.0.units=2000",
                "train.workers=1",
                "train.g-steps=500",
                "train.averaging-frequency=100000"));
    signals.join();
    assertThat(stopped.code()).isEqualTo(130);
    assertThat(stopped.err())
        .contains("SIGINT: the round is cancelled", "begin again with")
        .doesNotContain("\tat ");
  }

  /** Rounds are jobs of the run's group. */
  private static boolean isInARound() {
    Option<SparkContext> spark = SparkContext$.MODULE$.getActive();
    return spark.isDefined()
        && spark.get().statusTracker().getJobIdsForGroup("00000-tiny").length > 0;
  }

  private boolean hasACheckpoint() {
    return Files.exists(folder.resolve("runs/00000-tiny/checkpoints"));
  }

  private CommandRun stop(BooleanSupplier when, Signal signal, String... settings) {
    CompletableFuture<Void> sent = once(when).thenRun(() -> StopRequests.handle(signal));
    CommandRun run = CommandRun.of(TinyExperiment.training(folder, settings));
    sent.join();
    return run;
  }

  private static CompletableFuture<Void> once(BooleanSupplier condition) {
    return CompletableFuture.runAsync(
        () -> {
          while (!condition.getAsBoolean()) {
            pause(5);
          }
        });
  }

  private static void pause(int milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
