package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.momentgan.Experiments;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileUtil;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A sweep of two runs that work and one that diverges, then what the same command does later. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SweepTest {
  private static final String SWEEP =
      """
      seeds: [4]
      set: {data.glyphs.train: 160, train.epochs: 1, checkpoint.every: 1}
      experiments:
        - tiny.yaml
        - {file: tiny.yaml, name: steep, set: %s}
        - {file: tiny.yaml, name: more-g, set: {train.g-steps: 2}}
      """
          .formatted(
              "{discriminator.optimizer.type: sgd, discriminator.optimizer.learning-rate: 1.0e+38}");

  @TempDir private static Path folder;

  private static CommandRun first;

  @BeforeAll
  static void sweepOnce() throws IOException {
    TinyExperiment.in(folder);
    Files.writeString(folder.resolve("sweep.yaml"), SWEEP);
    first = sweep();
  }

  private static CommandRun sweep(String... more) {
    Stream<String> fixed =
        Stream.of(
            "sweep",
            folder.resolve("sweep.yaml").toString(),
            "--out",
            folder.resolve("runs").toString());
    return CommandRun.of(Stream.concat(fixed, Stream.of(more)).toArray(String[]::new));
  }

  @Test
  @Order(1)
  void aRunThatFailsIsReportedAndTheOthersGoOn() throws IOException {
    assertThat(first.refusal(1)).contains("1 of 3 runs failed: steep-seed-4");
    Map<String, String> rows = rows(first.out());
    assertThat(rows.keySet())
        .containsExactlyInAnyOrder("tiny-seed-4", "steep-seed-4", "more-g-seed-4");
    assertThat(rows.get("tiny-seed-4")).contains("| trained | 1 |", "runs/tiny-seed-4/00000-tiny");
    assertThat(rows.get("steep-seed-4"))
        .contains("| failed | 0 |", "The training diverged in round 1");
    assertThat(rows.get("more-g-seed-4")).contains("| trained | 1 |");
    assertThat(Files.readString(folder.resolve("runs/sweep.md"))).isEqualTo(first.out());
    assertThat(lastEpoch("more-g").get("g_updates").intValue()).isEqualTo(8);
    assertThat(lastEpoch("tiny").get("g_updates").intValue()).isEqualTo(4);
    assertThat(Files.readString(run("tiny").resolve("run.yaml"))).contains("seed: 4");
  }

  @Test
  @Order(2)
  void whatIsDoneIsSkippedAndWhatFailedIsTriedAgain() throws IOException {
    Map<String, byte[]> before = files(run("tiny"));
    CommandRun again = sweep();
    assertThat(again.refusal(1)).contains("steep-seed-4");
    assertThat(rows(again.out()).get("tiny-seed-4")).contains("| skipped | 1 |");
    assertThat(rows(again.out()).get("more-g-seed-4")).contains("| skipped | 1 |");
    assertThat(rows(again.out()).get("steep-seed-4"))
        .contains("| failed |", "The training diverged in round 1");
    assertThat(files(run("tiny"))).containsExactlyInAnyOrderEntriesOf(before);
    assertThat(folder.resolve("runs/steep-seed-4").toFile().list()).containsExactly("00000-steep");
  }

  @Test
  @Order(3)
  void whatWasInterruptedIsResumedFromItsCheckpointOrBegunAgain() throws IOException {
    String whole = figures("tiny");
    String other = figures("more-g");
    // An epoch of four iterations is one round here: with two epochs there is a first one to keep.
    CommandRun longer = sweep("--set", "train.epochs=2");
    assertThat(rows(longer.out()).get("tiny-seed-4")).contains("| resumed | 2 |");
    assertThat(figures("tiny")).startsWith(whole);
    String two = figures("tiny");
    FileUtil.fullyDelete(run("tiny").resolve("checkpoints/step=00000002").toFile());
    FileUtil.fullyDelete(run("more-g").resolve("checkpoints").toFile());
    CommandRun again = sweep("--set", "train.epochs=2");
    assertThat(rows(again.out()).get("tiny-seed-4")).contains("| resumed | 2 |");
    assertThat(rows(again.out()).get("more-g-seed-4")).contains("| resumed | 2 |");
    assertThat(figures("tiny")).isEqualTo(two);
    assertThat(figures("more-g")).startsWith(other);
    assertThat(folder.resolve("runs/more-g-seed-4").toFile().list())
        .containsExactly("00000-more-g");
  }

  @Test
  @Order(4)
  void aRunOfOtherSettingsIsNotTakenForDone() {
    CommandRun other = sweep("--set", "train.batch-size=10", "--dry-run");
    assertThat(rows(other.succeeds().out()).get("tiny-seed-4"))
        .contains(
            "| failed |",
            "runs/tiny-seed-4/00000-tiny: a run with other settings",
            "train.batch-size: found 20, expected 10",
            "give another --out");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "seeds: [1]                              | bad.yaml: Setting experiments: is missing, expected a list",
        "experiments: []                         | bad.yaml: Setting experiments: found [], expected a list",
        "experiments: [3]                        | bad.yaml: Setting experiments.0: found 3, expected a settings file",
        "experiments: [{name: a}]                | bad.yaml: Setting experiments.0.file: is missing",
        "experiments: [{fiel: tiny.yaml}]        | bad.yaml: Setting experiments.0.fiel: unknown, expected one of file, name, set",
        "'{experiments: [tiny.yaml], seed: 1}'   | bad.yaml: Setting seed: unknown, expected one of experiments, seeds, set",
        "'{experiments: [tiny.yaml], seeds: [1, 1]}' | bad.yaml: Setting seeds: found [1,1], expected whole numbers, each once",
        "'{experiments: [tiny.yaml], set: 3}'    | bad.yaml: Setting set: found 3, expected a mapping",
        "experiments: [tiny.yaml, tiny.yaml]     | bad.yaml: found tiny-seed-1 twice",
        "experiments: [none.yaml]                | none.yaml: no such file; give a settings file",
        "'{experiments: [tiny.yaml], set: {train.epoch: 3}}' | bad.yaml: experiment tiny.yaml: --set train.epoch=3: Setting train.epoch",
        "'experiments: [tiny.yaml'               | bad.yaml: not valid YAML",
        "just words                              | bad.yaml: expected a YAML mapping"
      })
  void badFilesAreRefusedBeforeAnythingStarts(String text, String message, @TempDir Path empty)
      throws IOException {
    TinyExperiment.in(empty);
    Path bad = Files.writeString(empty.resolve("bad.yaml"), text);
    Path out = empty.resolve("runs");
    assertThat(CommandRun.of("sweep", bad.toString(), "--out", out.toString()).mistake())
        .contains(message);
    assertThat(out).doesNotExist();
  }

  @Test
  void aSweepThatIsNotThereIsNamed() {
    assertThat(CommandRun.of("sweep", "nowhere.yaml", "--out", "x").mistake())
        .contains("nowhere.yaml: no such file; give a sweep such as conf/sweeps/dconv.yaml");
  }

  @ParameterizedTest
  @CsvSource({
    "dconv, 1, dconv-0.01-plain dconv-0.01-moments dconv-0.001-plain dconv-0.001-moments dconv-0.0001-plain dconv-0.0001-moments",
    "dconv-0.0001, 3, dconv-0.0001-plain dconv-0.0001-moments",
    "g-advantage, 1, g-advantage-2 g-advantage-4 g-advantage-50",
    "per-class, 3, ff-5-global ff-5-per-class"
  })
  void theSweepsOfTheRepositoryAreComplete(
      String name, int seeds, String runs, @TempDir Path empty) {
    String file = Experiments.REPOSITORY.resolve("conf/sweeps/%s.yaml".formatted(name)).toString();
    CommandRun plan = CommandRun.of("sweep", file, "--out", empty + "/runs", "--dry-run");
    assertThat(rows(plan.succeeds().out()).keySet())
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(runs.split(" "))
                .flatMap(
                    run -> IntStream.rangeClosed(1, seeds).mapToObj(seed -> run + "-seed-" + seed))
                .toList());
    assertThat(plan.out()).doesNotContain("failed");
    assertThat(empty).isEmptyDirectory();
  }

  private static Map<String, String> rows(String table) {
    return table
        .lines()
        .skip(2)
        .collect(Collectors.toMap(row -> row.split("\\|")[1].strip(), row -> row));
  }

  private static Path run(String name) {
    return folder.resolve("runs/%s-seed-4/00000-%s".formatted(name, name));
  }

  private static JsonNode lastEpoch(String name) throws IOException {
    List<String> lines = Files.readAllLines(run(name).resolve("metrics/epochs.jsonl"));
    return new ObjectMapper().readTree(lines.get(lines.size() - 1));
  }

  /** The metrics without the times. */
  private static String figures(String name) throws IOException {
    return Files.readString(run(name).resolve("metrics/epochs.jsonl"))
        .replaceAll("\"seconds\":[^,]*,", "");
  }

  private static Map<String, byte[]> files(Path run) throws IOException {
    try (Stream<Path> paths = Files.walk(run)) {
      return paths
          .filter(Files::isRegularFile)
          .collect(Collectors.toMap(path -> run.relativize(path).toString(), SweepTest::bytes));
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
