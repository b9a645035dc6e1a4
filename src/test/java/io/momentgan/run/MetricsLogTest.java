package io.momentgan.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.run.MetricsLog.Table;
import io.momentgan.storage.Folder;
import io.momentgan.storage.FolderTest;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class MetricsLogTest {
  @TempDir Path out;
  private Folder folder;

  @BeforeEach
  void makeFolder() {
    folder = FolderTest.newRun(out);
  }

  public static EpochLine epoch(int epoch, double dLoss, double moment) {
    return EpochLine.of(
        new EpochLine.Clock(
            epoch,
            10L * epoch,
            100L * epoch,
            1000L * epoch,
            400L * epoch,
            200L * epoch,
            1.5 * epoch),
        new EpochLine.Losses(dLoss, 3.5, 1.5, moment, moment - 0.3),
        new EpochLine.Context(3.4, 3.1, 0.7, 0.3),
        new EpochLine.Losses(dLoss, 3.6, 1.6, moment, moment - 0.3),
        epoch == 3 ? List.of("D has <won>") : List.of());
  }

  private static Map<String, Object> round(long round, double loss) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("round", round);
    line.put("loss", loss);
    return line;
  }

  @Test
  void epochsAreOneJsonObjectPerLineInTheDocumentedOrder() {
    try (MetricsLog log = MetricsLog.create(folder, Table.EPOCHS)) {
      log.append(epoch(3, 1.25, 3.5));
      assertThat(folder.readText("metrics/epochs.jsonl"))
          .isEqualTo(
              "{\"epoch\":3,\"round\":30,\"iteration\":300,\"samples_seen\":3000,"
                  + "\"g_updates\":1200,\"d_updates\":600,\"seconds\":4.5,"
                  + "\"d_loss\":1.25,\"g_loss\":3.5,\"g_bce\":1.5,"
                  + "\"moment_mean\":3.5,\"moment_var\":3.2,"
                  + "\"moment_mean_floor\":3.4,\"moment_var_floor\":3.1,"
                  + "\"d_real\":0.7,\"d_fake\":0.3,"
                  + "\"d_loss_epoch_mean\":1.25,\"g_loss_epoch_mean\":3.6,"
                  + "\"g_bce_epoch_mean\":1.6,\"moment_mean_epoch_mean\":3.5,"
                  + "\"moment_var_epoch_mean\":3.2,\"alarms\":[\"D has <won>\"]}\n");
    }
  }

  @Test
  void epochsAreReadBackAsTheyWereWritten() {
    List<EpochLine> epochs = List.of(epoch(1, 0.5, 7), epoch(2, Double.NaN, 3.6), epoch(3, 1, 3.4));
    assertThat(EpochLine.readAll(folder)).isEmpty();
    try (MetricsLog log = MetricsLog.create(folder, Table.EPOCHS)) {
      epochs.forEach(log::append);
    }
    assertThat(EpochLine.readAll(folder)).isEqualTo(epochs);
  }

  @Test
  void numbersThatJsonDoesNotKnowAreNull() {
    try (MetricsLog log = MetricsLog.create(folder, Table.ROUNDS)) {
      log.append(round(1, Double.NaN));
      log.append(round(2, Double.NEGATIVE_INFINITY));
      log.append(Map.of("round", 3, "loss", Float.POSITIVE_INFINITY));
    }
    assertThat(folder.readText("metrics/rounds.jsonl").lines().limit(2))
        .containsExactly("{\"round\":1,\"loss\":null}", "{\"round\":2,\"loss\":null}");
    assertThat(folder.readText("metrics/rounds.jsonl")).endsWith("\n").doesNotContain("Inf");
  }

  @Test
  void roundsArePublishedEveryFiveSecondsAndAtTheEnd() {
    AtomicLong nanos = new AtomicLong();
    try (MetricsLog log = new MetricsLog(folder, Table.ROUNDS, "", nanos::get)) {
      log.append(round(1, 1));
      assertThat(folder.readText("metrics/rounds.jsonl").lines()).hasSize(1);
      nanos.set(TimeUnit.SECONDS.toNanos(4));
      log.append(round(2, 1));
      assertThat(folder.readText("metrics/rounds.jsonl").lines()).hasSize(1);
      nanos.set(TimeUnit.SECONDS.toNanos(6));
      log.append(round(3, 1));
      assertThat(folder.readText("metrics/rounds.jsonl").lines()).hasSize(3);
      log.append(round(4, 1));
    }
    assertThat(folder.readText("metrics/rounds.jsonl").lines()).hasSize(4);
  }

  @Test
  void resumingKeepsEarlierLinesByteForByteAndDropsLaterOnes() {
    String kept = "{ \"round\": 1 , \"odd\" :1.50}\n{\"round\":2,\"x\":null}\n";
    folder.publish("metrics/rounds.jsonl", kept + "{\"round\":3}\nnot json\n{\"x\":1}\n");
    try (MetricsLog log = MetricsLog.reopen(folder, Table.ROUNDS, 2)) {
      log.append(round(3, 0.5));
    }
    assertThat(folder.readText("metrics/rounds.jsonl"))
        .isEqualTo(kept + "{\"round\":3,\"loss\":0.5}\n");
  }

  @Test
  void resumingWithoutEarlierLinesBeginsAnew() {
    MetricsLog.reopen(folder, Table.EPOCHS, 5).close();
    assertThat(EpochLine.readAll(folder)).isEmpty();
  }
}
