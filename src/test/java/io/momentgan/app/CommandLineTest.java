package io.momentgan.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.config.Experiment.EngineName;
import io.momentgan.config.ExperimentReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;

class CommandLineTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "train",
        "resume",
        "study",
        "sample",
        "data",
        "data inspect",
        "report",
        "evaluate",
        "generate"
      })
  void everyCommandExplainsItself(String command) {
    String[] args = (command + " --help").strip().split(" ");
    CommandRun help = CommandRun.of(args).succeeds();
    assertThat(help.out()).startsWith(("Usage: submit/local " + command).strip());
    assertThat(help.err()).isEmpty();
  }

  @Test
  void helpOfTheWholeNamesTheExitCodes() {
    assertThat(CommandRun.of("--help").out())
        .containsIgnoringWhitespaces(
            "0 done",
            "1 failed",
            "2 a mistake",
            "3 the training diverged",
            "143 stopped by SIGTERM");
  }

  @Test
  void versionNamesWhatARunDependsOn() {
    CommandRun version = CommandRun.of("--version").succeeds();
    assertThat(version.out().lines())
        .anyMatch(line -> line.matches("momentgan +\\S+"))
        .anyMatch(line -> line.matches("spark +3\\.5\\.\\d+"))
        .anyMatch(line -> line.matches("deeplearning4j +1\\.0\\.0-M2\\.1"))
        .anyMatch(line -> line.matches("dl4j-spark +1\\.0\\.0-M2"))
        .anyMatch(line -> line.matches("nd4j-backend +\\w+Backend"))
        .anyMatch(line -> line.matches("fast-products +\\w+.*"))
        .anyMatch(line -> line.matches("blas +\\w+ .*"))
        .anyMatch(line -> line.matches("java +17.*"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                       | Give a command, such as train; see submit/local --help",
        "data                     | Give a command: inspect; see submit/local data --help",
        "trian x.yaml             | Unmatched argument",
        "train                    | Give an experiment such as",
        "train x.yaml --epochs 3  | Unknown options: '--epochs', '3'",
        "train x.yaml --workers W | Invalid value for option '--workers'",
        "train x.yaml --set       | Missing required parameter for option '--set'",
        "train nowhere.yaml       | nowhere.yaml: no such file",
        "train ff5                | ff5: no such file, expected a settings file, or the name of one in conf/experiments; did you mean ff-5",
        "train conf/experiments/quikstart.yaml | did you mean quickstart?",
        "study nowhere.yaml --out x | nowhere.yaml: no such file",
        "study dcnov --out x      | did you mean dconv?",
        "resume                   | Missing required parameter: 'RUN_URI'",
        "resume nowhere           | There is no folder",
        "sample nowhere --out x.png | There is no folder",
        "sample nowhere           | Missing required option: '--out=FILE.png'",
        "sample x --count 0 --out x.png | --count 0: expected a positive number",
        "report nowhere           | There is no folder",
        "report nowhere --out x | There is no folder",
        "evaluate nowhere         | There is no folder",
        "evaluate x --every 1 --epochs 2 | --every=N, --epochs=EPOCH",
        "generate nowhere --count 5 --out x | There is no folder",
        "generate x --count 0 --out x | --count 0: expected a positive number",
        "extractor nowhere        | nowhere",
        "data inspect nowhere     | nowhere",
        "data inspect             | Missing required parameter: 'URI'"
      })
  void mistakesInTheCallEndWithCode2AndOneLine(String call, String message) {
    String[] args = call.isEmpty() ? new String[0] : call.split(" ");
    assertThat(CommandRun.of(args).mistake()).contains(message);
  }

  @Test
  void similarCommandIsSuggested() {
    assertThat(CommandRun.of("trian", "x.yaml").mistake()).contains("did you mean", "train");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train.epochs=0          | --set train.epochs=0: Setting train.epochs: found 0",
        "train.epoch=3           | --set train.epoch=3: Setting train.epoch: found an unknown setting",
        "epochs=3                | did you mean train.epochs?",
        "learning-rate=0.1       | did you mean generator.optimizer.learning-rate or discriminator.optimizer.learning-rate?",
        "generator.learning-rate=1 | did you mean generator.optimizer.learning-rate",
        "trian.epochs=3          | did you mean train.epochs?",
        "train.batchSize=3       | did you mean train.batch-size?",
        "nonsense                | --set nonsense: expected key=value",
        "seeds=[1, 1]            | seeds: found [1, 1], expected each seed once",
        "evaluation.patience=2   | evaluation.patience: found 2, expected 0 where evaluation.every is 0",
        "evaluation.samples=9    | evaluation.samples: found 9, expected at least 100",
        "train.batch-size=201    | Setting train.batch-size: found 201, expected at most 200",
        "data.validation=400     | data.validation",
        "data.uri=/no/such/place | /no/such/place"
      })
  void mistakesInTheSettingsEndWithCode2BeforeAnythingIsWritten(String set, String message) {
    assertThat(CommandRun.of(TinyExperiment.training(folder, set)).mistake()).contains(message);
    assertThat(folder.resolve("runs")).doesNotExist();
  }

  @Test
  void unreadableSettingsFileIsTheUsersMistake() throws IOException {
    Path binary = Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0xff, 0, 1});
    assertThat(CommandRun.of("train", binary.toString()).mistake()).contains("binary.yaml");
    assertThat(CommandRun.of("train", folder.toString()).mistake()).contains(folder.toString());
  }

  @Test
  void outputFolderThatIsAFileIsTheUsersMistake() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThat(
            CommandRun.of("train", TinyExperiment.in(folder).toString(), "--out", file.toString())
                .refusal(Main.USER_MISTAKE))
        .contains(file.toString());
  }

  @Test
  void otherFailuresEndWithCode1AndTheirTrace() {
    PrintStream err = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setErr(new PrintStream(bytes, true, UTF_8));
    try {
      assertThat(Main.run(new Broken())).isEqualTo(Main.FAILED);
    } finally {
      System.setErr(err);
    }
    assertThat(bytes.toString(UTF_8)).contains("IllegalStateException: a defect", "\tat ");
  }

  @Command
  private static final class Broken implements Runnable {
    @Override
    public void run() {
      throw new IllegalStateException("a defect");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spark.master=nonsense | Could not parse Master URL",
        "spark.master=local[0] | spark.task.cpus: found 1 with local[0]",
        "spark.eventLog.enabled=true;spark.eventLog.dir=/no/such/place | File file:/no/such/place does not exist",
        "spark.driver.host=no.such.host.invalid | no.such.host.invalid",
        "spark.task.cpus=many | spark.task.cpus: found many, expected a whole number",
        "spark.master=local[2];spark.task.cpus=2 | train.workers: found 2, expected at most 1",
        "spark.master=local[2];spark.task.cpus=3 | spark.task.cpus: found 3 with local[2]",
        "spark.master=local[4];spark.task.resource.gpu.amount=1 | spark.task.resource.*: found it with local[4]"
      })
  void settingsWithWhichSparkCannotWorkAreTheUsersMistake(String settings, String message) {
    Map<String, String> spark = new HashMap<>();
    for (String setting : settings.split(";", -1)) {
      spark.put(setting.replaceFirst("=.*", ""), setting.replaceFirst("[^=]*=", ""));
    }
    spark.forEach(System::setProperty);
    try {
      CommandRun run = CommandRun.of(TinyExperiment.training(folder, "train.workers=2"));
      assertThat(run.refusal(Main.USER_MISTAKE)).contains(message);
    } finally {
      spark.keySet().forEach(System::clearProperty);
    }
  }

  @Test
  void moreWorkersThanTheClusterRunsAtOnceAreTheUsersMistake() {
    System.setProperty("spark.master", "local-cluster[1,1,1024]");
    try {
      CommandRun run = CommandRun.of(TinyExperiment.training(folder, "train.workers=2"));
      assertThat(run.mistake()).contains("train.workers: found 2, expected at most 1");
      assertThat(folder.resolve("runs")).doesNotExist();
    } finally {
      System.clearProperty("spark.master");
    }
  }

  @Test
  void folderThatIsNoRunIsTheUsersMistake() throws IOException {
    for (String command : List.of("resume", "report")) {
      assertThat(CommandRun.of(command, folder.toString()).mistake()).contains("run.yaml");
    }
    Files.writeString(folder.resolve("run.yaml"), "- nothing\n  of: use\n");
    assertThat(CommandRun.of("resume", folder.toString()).mistake())
        .contains("run.yaml: not the record of a run");
  }

  @Test
  void dryRunPrintsThePlanAndWritesNothing() throws IOException {
    String[] training = TinyExperiment.training(folder, "train.epochs=3", "generator.slope=0.2");
    String[] args =
        Stream.concat(Stream.of(training), Stream.of("--dry-run")).toArray(String[]::new);
    CommandRun plan = CommandRun.of(args).succeeds();
    assertThat(plan.out())
        .contains("  train.epochs: 3 (default 20)", "  generator.slope: 0.2 (default 0.01)")
        .contains("  generator.layers.0.units: 16\n")
        .doesNotContain("keep-last", "half-life")
        .contains("Data: glyphs (glyphs), 400 training images of 1x28x28")
        // 10 * 16 + 16 and 16 * 784 + 784; 784 * 16 + 16 and 16 + 1
        .contains("Generator: 13,504 trainable parameters")
        .contains("Discriminator: 12,577 trainable parameters")
        .contains("3 epochs x 10 iterations = 30 iterations on each of 2 workers")
        .contains("batches of 20 (40 together); 9 rounds of 4 iterations")
        .containsPattern("Memory: \\d+\\.\\d MiB of images and about \\d+\\.\\d MiB of networks")
        .containsPattern("Bytes per round: \\d+\\.\\d MiB out and \\d+\\.\\d MiB back per worker");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(folder.resolve("tiny.yaml"));
    }
    String[] verbose =
        Stream.concat(Stream.of(args), Stream.of("--verbose")).toArray(String[]::new);
    assertThat(CommandRun.of(verbose).succeeds().out())
        .contains("epochs: 3", "slope: 0.2", "averaging-frequency: 4", "keep-last: 3");
  }

  /** 26 081 parameters, m and v; 784 means and M2 of 10 batches, both ways. */
  @ParameterizedTest
  @CsvSource({"exact, 0.3, 0.2", "float, 0.3, 0.1", "bf16, 0.2, 0.1"})
  void thePlanCountsTheBytesOfThePrecisionOnTheWire(String wire, String back, String moments) {
    String[] training = TinyExperiment.training(folder, "averaging.wire=" + wire);
    String[] args =
        Stream.concat(Stream.of(training), Stream.of("--dry-run")).toArray(String[]::new);
    assertThat(CommandRun.of(args).succeeds().out())
        .contains(
            "Bytes per round: 0.3 MiB out and %s MiB back per worker (networks), %s MiB per worker"
                .formatted(back, moments));
  }

  @Test
  void thePlanMarksWhatDiffersFromTheBase() throws IOException {
    TinyExperiment.in(folder);
    Path derived =
        Files.writeString(
            folder.resolve("derived.yaml"), "base: tiny.yaml\nname: derived\nlatent: {size: 12}\n");
    assertThat(CommandRun.of("train", derived.toString(), "--dry-run").succeeds().out())
        .contains("(* from those of its base tiny, too)")
        .contains("* latent.size: 12 (default 100)", "  train.batch-size: 20 (default 100)");
  }

  /** Ten iterations make an epoch, and a round ends with it. */
  @Test
  void thePlanCountsNoMoreIterationsThanAnEpochHas() {
    String file = TinyExperiment.in(folder).toString();
    List<String> bytes =
        Stream.of("5", "10", "1000")
            .map(n -> "train.averaging-frequency=" + n)
            .map(set -> CommandRun.of("train", file, "--dry-run", "--set", set).succeeds().out())
            .map(out -> out.lines().filter(l -> l.startsWith("Bytes")).findFirst().orElseThrow())
            .toList();
    assertThat(bytes.get(2)).isEqualTo(bytes.get(1)).isNotEqualTo(bytes.get(0));
  }

  @Test
  void experimentsAreFoundByTheirNames() {
    assertThat(CommandRun.of("train", "ff-5", "--dry-run").succeeds().out())
        .contains("name: \"ff-5\"");
  }

  @Test
  @Tag("long")
  void dryRunOfEachExperimentFileSucceeds() throws IOException {
    Path experiments = Path.of(System.getProperty("momentgan.repository", "."), "conf/experiments");
    try (Stream<Path> files = Files.list(experiments)) {
      files.forEach(
          file -> {
            CommandRun run = CommandRun.of("train", file.toString(), "--dry-run");
            if (ExperimentReader.read(file, List.of()).engine() == EngineName.TORCH) {
              assertThat(run.mistake()).contains("build with mvn -Ptorch package");
            } else {
              run.succeeds();
            }
          });
    }
  }

  @Test
  void optionsForDataAndWorkersGoOverTheFile() {
    String file = TinyExperiment.in(folder).toString();
    assertThat(CommandRun.of("train", file, "--workers", "4", "--dry-run").succeeds().out())
        .contains("5 iterations = 10 iterations on each of 4 workers");
    assertThat(CommandRun.of("train", file, "--data", "no such: place", "--dry-run").mistake())
        .contains("no such: place");
  }
}
