package io.momentgan.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.momentgan.run.Json;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.storage.Folder;
import io.momentgan.tracking.EventReader.Value;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.protobuf.ByteString;

class EventFilesTest {
  @TempDir private Path out;

  private RunTables tables;
  private EventFiles files;
  private Path folder;

  @BeforeEach
  void makeRun() {
    tables = RunTables.create(out);
    files = new EventFiles(tables.run);
    folder = out.resolve(tables.run.folder().name());
  }

  /** TensorBoard 2.21.0 wrote the file, by its own classes for events and records. */
  @Test
  void aFileHasTheBytesThatTensorBoardWrites() throws IOException {
    EventFile file = new EventFile(Instant.ofEpochSecond(1_767_225_600));
    Map<String, Double> losses = new LinkedHashMap<>();
    losses.put("epochs/d_loss", 0.75);
    losses.put("epochs/g_loss", -1.5e-3);
    file.add(new Scalars(120, Instant.ofEpochMilli(1_767_225_601_500L), losses));
    Instant drawn = Instant.ofEpochMilli(1_767_225_602_250L);
    file.add("samples/grid", 4_000_000_000L, drawn, RunTables.PNG);
    try (InputStream golden = getClass().getResourceAsStream("tensorboard-2.21.0.tfevents")) {
      assertThat(file.bytes()).isEqualTo(golden.readAllBytes());
    }
  }

  @Test
  void everyNumberOfTheTablesIsAScalarOnce() throws IOException {
    files.begin(0);
    assertThat(folder.resolve(EventFiles.FOLDER)).doesNotExist();
    tables.epoch(1);
    files.write(11);
    tables.epoch(2);
    files.write(22);
    assertThat(EventReader.files(folder))
        .extracting(file -> file.getFileName().toString())
        .containsExactly(
            "events.out.tfevents.1767225600.00000-small.0000000011",
            "events.out.tfevents.1767225600.00000-small.0000000022");
    Map<String, Value> scalars = scalars();
    int numbers =
        Stream.of("epochs", "rounds", "workers", "classification", "quality")
            .mapToInt(this::numbers)
            .sum();
    assertThat(numbers).isGreaterThan(1000);
    assertThat(scalars.keySet().size()).isEqualTo(numbers);
    for (JsonNode line : Jsonl.readJson(tables.run.folder(), MetricsTable.ROUNDS)) {
      Value found = scalars.get("rounds/d_loss_round_mean at " + line.get("iteration"));
      assertThat(found.scalar()).isEqualTo(line.get("d_loss_round_mean").floatValue());
      assertThat(Instant.ofEpochMilli(Math.round(1e3 * found.seconds())))
          .isEqualTo(line.get("time").asText());
    }
    assertThat(scalars.get("classification/raw/errors at 44").scalar()).isEqualTo(14);
    assertThat(scalars.get("quality/ema/fd at 22").scalar()).isEqualTo(3.5);
    assertThat(scalars.get("workers/1/wait_seconds at 4").scalar()).isEqualTo(0.1f);
    assertThat(scalars.get("rounds/bytes_out at 4").scalar()).isEqualTo(0x1p33);
  }

  /** Counts the numbers in the lines of a table, without those that say which line it is. */
  private int numbers(String table) {
    return tables
        .run
        .folder()
        .readText("metrics/" + table + ".jsonl")
        .lines()
        .mapToInt(line -> numbers(parse(line)))
        .sum();
  }

  private static JsonNode parse(String line) {
    try {
      return Json.MAPPER.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int numbers(JsonNode line) {
    int count = 0;
    for (Map.Entry<String, JsonNode> field : line.properties()) {
      if (field.getValue().isObject()) {
        count += numbers(field.getValue());
      } else if (field.getValue().isNumber()
          && !List.of("seed", "epoch", "round", "iteration", "rank", "latent_seed")
              .contains(field.getKey())) {
        count++;
      }
    }
    return count;
  }

  private Map<String, Value> scalars() throws IOException {
    Map<String, Value> scalars = new LinkedHashMap<>();
    for (Value value : EventReader.read(folder)) {
      if (value.picture().isEmpty()) {
        assertThat(scalars.put(value.key(), value)).as("a second %s", value.key()).isNull();
      }
    }
    return scalars;
  }

  @Test
  void picturesAreTheSampleGridsAndSheets() throws IOException {
    tables.sheet();
    tables.epoch(1);
    tables.run.folder().publish("samples/epoch-0001.ema.png", RunTables.PNG);
    files.write(11);
    assertThat(EventReader.read(folder))
        .filteredOn(value -> !value.picture().isEmpty())
        .allMatch(value -> value.picture().equals(ByteString.copyFrom(RunTables.PNG)))
        .extracting(Value::key)
        .containsExactly("samples/grid at 22", "samples/grid_ema at 22", "sheets/grid at 2");
  }

  @Test
  void aResumedRunWritesRoundsThatAreRunAgainOnce() throws IOException {
    tables.epoch(1);
    files.write(11);
    tables.epoch(2);
    tables.epoch(3);
    files.write(33);

    RunTables resumed = tables.resumedAt(22);
    EventFiles again = new EventFiles(tables.run);
    again.begin(22);
    assertThat(EventReader.files(folder))
        .extracting(file -> file.getFileName().toString())
        .containsExactly(
            "events.out.tfevents.1767225600.00000-small.0000000011",
            "events.out.tfevents.1767225600.00000-small.0000000022");
    resumed.epoch(3);
    again.write(33);
    assertThat(scalars().keySet()).contains("rounds/d_loss at 46", "quality/ema/fd at 66");
    int before = EventReader.files(folder).size();
    again.write(33);
    assertThat(EventReader.files(folder)).hasSize(before);
  }

  @Test
  void aRunThatHadNoFilesGetsThemFromItsTables() throws IOException {
    tables.epoch(1);
    tables.epoch(2);
    files.begin(22);
    assertThat(EventReader.files(folder)).hasSize(1);
    assertThat(scalars().keySet()).contains("rounds/d_loss at 2", "epochs/d_loss at 44");
  }

  @Test
  void filesOfOthersStay() throws IOException {
    Path other = folder.resolve("tensorboard/events.out.tfevents.1767225600.host.17.v2");
    Files.createDirectories(other.getParent());
    Files.writeString(other, "another tool's");
    files.begin(0);
    assertThat(other).exists();
  }

  @Test
  void aPictureThatIsNoneIsNamed() {
    tables.epoch(1);
    tables.run.folder().publish("samples/epoch-0001.png", "no picture");
    assertThatThrownBy(() -> files.write(11)).hasMessageContaining("samples/epoch-0001.png");
    Folder written = tables.run.folder();
    assertThat(written.list(EventFiles.FOLDER)).isEmpty();
  }
}
