package io.momentgan.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.config.UserException;
import io.momentgan.evaluation.Quality;
import io.momentgan.storage.Folder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class QualityLogTest {
  @TempDir private Path out;

  private Folder folder;
  private QualityLog log;

  @BeforeEach
  void make() {
    folder = Runs.create(out.toString(), "q", Map.of());
    log = new QualityLog(folder);
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
        quality(1.1),
        quality(450),
        0.96,
        "lenet-v1-abc",
        0.991,
        1,
        "test",
        12.5);
  }

  @Test
  void whatIsWrittenIsRead() {
    assertThat(log.lines()).isEmpty();
    log.add(line(1, "raw", 90));
    log.add(line(2, "raw", 70));
    assertThat(log.lines()).containsExactly(line(1, "raw", 90), line(2, "raw", 70));
    assertThat(folder.readText("metrics/quality.jsonl").lines().findFirst().orElseThrow())
        .contains("\"epoch\":1,\"round\":11,\"weights\":\"raw\",\"n\":10000,\"fd\":90.0")
        .contains("\"fd_infinity\":89.6", "\"kid_se\":0.01", "\"missing_modes\":1")
        .contains("\"fd_floor\":1.1", "\"extractor_accuracy\":0.991", "\"real\":{\"n\":10000");
  }

  @Test
  void anEvaluationOfTheSameImagesReplacesTheEarlierOne() {
    log.add(line(2, "raw", 70));
    log.add(line(1, "raw", 90));
    log.add(line(2, "ema", 50));
    log.add(line(2, "raw", 71));
    assertThat(log.lines())
        .containsExactly(line(1, "raw", 90), line(2, "ema", 50), line(2, "raw", 71));
  }

  @Test
  void resumingDropsLaterEvaluations() {
    log.dropAfter(5);
    assertThat(folder.exists(QualityLog.PATH)).isFalse();
    log.add(line(1, "raw", 90));
    log.add(line(2, "raw", 70));
    log.dropAfter(11);
    assertThat(log.lines()).containsExactly(line(1, "raw", 90));
  }

  @Test
  void aLineThatIsNoEvaluationIsNamed() {
    folder.publish(QualityLog.PATH, "{\"epoch\":1}\n");
    assertThatThrownBy(() -> log.lines())
        .isInstanceOf(UserException.class)
        .hasMessageContaining("metrics/quality.jsonl: not the record of an evaluation: {\"epoch\"");
  }
}
