package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.SparkHome;
import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.device.Cluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Trainings by the whole command in one process and in three, as on a cluster. */
@Timeout(180)
abstract class ClusterTrainings {
  static final Map<String, String> SETTINGS =
      Map.of(
          "spark.driver.host", "127.0.0.1",
          "spark.ui.enabled", "false",
          "spark.executor.extraClassPath", SparkHome.classPath(),
          "spark.executor.extraJavaOptions", SparkHome.SHORT_LIVED,
          "spark.authenticate", "true",
          "spark.authenticate.secret", "known to driver and executors",
          "spark.network.crypto.enabled", "true");

  @TempDir Path folder;

  /** Settings over those of all trainings. */
  List<String> further = List.of();

  @BeforeEach
  void setSparkSettings() throws IOException {
    SparkHome.create();
    SETTINGS.forEach(System::setProperty);
  }

  @AfterEach
  void clearSparkSettings() {
    SETTINGS.keySet().forEach(System::clearProperty);
    System.clearProperty(Cluster.MASTER);
  }

  /** Returns the run whose executor was killed. */
  final Path assertThatAKilledExecutorDoesNotChangeABit() throws Exception {
    // A round is an epoch, so that the executor dies within one and not as it ends.
    int frequency = 50;
    int epochs = 3;
    Path threads = train("local[2]", frequency, epochs);
    Path rounds = runs("local-cluster[2,1,1024]").resolve("00000-small/metrics/rounds.jsonl");
    CompletableFuture<Boolean> killed =
        CompletableFuture.supplyAsync(() -> killAnExecutorAfterRound(1, rounds));
    Path survived = train("local-cluster[2,1,1024]", frequency, epochs);
    assertThat(killed.get(1, TimeUnit.SECONDS)).isTrue();
    SameRun.assertSame(survived, threads);
    return survived;
  }

  private static boolean killAnExecutorAfterRound(int round, Path metrics) {
    try {
      while (!Files.exists(metrics) || Files.readAllLines(metrics).size() < round) {
        Thread.sleep(20);
      }
      // Into the next round, which takes the better part of a second.
      Thread.sleep(300);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return ExecutorProcesses.running().get(0).destroyForcibly();
  }

  final Path runs(String master) {
    return folder.resolve(master.replaceAll("\\W", "-"));
  }

  final Path train(String master, int frequency, int epochs) throws IOException {
    System.setProperty(Cluster.MASTER, master);
    List<String> settings =
        Stream.concat(
                Stream.of(
                    "generator.layers=[{type: dense, units: 5, batch-norm: true, dropout: 0.3}]",
                    "discriminator-input.replay-capacity=60",
                    "data.glyphs.train=800",
                    "train.workers=2",
                    "train.averaging-frequency=" + frequency,
                    "train.epochs=" + epochs,
                    "train.deadline-seconds=60"),
                further.stream())
            .toList();
    Experiment experiment = Experiments.small(settings.toArray(String[]::new));
    Path file = folder.resolve("small.yaml");
    Files.writeString(file, ExperimentReader.write(experiment));
    // Another training of the same place replaces the first.
    FileUtils.deleteDirectory(runs(master).toFile());
    Path runs = runs(master);
    assertThat(Main.run("train", file.toString(), "--out", runs.toString())).isZero();
    return runs.resolve("00000-small");
  }
}
