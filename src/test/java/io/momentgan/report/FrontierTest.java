package io.momentgan.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.config.UserException;
import io.momentgan.run.Runs;
import io.momentgan.storage.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrontierTest {
  private static final String ROUNDS =
      """
      {"epoch":1,"round":1,"seconds":2.0,"bytes_out":1048576,"bytes_in":1048576,"moment_bytes_out":524288,"moment_bytes_in":524288}
      {"epoch":2,"round":2,"seconds":5.0,"bytes_out":1048576,"bytes_in":1048576,"moment_bytes_out":524288,"moment_bytes_in":524288}
      """;
  private static final String QUALITY =
      """
      {"epoch":1,"weights":"raw","fd":30.0,"moment_mean":9.0,"moment_var":8.0}
      {"epoch":2,"weights":"raw","fd":20.0,"moment_mean":3.5,"moment_var":2.5}
      {"epoch":2,"weights":"ema","fd":10.0,"moment_mean":3.0,"moment_var":2.0}
      """;

  @TempDir private Path folder;
  private Folder run;

  @BeforeEach
  void makeRun() throws IOException {
    Files.createDirectories(folder.resolve("metrics"));
    Files.writeString(folder.resolve("run.yaml"), "{}");
    Files.writeString(folder.resolve("metrics/rounds.jsonl"), ROUNDS);
    run = Runs.open(folder.toString(), Map.of());
  }

  @Test
  void bytesAreSumsAndQualityIsTheNewest() throws IOException {
    Files.writeString(folder.resolve("metrics/quality.jsonl"), QUALITY);
    FrontierRow row = FrontierRow.of(run, "global", 4);
    assertThat(row.networkBytes()).isEqualTo(4 * 1048576L);
    assertThat(row.bytes()).isEqualTo(6 * 1048576L);
    assertThat(row.markdown())
        .isEqualTo(
            "| 4 | global | 4.0 | 2.0 | 6.0 | 3.50 | 2.50 | 20.00 | 10.00 | 5 |%n".formatted());
  }

  @Test
  void thePageShowsItsFigure() throws IOException {
    Files.writeString(folder.resolve("metrics/quality.jsonl"), QUALITY);
    Path page = folder.resolve("page.md");
    Path picture = folder.resolve("images/frontier.png");
    List<FrontierRow> rows =
        List.of(FrontierRow.of(run, "global", 4), FrontierRow.of(run, "partition", 4));
    FrontierPage.write(rows, page, picture, new ResultsPage.Heading("Title", "made", ""));
    assertThat(page)
        .content()
        .contains("| 4 | partition |", "](images/frontier.png)")
        .startsWith("# Title");
    assertThat(ImageIO.read(picture.toFile()).getWidth()).isEqualTo(900);
  }

  @Test
  void aRunThatWasNotEvaluatedIsRefused() {
    assertThatThrownBy(() -> FrontierRow.of(run, "global", 4))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("metrics/quality.jsonl")
        .hasMessageContaining("evaluate");
  }
}
