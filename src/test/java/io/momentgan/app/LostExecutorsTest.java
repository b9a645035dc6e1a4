package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.LogLines;
import io.momentgan.SparkHome;
import io.momentgan.device.Cluster;
import io.momentgan.partition.WorkerHistory;
import io.momentgan.partition.WorkerHistory.Stretch;
import io.momentgan.run.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.commons.io.FileUtils;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkContext$;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of two machines, one of which is lost within a round. */
@Tag("long")
@Timeout(300)
class LostExecutorsTest {
  private static final Map<String, String> SETTINGS =
      Map.of(
          "spark.driver.host",
          "127.0.0.1",
          "spark.ui.enabled",
          "false",
          "spark.executor.extraClassPath",
          SparkHome.classPath(),
          "spark.executor.extraJavaOptions",
          SparkHome.SHORT_LIVED);

  /** An epoch has two rounds of 50 iterations with two workers, four with one. */
  private static final String[] TRAINING = {
    "train.epochs=3",
    "data.glyphs.train=4000",
    "train.averaging-frequency=50",
    "discriminator-input.replay-capacity=30",
    "averaging.first-moment-period=2",
    "averaging.second-moment-period=2"
  };

  @TempDir private Path folder;

  @BeforeEach
  void setSparkSettings() throws IOException {
    SparkHome.create();
    SETTINGS.forEach(System::setProperty);
    System.setProperty(Cluster.MASTER, "local-cluster[2,1,1024]");
  }

  @AfterEach
  void clearSparkSettings() {
    SETTINGS.keySet().forEach(System::clearProperty);
    System.clearProperty(Cluster.MASTER);
  }

  @Test
  void aRunGoesOnWithTheWorkersThatAreLeftIfItMay() throws Exception {
    try (LogLines log = new LogLines()) {
      trainAndLose("failures.wait-seconds=5", "failures.least-workers=1").succeeds();
      assertThat(
              log.with("after 5 s (failures.wait-seconds) the cluster has room for 1 of 2 workers"))
          .singleElement()
          .asString()
          .endsWith("goes on with those (failures.least-workers)");
      assertThat(log.with("on, 2 before: figures differ from those")).hasSize(1);
    }
    Run shrunk = Run.open(run().toString(), Map.of());
    WorkerHistory history = shrunk.record().workers();
    // From a round after which all moments were shared: the end of an epoch.
    long made = history.last().round() - 1;
    assertThat(made).isIn(2L, 4L);
    assertThat(history.stretches()).extracting(Stretch::workers).containsExactly(2, 1);
    assertThat(history.stretches()).extracting(Stretch::device).containsExactly("CPU", "CPU");
    assertThat(shrunk.checkpoints().requireNewest().manifest().step()).isEqualTo(12 - made);
    assertThat(SameRun.snapshot(run()).samplesSeen()).isEqualTo(12_000);
    assertThat(SameRun.snapshot(run()).replay()).hasSize(1);
  }

  @Test
  void aRunThatMayNotEndsInOneLineAndCanBeResumed() throws Exception {
    String line = trainAndLose("failures.wait-seconds=5").withoutLateAnswers().refusal(Main.FAILED);
    assertThat(line)
        .contains("after 5 s (failures.wait-seconds) the cluster has room for 1 of 2 workers")
        .contains("or resume with --set train.workers=1")
        .contains("the last good checkpoint is that of round");
    Path fewer = folder.resolve("fewer");
    FileUtils.copyDirectory(run().toFile(), fewer.toFile());
    CommandRun.of("resume", run().toString()).succeeds();
    System.clearProperty(Cluster.MASTER);
    SameRun.assertSame(run(), TinyExperiment.train(folder.resolve("whole"), TRAINING));
    CommandRun.of("resume", fewer.toString(), "--set", "train.workers=1").succeeds();
    assertThat(SameRun.snapshot(fewer).samplesSeen()).isEqualTo(12_000);
  }

  @Test
  void anExecutorThatComesLateButInTimeDoesNotChangeABit() throws Exception {
    CompletableFuture<Void> back =
        CompletableFuture.runAsync(
            () -> {
              lose();
              pause(5_000);
              allow(2);
            });
    train("failures.wait-seconds=120", "failures.least-workers=1").succeeds();
    back.get(1, TimeUnit.SECONDS);
    System.clearProperty(Cluster.MASTER);
    SameRun.assertSame(run(), TinyExperiment.train(folder.resolve("whole"), TRAINING));
  }

  private CommandRun trainAndLose(String... settings) throws Exception {
    CompletableFuture<Void> lost = CompletableFuture.runAsync(this::lose);
    CommandRun run = train(settings);
    lost.get(1, TimeUnit.SECONDS);
    return run;
  }

  private CommandRun train(String... settings) {
    String[] all = new String[TRAINING.length + settings.length];
    System.arraycopy(TRAINING, 0, all, 0, TRAINING.length);
    System.arraycopy(settings, 0, all, TRAINING.length, settings.length);
    return CommandRun.of(TinyExperiment.training(folder, all));
  }

  private Path run() {
    return folder.resolve("runs/00000-tiny");
  }

  /** Kills an executor after the first epoch, for which the cluster has no replacement. */
  private void lose() {
    while (!Files.exists(run().resolve("checkpoints/step=00000002/manifest.json"))) {
      pause(10);
    }
    allow(1);
    assertThat(ExecutorProcesses.running().get(0).destroyForcibly()).isTrue();
  }

  private static void allow(int executors) {
    SparkContext spark = SparkContext$.MODULE$.getActive().get();
    assertThat(
            spark.requestTotalExecutors(
                executors, 0, scala.collection.immutable.Map$.MODULE$.empty()))
        .isTrue();
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
