package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a generator-advantage study. */
class AdvantageTest {
  private static final String SHEETS = "samples.iterations=[4, 20]";

  @TempDir private Path folder;

  @Test
  void thePageIsMadeFromTheRecordsOfTheRuns() throws IOException {
    Path two = TinyExperiment.train(folder.resolve("2"), "train.g-steps=2", SHEETS);
    Path four = TinyExperiment.train(folder.resolve("4"), "train.g-steps=4", SHEETS);
    CommandRun made = advantage(two, four);
    assertThat(made.succeeds().out()).startsWith("Generator advantage: ");
    String page = Files.readString(folder.resolve("page.md"));
    assertThat(page)
        .contains("| 2:1, seed 1 | glyphs, 400 images of 1x28x28 | 2 x 20 | 2 of 2 | false |")
        .contains("| 2:1, seed 1 | 20 | 40 | %s |".formatted(lastRatio(two)))
        .contains("| 4:1, seed 1 | 20 | 80 | %s |".formatted(lastRatio(four)))
        .contains("| real images, 20 sheets |");
    assertThat(page.lines().filter(line -> line.matches("\\| [24]:1, seed 1 \\| (4|20) \\| .*")))
        .hasSize(6);
    assertThat(folder.resolve("images").toFile().list())
        .containsExactlyInAnyOrder(
            "log-ratio.png",
            "2-1-seed-1-iteration-000004.png",
            "2-1-seed-1-iteration-000020.png",
            "4-1-seed-1-iteration-000004.png",
            "4-1-seed-1-iteration-000020.png");
    assertThat(folder.resolve("images/4-1-seed-1-iteration-000020.png"))
        .hasSameBinaryContentAs(four.resolve("samples/iteration-000020.png"));
    for (String link : links(page)) {
      assertThat(folder.resolve(link)).exists();
    }
  }

  @Test
  void runsWithoutSheetsAreRefused() {
    Path run = TinyExperiment.train(folder, "train.epochs=1");
    assertThat(advantage(run).mistake())
        .contains("found 1 epochs and 0 sheets", "samples.iterations");
  }

  private CommandRun advantage(Path... runs) {
    List<String> args = new ArrayList<>(List.of("advantage"));
    for (Path run : runs) {
      args.add(run.toString());
    }
    args.addAll(
        List.of("--out=" + folder.resolve("page.md"), "--images=" + folder.resolve("images")));
    return CommandRun.of(args.toArray(String[]::new));
  }

  /** Of two epochs the last half is the second. */
  private static String lastRatio(Path run) throws IOException {
    List<String> lines = Files.readAllLines(run.resolve("metrics/epochs.jsonl"));
    JsonNode epoch = new ObjectMapper().readTree(lines.get(1));
    double log = Math.log(epoch.get("g_bce").doubleValue() / epoch.get("d_loss").doubleValue());
    return String.format(Locale.ROOT, "%.3f", Math.abs(log));
  }

  private static List<String> links(String page) {
    return page.lines()
        .filter(line -> line.startsWith("!["))
        .map(line -> line.substring(line.indexOf("](") + 2, line.length() - 1))
        .toList();
  }
}
