package io.momentgan.run.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.config.UserException;
import io.momentgan.evaluation.Quality;
import io.momentgan.run.Runs;
import io.momentgan.storage.Folder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class QualityLineTest {
  @TempDir private Path out;

  private Folder folder;

  @BeforeEach
  void make() {
    folder = Runs.create(out.toString(), "q", Map.of());
  }

  /** Measures of which each has a value of its own. */
  static Quality quality(double fd) {
    return new Quality(
        10_000,
        fd,
        fd / 743,
        fd - 0.4,
        fd / 100,
        0.01,
        0.9,
        0.8,
        0.95,
        0.7,
        9.1,
        9,
        0.93,
        1,
        0.1,
        0.97,
        41,
        100,
        0.48,
        20.1,
        0.02,
        1.4,
        1.3,
        List.of(0.3, 0.3, 0.4));
  }

  public static QualityLine line(int epoch, String weights, double fd) {
    return new QualityLine(
        epoch,
        11L * epoch,
        weights,
        quality(fd),
        0.96,
        "lenet-v1-abc",
        0.991,
        1,
        "test",
        12.5,
        quality(1.1),
        quality(450));
  }

  private List<QualityLine> lines() {
    return Jsonl.read(folder, MetricsTable.QUALITY);
  }

  @Test
  void whatIsWrittenIsRead() {
    assertThat(lines()).isEmpty();
    Jsonl.add(folder, MetricsTable.QUALITY, 7, line(1, "raw", 90));
    Jsonl.add(folder, MetricsTable.QUALITY, 7, line(2, "raw", 70));
    assertThat(lines()).containsExactly(line(1, "raw", 90), line(2, "raw", 70));
    assertThat(folder.readText("metrics/quality.jsonl").lines().findFirst().orElseThrow())
        .contains("\"epoch\":1,\"round\":11,\"weights\":\"raw\",\"n\":10000,\"fd\":90.0")
        .contains("\"fd_infinity\":89.6", "\"kid_se\":0.01", "\"missing_modes\":1")
        .contains("\"fd_floor\":1.1", "\"extractor_accuracy\":0.991", "\"real\":{\"n\":10000");
  }

  @Test
  void anEvaluationOfTheSameImagesReplacesTheEarlierOne() {
    Jsonl.add(folder, MetricsTable.QUALITY, 7, line(2, "raw", 70));
    Jsonl.add(folder, MetricsTable.QUALITY, 7, line(1, "raw", 90));
    Jsonl.add(folder, MetricsTable.QUALITY, 7, line(2, "ema", 50));
    Jsonl.add(folder, MetricsTable.QUALITY, 7, line(2, "raw", 71));
    assertThat(lines()).containsExactly(line(1, "raw", 90), line(2, "ema", 50), line(2, "raw", 71));
    assertThat(folder.readText("metrics/quality.jsonl").lines()).hasSize(3);
  }

  @Test
  void resumingDropsLaterEvaluations() {
    Jsonl.reopen(folder, MetricsTable.QUALITY, 7, 5).close();
    assertThat(folder.exists(MetricsTable.QUALITY.path())).isFalse();
    Jsonl.add(folder, MetricsTable.QUALITY, 7, line(1, "raw", 90));
    Jsonl.add(folder, MetricsTable.QUALITY, 7, line(2, "raw", 70));
    Jsonl.reopen(folder, MetricsTable.QUALITY, 7, 11).close();
    assertThat(lines()).containsExactly(line(1, "raw", 90));
  }

  @Test
  void aLineThatIsNoEvaluationIsNamed() {
    folder.publish(MetricsTable.QUALITY.path(), "{\"epoch\":1}\n");
    assertThatThrownBy(() -> lines())
        .isInstanceOf(UserException.class)
        .hasMessageContaining("metrics/quality.jsonl: found {\"epoch\":1}, expected a line");
  }
}
