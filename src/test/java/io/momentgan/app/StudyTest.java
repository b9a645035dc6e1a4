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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A study of four runs that work and one that diverges, then the same command again. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StudyTest {
  private static final String STUDY =
      """
      title: Tiny networks
      seeds: [4, 5]
      set: {data.glyphs.train: 160, train.epochs: 1, checkpoint.every: 1, evaluation.samples: 100}
      experiments:
        - tiny.yaml
        - {file: tiny.yaml, name: steep, seeds: [4], set: %s}
        - {file: tiny.yaml, name: more-g, set: {train.g-steps: 2}}
      measure: {parzen: true}
      columns: [train.g-steps, g-updates, fd, parzen]
      figures: [{plot: d-loss}, {images: newest}, {images: training}]
      claims:
        - {text: Two steps make twice as many updates, holds: g-updates(more-g) == 2 * g-updates(tiny)}
        - {text: Two steps make fewer updates, holds: g-updates(more-g) < g-updates(tiny)}
        - {text: A steep optimizer helps, holds: fd(steep) < fd(tiny)}
      """
          .formatted(
              "{discriminator.optimizer.type: sgd, discriminator.optimizer.learning-rate: 1.0e+38}");

  @TempDir private static Path folder;

  private static CommandRun first;

  @BeforeAll
  static void studyOnce() throws IOException {
    TinyExperiment.in(folder);
    Files.writeString(folder.resolve("study.yaml"), STUDY);
    Files.writeString(folder.resolve("study.md"), "Four *tiny* runs.\n");
    first = study();
  }

  private static CommandRun study(String... more) {
    Stream<String> fixed =
        Stream.of(
            "study",
            folder.resolve("study.yaml").toString(),
            "--out",
            folder.resolve("runs").toString(),
            "--set",
            "data.cache=" + folder.resolve("cache"));
    return CommandRun.of(Stream.concat(fixed, Stream.of(more)).toArray(String[]::new));
  }

  @Test
  @Order(1)
  void aRunThatFailsIsReportedAndTheOthersGoOn() throws IOException {
    assertThat(first.refusal(1)).contains("1 of 5 runs failed: steep-seed-4");
    Map<String, String> rows = rows(first.out());
    assertThat(rows.keySet())
        .containsExactlyInAnyOrder(
            "tiny-seed-4", "tiny-seed-5", "steep-seed-4", "more-g-seed-4", "more-g-seed-5");
    assertThat(rows.get("tiny-seed-4")).contains("| trained | 1 |", "runs/tiny-seed-4/00000-tiny");
    assertThat(rows.get("steep-seed-4"))
        .contains("| failed | 0 |", "The training diverged in round 1");
    assertThat(rows.get("more-g-seed-4")).contains("| trained | 1 |");
    assertThat(Files.readString(folder.resolve("runs/runs.md"))).isEqualTo(first.out());
    assertThat(lastEpoch("more-g").get("g_updates").intValue()).isEqualTo(8);
    assertThat(lastEpoch("tiny").get("g_updates").intValue()).isEqualTo(4);
    assertThat(Files.readString(run("tiny").resolve("run.yaml"))).contains("seed: 4");
  }

  @Test
  @Order(2)
  void thePageHasVerdictsBothWaysAndSaysWhatWasNotMeasured() throws IOException {
    String page = page();
    assertThat(page)
        .startsWith("# Tiny networks\n")
        .contains("\nFour *tiny* runs.\n")
        .contains("| 1 | Two steps make twice as many updates | holds in 2 of 2 seeds |")
        .contains("| 2 | Two steps make fewer updates | does not hold (0 of 2) |")
        .contains("| 3 | A steep optimizer helps | not decided: steep seed 4 was not measured |")
        .contains("2. `g-updates(more-g) < g-updates(tiny)`: does not hold (0 of 2)\n")
        .contains("| 5 | 8 | 4 | yes |", "| 5 | 8 | 4 | no |")
        .contains(
            "| tiny | 4, 5 | 1 | 1 | 4 ± 0 |",
            "| steep | 4 (0 of 1 measured) | 0 of 1 | 1 | - | - |")
        .contains("| more-g | 4, 5 | 1 | 2 | 8 ± 0 |");
    assertThat(page).contains("| FD | Log-likelihood |");
    assertThat(quality("tiny")).hasSize(1);
    assertThat(run("tiny").resolve("metrics/likelihood.jsonl")).exists();
    assertThat(links(page)).hasSize(9).allSatisfy(l -> assertThat(runs(l)).exists());
    // The plot is there three times: as PNG, SVG and CSV.
    assertThat(runs("images").toFile().list()).hasSize(11);
  }

  @Test
  @Order(3)
  void completeRunsAreSkippedFailedOnesRetriedAndThePageStaysTheSame() throws IOException {
    Map<String, byte[]> before = files(run("tiny"));
    String page = page();
    CommandRun again = study();
    assertThat(again.refusal(1)).contains("steep-seed-4");
    assertThat(rows(again.out()).get("tiny-seed-4")).contains("| skipped | 1 |");
    assertThat(rows(again.out()).get("more-g-seed-4")).contains("| skipped | 1 |");
    assertThat(rows(again.out()).get("steep-seed-4"))
        .contains("| failed |", "The training diverged in round 1");
    assertThat(files(run("tiny"))).containsExactlyInAnyOrderEntriesOf(before);
    assertThat(runs("steep-seed-4").toFile().list()).containsExactly("00000-steep");
    assertThat(page()).isEqualTo(page);
  }

  @Test
  @Order(4)
  void aPageOfUnfinishedRunsSaysHowFarTheyCame() throws IOException {
    Map<String, byte[]> before = files(run("tiny"));
    CommandRun asTheyAre = study("--no-train", "--set", "train.epochs=3").succeeds();
    assertThat(rows(asTheyAre.out()).get("tiny-seed-4")).contains("| resume | 1 |");
    assertThat(page())
        .contains(
            "| tiny | 4, 5 | 1 of 3 | 1 | 4 ± 0 |", "| steep | 4 (0 of 1 measured) | 0 of 3 |")
        .contains(" --out OUT --no-train --set ");
    assertThat(files(run("tiny"))).containsExactlyInAnyOrderEntriesOf(before);
  }

  @Tag("long")
  @Test
  @Order(5)
  void whatWasInterruptedIsResumedFromItsCheckpointOrBegunAgain() throws IOException {
    String whole = figures("tiny");
    String other = figures("more-g");
    // An epoch of four iterations is one round here: with two epochs there is a first one to keep.
    CommandRun longer = study("--set", "train.epochs=2");
    assertThat(rows(longer.out()).get("tiny-seed-4")).contains("| resumed | 2 |");
    assertThat(figures("tiny")).startsWith(whole);
    assertThat(quality("tiny")).hasSize(2);
    String two = figures("tiny");
    FileUtil.fullyDelete(run("tiny").resolve("checkpoints/step=00000002").toFile());
    FileUtil.fullyDelete(run("more-g").resolve("checkpoints").toFile());
    Path target = folder.resolve("site/tiny.md");
    CommandRun again = study("--set", "train.epochs=2", "--page", target.toString());
    assertThat(rows(again.out()).get("tiny-seed-4")).contains("| resumed | 2 |");
    assertThat(rows(again.out()).get("more-g-seed-4")).contains("| resumed | 2 |");
    assertThat(figures("tiny")).isEqualTo(two);
    assertThat(figures("more-g")).startsWith(other);
    assertThat(runs("more-g-seed-4").toFile().list()).containsExactly("00000-more-g");
    assertThat(Files.readString(target)).contains("| tiny | 4, 5 | 2 | 1 | 8 ± 0 |");
    assertThat(links(Files.readString(target)))
        .allSatisfy(l -> assertThat(target.resolveSibling(l)).exists())
        .allSatisfy(l -> assertThat(l).startsWith("images/study/"));
  }

  @Test
  @Order(6)
  void aRunOfOtherSettingsIsNotTakenForDone() throws IOException {
    CommandRun other = study("--set", "train.batch-size=10", "--dry-run");
    assertThat(rows(other.succeeds().out()).get("tiny-seed-4"))
        .contains(
            "| failed |",
            "runs/tiny-seed-4/00000-tiny: a run with other settings",
            "train.batch-size: found 20, expected 10",
            "give another --out");
    Path target = folder.resolve("other.md");
    CommandRun again = study("--set", "train.batch-size=10", "--page", target.toString());
    assertThat(again.refusal(1)).contains("5 of 5 runs failed");
    assertThat(again.err())
        .containsPattern("Study: tiny-seed-4 failed: .*a run with other settings");
    assertThat(Files.readString(target))
        .contains("| tiny | 4, 5 (0 of 2 measured) | 0 of 1 | 1 | - | - |");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "seeds: [1]                              | bad.yaml: Setting experiments: found none, expected a list",
        "experiments: []                         | bad.yaml: Setting experiments: found none, expected a list",
        "experiments: [3]                        | bad.yaml: Setting experiments.0: found 3, expected a mapping",
        "experiments: [{name: a}]                | bad.yaml: Setting experiments.0.file: found nothing, expected a text",
        "experiments: [{file: tiny.yaml, fiel: x}] | bad.yaml: Setting experiments.0.fiel: found an unknown setting, expected one of file, name, seeds, set",
        "'{experiments: [tiny.yaml], seed: 1}'   | bad.yaml: Setting seed: found an unknown setting, expected one of claims, columns, experiments",
        "'{experiments: [tiny.yaml], seeds: [1, 1]}' | Setting seeds: found [1, 1], expected each seed once",
        "'{experiments: [tiny.yaml], set: 3}'    | bad.yaml: Setting set: found 3, expected a mapping",
        "'{experiments: [tiny.yaml], figures: [{plot: fd, images: newest}]}' | expected either plot or images",
        "'{experiments: [tiny.yaml], claims: [{text: x, holds: fd(y) < 1}]}' | found run \"y\", expected one of tiny",
        "'{experiments: [tiny.yaml], columns: [frechet]}' | Measure frechet: unknown, expected one of",
        "'{experiments: [tiny.yaml], columns: [d-los]}' | ; did you mean d-loss",
        "'{experiments: [tiny.yaml], columns: [train.g-step]}' | Column train.g-step: found an unknown setting, expected one of the runs' or a measure; did you mean train.g-steps?",
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
    assertThat(CommandRun.of("study", bad.toString(), "--out", out.toString()).mistake())
        .contains(message);
    assertThat(out).doesNotExist();
  }

  @Test
  void aLogLikelihoodWithoutTestImagesIsRefusedBeforeAnythingStarts(@TempDir Path empty)
      throws IOException {
    Path data = empty.resolve("data");
    IdxGlyphs.write(data, 100, 20);
    Files.delete(data.resolve("t10k-images-idx3-ubyte"));
    Files.delete(data.resolve("t10k-labels-idx1-ubyte"));
    TinyExperiment.in(empty);
    Path study = empty.resolve("study.yaml");
    Files.writeString(study, "{experiments: [tiny.yaml], measure: {parzen: true}}");
    Path out = empty.resolve("runs");
    String[] call = {"study", study.toString(), "--data", data.toString(), "--out", out.toString()};
    assertThat(CommandRun.of(call).mistake())
        .contains(data + ": found no test images, expected some for a Parzen window");
    assertThat(out).doesNotExist();
  }

  @Test
  void aStudyThatIsNotThereIsNamed() {
    assertThat(CommandRun.of("study", "nowhere.yaml", "--out", "x").mistake())
        .contains(
            "nowhere.yaml: no such file, expected a settings file, or the name of one in conf/studies");
  }

  @ParameterizedTest
  @CsvSource({
    "feed-forward, ff-1 ff-2 ff-3 ff-4 ff-5 ff-6-as-coded ff-7-as-coded, 5, ff-6-as-described ff-7-as-described",
    "dconv, dconv-0.0001-plain dconv-0.0001-moments, 3, dconv-0.01-plain dconv-0.01-moments dconv-0.001-plain dconv-0.001-moments",
    "g-advantage, '', 0, g-advantage-2 g-advantage-4 g-advantage-50",
    "quality-per-byte, '', 0, global-1 global-4 global-16 global-64 partition-1 partition-4 partition-16 partition-64",
    "wire, global-16 global-16-float global-16-bf16, 3, ''",
    "engines, ff-5-dl4j ff-5-torch, 3, ''",
    "improved-gan, minibatch-discrimination feature-matching neither, 3, ''",
    "per-class, ff-5-global ff-5-per-class, 3, ''",
    "smaller-networks, sixteenth-plain sixteenth-moments eighth-plain eighth-moments quarter-plain quarter-moments, 3, ''",
    "why-moments, none mean-only variance-only both tenfold batch-25 batch-400 whole-data workers-global workers-own, 3, ''",
    "best-mnist, best-mnist with-moments without-classes constant-rates, 3, ''",
    "few-photos, augmented-192 plain-192 augmented-1000 plain-1000, 3, ''",
    "semi-supervised, semi-20 semi-50 semi-100 semi-200 labels-only-20 labels-only-50 labels-only-100 labels-only-200, 3, ''",
    "semi-supervised-cifar10, semi labels-only, 3, ''"
  })
  void theStudiesOfTheRepositoryAreComplete(
      String name, String withSeeds, int seeds, String withOne, @TempDir Path empty) {
    String file = Experiments.REPOSITORY.resolve("conf/studies/%s.yaml".formatted(name)).toString();
    CommandRun plan = CommandRun.of("study", file, "--out", empty + "/runs", "--dry-run");
    assertThat(rows(plan.succeeds().out()).keySet())
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(keys(withSeeds, seeds), keys(withOne, 1)).toList());
    assertThat(plan.out()).doesNotContain("failed").contains("| train |");
    assertThat(empty).isEmptyDirectory();
    assertThat(Path.of(file.replace(".yaml", ".md"))).exists();
  }

  private static Stream<String> keys(String names, int seeds) {
    return Stream.of(names.split(" "))
        .filter(name -> !name.isEmpty())
        .flatMap(name -> IntStream.rangeClosed(1, seeds).mapToObj(seed -> name + "-seed-" + seed));
  }

  private static Path runs(String path) {
    return folder.resolve("runs").resolve(path);
  }

  private static String page() throws IOException {
    return Files.readString(runs("index.md"));
  }

  private static List<String> quality(String name) throws IOException {
    return Files.readAllLines(run(name).resolve("metrics/quality.jsonl"));
  }

  private static List<String> links(String page) {
    return page.lines()
        .filter(line -> line.startsWith("!["))
        .map(line -> line.substring(line.indexOf("](") + 2, line.length() - 1))
        .toList();
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
        .replaceAll("\"(seconds|time)\":[^,]*,", "");
  }

  private static Map<String, byte[]> files(Path run) throws IOException {
    try (Stream<Path> paths = Files.walk(run)) {
      return paths
          .filter(Files::isRegularFile)
          .collect(Collectors.toMap(path -> run.relativize(path).toString(), StudyTest::bytes));
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
