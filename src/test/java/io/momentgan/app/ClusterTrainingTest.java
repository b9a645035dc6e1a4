package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.SparkTests;
import io.momentgan.collective.hub.Strangers;
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
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole command in one process and in three, as on a cluster. */
@Tag("long")
@Timeout(180)
class ClusterTrainingTest extends ClusterTrainings {
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
}
