package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.SparkHome;
import io.momentgan.SparkTests;
import io.momentgan.collective.hub.Strangers;
import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.device.Cluster;
import io.momentgan.ml.GanTrainer;
import io.momentgan.ml.GanTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole command in one process and in three, as on a cluster. */
@Tag("long")
@Timeout(180)
class ClusterTrainingTest {
  private static final Map<String, String> SETTINGS =
      Map.of(
          "spark.driver.host", "127.0.0.1",
          "spark.ui.enabled", "false",
          "spark.executor.extraClassPath", SparkHome.classPath(),
          "spark.executor.extraJavaOptions", SparkHome.SHORT_LIVED,
          "spark.authenticate", "true",
          "spark.authenticate.secret", "known to driver and executors",
          "spark.network.crypto.enabled", "true");

  @TempDir private Path folder;

  /** Settings over those of all trainings. */
  private List<String> further = List.of();

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

  @ParameterizedTest
  @CsvSource({
    "2, 10, driver, exact, 5",
    "2, 10, driver, bf16, 5",
    "2, 1, slices, float, 50",
    "4, 10, slices, bf16, 3",
    "8, 1, slices, exact, 12"
  })
  void executorsInOtherProcessesGiveTheBitsOfThreads(
      int workers, int frequency, String path, String wire, long rounds) throws IOException {
    further =
        List.of("train.workers=" + workers, "averaging.path=" + path, "averaging.wire=" + wire);
    Path threads = train("local[%d]".formatted(workers), frequency, 1);
    Path processes = train("local-cluster[2,%d,1024]".formatted(workers / 2), frequency, 1);
    assertThat(SameRun.snapshot(processes).round()).isEqualTo(rounds);
    SameRun.assertSame(processes, threads);
  }

  @Test
  void strangersOnTheNetworkDoNotChangeABit() throws Exception {
    Path threads = train("local[2]", 10, 4);
    CompletableFuture<Boolean> refused =
        CompletableFuture.supplyAsync(() -> Strangers.attackTheApplication("00000-small"));
    Path attacked = train("local-cluster[2,1,1024]", 10, 4);
    assertThat(refused.get(60, TimeUnit.SECONDS)).isTrue();
    SameRun.assertSame(attacked, threads);
  }

  @ParameterizedTest
  @ValueSource(strings = {"driver", "slices"})
  void anExecutorKilledInARoundDoesNotChangeABit(String path) throws Exception {
    further = List.of("averaging.path=" + path);
    assertThatAKilledExecutorDoesNotChangeABit();
  }

  @Test
  void anExecutorKilledBetweenTheWorkersAndTheirAverageDoesNotChangeABit() throws IOException {
    further = List.of("averaging.path=slices");
    Path threads = train("local[2]", 10, 2);
    System.setProperty("spark.extraListeners", ExecutorProcesses.KillInShuffle.class.getName());
    try {
      Path survived = train("local-cluster[2,1,1024]", 10, 2);
      assertThat(ExecutorProcesses.KillInShuffle.killed()).isTrue();
      SameRun.assertSame(survived, threads);
    } finally {
      System.clearProperty("spark.extraListeners");
    }
  }

  /** A classifier with Improved GAN's techniques; minibatch discrimination wants longer batches. */
  @Test
  void aKillAndAResumptionDoNotChangeABitOfASemiSupervisedTraining() throws Exception {
    further =
        List.of(
            "labels.classes=10",
            "labels.generator=none",
            "labels.discriminator=classifier",
            "labels.per-class=3",
            "generator.layers=[{type: dense, units: 6, virtual-batch-norm: true,"
                + " activation: softplus}]",
            "generator.output-layer={weight-norm: trained}",
            "discriminator.layers=[{type: noise, sd: 0.3},"
                + " {type: dense, units: 8, weight-norm: fixed, activation: relu}]",
            "discriminator.output-layer={weight-norm: trained, init-sd: 0.1}",
            "discriminator.optimizer.historical-averaging=0.01",
            "loss.generator=feature-matching",
            "loss.weight=0.5",
            "loss.real-target=0.9",
            "train.fresh-batches=true",
            "train.init-images=50",
            "averaging.ema.half-life=1000",
            "averaging.ema.discriminator-half-life=1000");
    Path survived = assertThatAKilledExecutorDoesNotChangeABit();
    Path threads = train("local[2]", 50, 4);
    System.setProperty(Cluster.MASTER, "local-cluster[2,1,1024]");
    assertThat(Main.run("resume", survived.toString(), "--set", "train.epochs=4")).isZero();
    SameRun.assertSame(survived, threads);
  }

  /** Returns the run whose executor was killed. */
  private Path assertThatAKilledExecutorDoesNotChangeABit() throws Exception {
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

  /** Here CPUs, by Gloo; they send in clear, which encryption forbids. */
  @Tag("torch")
  @Test
  void devicesOfExecutorsGiveTheBitsOfThreadsAlsoAfterAKill() throws Exception {
    further =
        List.of(
            "engine=torch",
            "train.gradients=devices",
            "discriminator.layers=[{type: dense, units: 4, dropout: 0.2}]");
    System.clearProperty("spark.network.crypto.enabled");
    assertThatAKilledExecutorDoesNotChangeABit();
  }

  @Test
  void aTrainingFromANoteWithThePagesSettingsGivesTheSameBits() throws IOException {
    Path threads = train("local[2]", 10, 1);
    Map<String, String> settings = new HashMap<>(SETTINGS);
    Path page = Experiments.REPOSITORY.resolve("src/site/markdown/notebooks.md");
    Pattern.compile("^    (spark\\.[\\w.]+) (\\S+)$", Pattern.MULTILINE)
        .matcher(Files.readString(page).replaceAll("(?s).*\n## Training on a cluster", ""))
        .results()
        .forEach(setting -> settings.put(setting.group(1), setting.group(2)));
    assertThat(settings).hasSizeGreaterThan(SETTINGS.size() + 5);
    settings.put(Cluster.MASTER, "local-cluster[2,1,1024]");
    Path out = folder.resolve("note");
    try (SparkSession spark = SparkTests.session(2, settings)) {
      GanTraining training =
          GanTrainer.of(spark, Files.readString(folder.resolve("small.yaml")))
              .start(out.toString());
      assertThat(training.await(120)).isTrue();
    }
    SameRun.assertSame(out.resolve("00000-small"), threads);
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

  private Path runs(String master) {
    return folder.resolve(master.replaceAll("\\W", "-"));
  }

  private Path train(String master, int frequency, int epochs) throws IOException {
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
