package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.SparkTests;
import io.momentgan.config.Experiment;
import io.momentgan.ml.GanTrainer;
import io.momentgan.ml.GanTraining;
import io.momentgan.run.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train} with the record of a run in place of an experiment. */
class RepeatedRunTest {
  @TempDir private Path folder;

  @Tag("long")
  @Test
  void aRunTrainedFromItsRecordHasTheSameBits() throws IOException {
    Path run =
        TinyExperiment.train(
            folder, "train.seed=7", "train.epochs=1", "discriminator-input.replay-capacity=30");
    Path record = run.resolve("run.yaml");
    // A run of other workers would have other bits: the record's number counts, not the machine's.
    assertThat(Files.readString(record)).contains("workers: 2");
    SameRun.assertSame(train(record, "from-record"), run);
    SameRun.assertSame(train(run, "from-folder"), run);
    SameRun.assertSame(train("file:" + record, "from-uri"), run);
    Path copy = Files.copy(record, folder.resolve("figures.yaml"));
    SameRun.assertSame(train(copy, "from-copy"), run);
  }

  @Tag("long")
  @Test
  void aTrainingInASessionHasTheSameBits() throws IOException {
    Path run = TinyExperiment.train(folder, "train.epochs=1");
    String settings = Files.readString(TinyExperiment.in(folder));
    Path out = folder.resolve("session");
    try (SparkSession spark = SparkTests.session(2, Map.of())) {
      GanTraining training =
          GanTrainer.of(spark, settings).set("train.epochs=1").start(out.toString());
      assertThat(training.await(60)).isTrue();
    }
    SameRun.assertSame(out.resolve("00000-tiny"), run);
  }

  @Test
  void settingsOfTheRecordMayBeOverridden() {
    Path run = TinyExperiment.train(folder, "train.seed=7", "train.epochs=1");
    Path other = train(run.resolve("run.yaml"), "other", "--set", "train.seed=8", "--workers", "1");
    Experiment recorded = experiment(run);
    assertThat(experiment(other))
        .isEqualTo(recorded.with("train.seed=8", "train.workers=1"))
        .isNotEqualTo(recorded);
    assertThat(SameRun.snapshot(other).generator().params())
        .isNotEqualTo(SameRun.snapshot(run).generator().params());
  }

  @Test
  void whatIsNoRecordIsRefusedInOneLine() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    assertThat(CommandRun.of("train", empty.toString()).mistake()).contains("run.yaml");
    assertThat(CommandRun.of("train", "file:" + empty + "/run.yaml").mistake())
        .contains("run.yaml");
    assertThat(CommandRun.of("train", folder.resolve("none.yaml").toString()).mistake())
        .contains("none.yaml: no such file");
    Path old = folder.resolve("run.yaml");
    Files.writeString(old, "experiment: {name: old}\nversions: {momentgan: 0.0.9}\n");
    assertThat(CommandRun.of("train", old.toString()).mistake())
        .contains("found a run of MomentGAN 0.0.9 (format 1), expected format 2");
    Files.writeString(old, "format: 2\nexperiment: {name: broken}\nversions: {}\n");
    assertThat(CommandRun.of("train", old.toString()).mistake()).contains("run.yaml");
  }

  private Path train(Object record, String out, String... options) {
    String[] args = new String[4 + options.length];
    args[0] = "train";
    args[1] = record.toString();
    args[2] = "--out";
    args[3] = folder.resolve(out).toString();
    System.arraycopy(options, 0, args, 4, options.length);
    CommandRun run = CommandRun.of(args).succeeds();
    assertThat(run.out()).contains("Run folder: file:");
    return folder.resolve(out).resolve("00000-tiny");
  }

  private static Experiment experiment(Path run) {
    return Run.open(run.toString(), Map.of()).record().experiment();
  }
}
