package io.momentgan.run.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.config.UserException;
import io.momentgan.storage.Folder;
import io.momentgan.storage.FolderTest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class JsonlTest {
  private static final MetricsTable<Line> TABLE =
      new MetricsTable<>("rounds", Line.class, Duration.ofSeconds(5));
  private static final String ORIGIN = "\\{\"run\":\"00000-test\",\"seed\":7,\"time\":\"[^\"]+Z\",";

  @TempDir private Path out;
  private Folder folder;

  record Line(long round, double loss, List<Float> more) {
    Line(long round, double loss) {
      this(round, loss, List.of());
    }
  }

  @BeforeEach
  void makeFolder() {
    folder = FolderTest.newRun(out);
  }

  public static EpochLine epoch(int epoch, double dLoss, double moment) {
    return new EpochLine(
        new Position(
            epoch,
            10L * epoch,
            100L * epoch,
            1000L * epoch,
            400L * epoch,
            200L * epoch,
            1.5 * epoch),
        new Figures(dLoss, 3.5, 1.5, moment, moment - 0.3, 0),
        new Figures.Context(3.4, 3.1, 0.7, 0.3),
        new Figures(dLoss, 3.6, 1.6, moment, moment - 0.3, 0),
        epoch == 3 ? List.of("D has <won>") : List.of());
  }

  /** A round of an epoch that sent and received 6 MiB, a third of it moments. */
  public static RoundLine round(int epoch) {
    long mebi = 1 << 20;
    return new RoundLine(
        epoch(epoch, 1, 3).at(),
        epoch(epoch, 1, 3).last(),
        epoch(epoch, 1, 3).context(),
        epoch(epoch, 1, 3).mean(),
        new RoundLine.Cost(1.5, 1.25, 2 * mebi, 2 * mebi, 3, mebi, mebi, 0.5, 1, 1));
  }

  private String text() {
    return folder.readText("metrics/rounds.jsonl");
  }

  @Test
  void epochsAreOneJsonObjectPerLineInTheDocumentedOrder() {
    Instant before = Instant.now().minusSeconds(1);
    try (Jsonl<EpochLine> log = Jsonl.create(folder, MetricsTable.EPOCHS, 7)) {
      log.append(epoch(3, 1.25, 3.5));
      String line = folder.readText("metrics/epochs.jsonl");
      assertThat(line.replaceFirst(ORIGIN, "{"))
          .isEqualTo(
              "{\"epoch\":3,\"round\":30,\"iteration\":300,\"samples_seen\":3000,"
                  + "\"g_updates\":1200,\"d_updates\":600,\"seconds\":4.5,"
                  + "\"d_loss\":1.25,\"g_loss\":3.5,\"g_bce\":1.5,"
                  + "\"moment_mean\":3.5,\"moment_var\":3.2,\"gradient_penalty\":0.0,"
                  + "\"moment_mean_floor\":3.4,\"moment_var_floor\":3.1,"
                  + "\"d_real\":0.7,\"d_fake\":0.3,"
                  + "\"d_loss_epoch_mean\":1.25,\"g_loss_epoch_mean\":3.6,"
                  + "\"g_bce_epoch_mean\":1.6,\"moment_mean_epoch_mean\":3.5,"
                  + "\"moment_var_epoch_mean\":3.2,\"gradient_penalty_epoch_mean\":0.0,\"alarms\":[\"D has <won>\"]}\n");
      Instant time = Instant.parse(line.replaceFirst("(?s).*\"time\":\"([^\"]+)\".*", "$1"));
      assertThat(time).isBetween(before, Instant.now());
    }
  }

  @Test
  void linesAreReadBackAsTheyWereWritten() {
    List<EpochLine> epochs = List.of(epoch(1, 0.5, 7), epoch(2, Double.NaN, 3.6), epoch(3, 1, 3.4));
    assertThat(Jsonl.read(folder, MetricsTable.EPOCHS)).isEmpty();
    try (Jsonl<EpochLine> log = Jsonl.create(folder, MetricsTable.EPOCHS, 7);
        Jsonl<RoundLine> rounds = Jsonl.create(folder, MetricsTable.ROUNDS, 7);
        Jsonl<StartLine> start = Jsonl.create(folder, MetricsTable.START, 7)) {
      epochs.forEach(log::append);
      rounds.append(round(2));
      start.append(start());
    }
    assertThat(Jsonl.read(folder, MetricsTable.EPOCHS)).isEqualTo(epochs);
    assertThat(Jsonl.read(folder, MetricsTable.ROUNDS)).containsExactly(round(2));
    assertThat(Jsonl.read(folder, MetricsTable.START)).containsExactly(start());
    assertThat(folder.readText("metrics/start.jsonl"))
        .contains("\"labels\":[{\"label\":0,\"count\":30},{\"label\":4,\"count\":10}]");
  }

  @Test
  void figuresOfBeforeThereWerePenaltiesHadNone() {
    try (Jsonl<RoundLine> log = Jsonl.create(folder, MetricsTable.ROUNDS, 7)) {
      log.append(round(2));
    }
    String without = text().replaceAll("\"gradient_penalty(_round_mean)?\":0.0,", "");
    assertThat(without).doesNotContain("penalty");
    folder.publish("metrics/rounds.jsonl", without);
    assertThat(Jsonl.read(folder, MetricsTable.ROUNDS)).containsExactly(round(2));
  }

  private static StartLine start() {
    List<StartLine.LabelCount> labels =
        List.of(new StartLine.LabelCount(0, 30), new StartLine.LabelCount(4, 10));
    return new StartLine(0, "here", "CPU", List.of(), 1000, 40, labels);
  }

  @Test
  void linesOfEarlierVersionsAreRefused() {
    folder.publish("metrics/rounds.jsonl", "{\"round\":1,\"loss\":2}\n");
    assertThatThrownBy(() -> Jsonl.read(folder, TABLE))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("metrics/rounds.jsonl: found {\"round\":1")
        .hasMessageContaining("expected a line as this version writes it")
        .hasMessageContaining("'run'");
  }

  @Test
  void numbersThatJsonDoesNotKnowAreNull() {
    try (Jsonl<Line> log = Jsonl.create(folder, TABLE, 7)) {
      log.append(new Line(1, Double.NaN));
      log.append(new Line(2, Double.NEGATIVE_INFINITY));
      log.append(new Line(3, 1, List.of(Float.POSITIVE_INFINITY)));
    }
    assertThat(text().lines().map(line -> line.replaceFirst(ORIGIN, "{")))
        .containsExactly(
            "{\"round\":1,\"loss\":null,\"more\":[]}",
            "{\"round\":2,\"loss\":null,\"more\":[]}",
            "{\"round\":3,\"loss\":1.0,\"more\":[null]}");
    assertThat(text()).endsWith("\n").doesNotContain("Inf");
  }

  @Test
  void roundsArePublishedEveryFiveSecondsAndAtTheEnd() {
    AtomicLong nanos = new AtomicLong();
    try (Jsonl<Line> log = new Jsonl<>(folder, TABLE, 7, nanos::get)) {
      log.append(new Line(1, 1));
      assertThat(text().lines()).hasSize(1);
      nanos.set(TimeUnit.SECONDS.toNanos(4));
      log.append(new Line(2, 1));
      assertThat(text().lines()).hasSize(1);
      nanos.set(TimeUnit.SECONDS.toNanos(6));
      log.append(new Line(3, 1));
      assertThat(text().lines()).hasSize(3);
      log.append(new Line(4, 1));
    }
    assertThat(text().lines()).hasSize(4);
  }

  @Test
  void resumingKeepsEarlierLinesByteForByteAndDropsLaterOnes() {
    String kept = "{ \"round\": 1 , \"odd\" :1.50}\n{\"round\":2,\"x\":null}\n";
    folder.publish("metrics/rounds.jsonl", kept + "{\"round\":3}\nnot json\n{\"x\":1}\n");
    try (Jsonl<Line> log = Jsonl.reopen(folder, TABLE, 7, 2)) {
      log.append(new Line(3, 0.5));
    }
    assertThat(text().replaceFirst(ORIGIN, "{"))
        .isEqualTo(kept + "{\"round\":3,\"loss\":0.5,\"more\":[]}\n");
  }

  @Test
  void resumingWithoutEarlierLinesStartsAnew() {
    Jsonl.reopen(folder, MetricsTable.EPOCHS, 7, 5).close();
    assertThat(Jsonl.read(folder, MetricsTable.EPOCHS)).isEmpty();
  }
}
