package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.momentgan.device.StopRequests;
import io.momentgan.tracking.EventReader;
import io.momentgan.tracking.EventReader.Value;
import io.momentgan.tracking.MlflowStandIn;
import io.momentgan.tracking.MlflowStandIn.Fault;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileUtil;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Trainings that TensorBoard and MLflow show. */
@Tag("long")
@Timeout(180)
class TrackingTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void bothToolsHaveTheMetricsOfATrainingThatWasResumed() throws IOException {
    try (MlflowStandIn mlflow = new MlflowStandIn()) {
      Path run =
          TinyExperiment.train(
              folder, "tracking.tensorboard=true", "tracking.mlflow=" + mlflow.uri());
      assertThat(mlflow.run().statuses).endsWith("FINISHED");
      assertThat(mlflow.run().params).containsEntry("train.epochs", "2");
      // As if it had been killed in its second epoch.
      FileUtil.fullyDelete(run.resolve("checkpoints/step=00000006").toFile());
      CommandRun.of("resume", run.toString(), "--set", "train.epochs=3").succeeds();
      assertThat(mlflow.run().statuses)
          .containsExactly("RUNNING", "FINISHED", "RUNNING", "FINISHED");
      List<Double> losses = values(run, "epochs", "d_loss_epoch_mean");
      assertThat(MlflowStandIn.values(mlflow.run(), "epochs/d_loss_epoch_mean"))
          .isEqualTo(losses)
          .hasSize(3);
      assertEvents(run);
    }
  }

  /** Each event once; those of rounds and the pictures are those of the run's own files. */
  private static void assertEvents(Path run) throws IOException {
    Map<String, Value> events = new HashMap<>();
    for (Value value : EventReader.read(run)) {
      assertThat(events.put(value.key(), value)).as("a second %s", value.key()).isNull();
    }
    for (String table : List.of("rounds", "epochs")) {
      for (JsonNode line : lines(run, table)) {
        Value found = events.get("%s/g_loss at %s".formatted(table, line.get("iteration")));
        assertThat(found.scalar()).isEqualTo(line.get("g_loss").floatValue());
      }
    }
    for (JsonNode line : lines(run, "epochs")) {
      Value grid = events.get("samples/grid at " + line.get("iteration"));
      assertThat(grid.picture().toByteArray())
          .isEqualTo(
              Files.readAllBytes(
                  run.resolve("samples/epoch-000%s.png".formatted(line.get("epoch")))));
    }
  }

  private static List<JsonNode> lines(Path run, String table) throws IOException {
    return JSON.readerFor(JsonNode.class)
        .<JsonNode>readValues(run.resolve("metrics/" + table + ".jsonl").toFile())
        .readAll();
  }

  private static List<Double> values(Path run, String table, String column) throws IOException {
    return lines(run, table).stream().map(line -> line.get(column).doubleValue()).toList();
  }

  @Test
  void aTrainingThatDivergesHasFailed() throws IOException {
    try (MlflowStandIn mlflow = new MlflowStandIn()) {
      CommandRun run =
          CommandRun.of(
              TinyExperiment.training(
                  folder,
                  "tracking.mlflow=" + mlflow.uri(),
                  "discriminator.optimizer.type=sgd",
                  "discriminator.optimizer.learning-rate=1e30"));
      assertThat(run.code()).isEqualTo(3);
      assertThat(mlflow.run().statuses).containsExactly("RUNNING", "FAILED");
    }
  }

  @Test
  void aTrainingThatASignalEndsIsKilled() throws IOException {
    try (MlflowStandIn mlflow = new MlflowStandIn()) {
      mlflow.onMetrics = StopRequests::endTraining;
      CommandRun run =
          CommandRun.of(
              TinyExperiment.training(
                  folder, "train.epochs=12", "tracking.mlflow=" + mlflow.uri()));
      assertThat(run.code()).isEqualTo(143);
      assertThat(mlflow.run().statuses).containsExactly("RUNNING", "KILLED");
    }
  }

  @Test
  void aServerThatIsNotThereEndsNoTraining() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    Path run = TinyExperiment.train(folder, "tracking.mlflow=http://127.0.0.1:" + free);
    assertThat(run.resolve("report/index.html")).exists();
    assertThat(run.resolve("mlflow.json")).doesNotExist();
  }

  @Test
  void aServerThatFailsAtFirstGetsAll() throws IOException {
    try (MlflowStandIn mlflow = new MlflowStandIn()) {
      mlflow.fault = Fault.INTERNAL_ERROR;
      mlflow.faults = 1;
      Path run = TinyExperiment.train(folder, "tracking.mlflow=" + mlflow.uri());
      assertThat(MlflowStandIn.values(mlflow.run(), "epochs/d_loss_epoch_mean"))
          .isEqualTo(values(run, "epochs", "d_loss_epoch_mean"));
      assertThat(mlflow.run().statuses).endsWith("FINISHED");
    }
  }

  @Test
  void aWrongAddressIsRefusedAtTheStart() {
    CommandRun run =
        CommandRun.of(TinyExperiment.training(folder, "tracking.mlflow=sqlite:///mlflow.db"));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("Setting tracking.mlflow: found \"sqlite:///mlflow.db\", expected the URL of")
        .hasLineCount(1);
    assertThat(folder.resolve("runs")).doesNotExist();
  }
}
