package io.momentgan.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.config.ConfigException;
import io.momentgan.config.Experiment.TrackingConfig;
import io.momentgan.config.SettingDifferences;
import io.momentgan.config.UserException;
import io.momentgan.tracking.MlflowRun.Status;
import io.momentgan.tracking.MlflowStandIn.Fault;
import io.momentgan.tracking.MlflowStandIn.KnownRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class MlflowRunTest {
  /** Longer than a busy machine takes to answer itself. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final TrackingConfig UNSET = new TrackingConfig(false, "");

  @TempDir private Path out;

  private MlflowStandIn standIn;
  private RunTables tables;

  @BeforeEach
  void start() throws IOException {
    standIn = new MlflowStandIn();
    tables =
        RunTables.create(
            out,
            "description=A test of & and ü",
            "samples.iterations=" + LongStream.rangeClosed(1, 300).boxed().toList());
  }

  @AfterEach
  void stop() {
    standIn.close();
  }

  private MlflowServer server(String... variables) {
    return serverAt(standIn.uri() + "/", variables);
  }

  private static MlflowServer serverAt(String uri, String... variables) {
    return server(PATIENCE, uri, variables);
  }

  private static MlflowServer server(Duration patience, String uri, String... variables) {
    Map<String, String> environment = new HashMap<>(Map.of("MLFLOW_TRACKING_URI", uri));
    for (int i = 0; i < variables.length; i += 2) {
      environment.put(variables[i], variables[i + 1]);
    }
    return MlflowServer.of(UNSET, environment, patience).orElseThrow();
  }

  @Test
  void aRunHasItsSettingsItsMetricsItsFolderAndItsEnd() {
    MlflowRun run = new MlflowRun(tables.run, server());
    run.send(0);
    KnownRun known = standIn.run();
    assertThat(standIn.calls)
        .startsWith("GET experiments/get-by-name", "POST experiments/create", "POST runs/create");
    assertThat(known.name).isEqualTo("00000-small");
    assertThat(known.startTime).isEqualTo(Instant.parse("2026-01-01T00:00:00Z").toEpochMilli());
    assertThat(known.tags)
        .containsEntry("momentgan.folder", tables.run.folder().uri())
        .containsEntry("momentgan.version", "0.1.0")
        .containsEntry("mlflow.note.content", "A test of & and ü");
    assertThat(known.metrics).isEmpty();

    Map<String, String> settings = SettingDifferences.settings(tables.run.record().experiment());
    settings.values().removeIf("\"\""::equals);
    assertThat(known.params.keySet()).isEqualTo(settings.keySet());
    assertThat(known.params)
        .containsEntry("train.epochs", settings.get("train.epochs"))
        .containsEntry("loss.type", "cross-entropy");
    assertThat(settings.get("samples.iterations")).hasSizeGreaterThan(500);
    assertThat(known.params.get("samples.iterations"))
        .hasSize(500)
        .startsWith("[1,2,3")
        .endsWith("...");

    tables.epoch(1);
    run.send(11);
    tables.epoch(2);
    run.send(22);
    assertThat(MlflowStandIn.steps(known, "epochs/d_loss_epoch_mean")).containsExactly(22L, 44L);
    assertThat(MlflowStandIn.values(known, "epochs/d_loss_epoch_mean")).containsExactly(1.5, 2.5);
    assertThat(MlflowStandIn.values(known, "classification/raw/errors")).containsExactly(7., 14.);
    assertThat(MlflowStandIn.values(known, "quality/ema/fd")).containsExactly(3.5, 3.5);
    assertThat(known.metrics)
        .doesNotContainKey("epochs/moment_mean") // null in the table
        .doesNotContainKey("rounds/d_loss");
    assertThat(known.statuses).containsExactly("RUNNING");
    run.end(Status.FINISHED);
    assertThat(known.statuses).containsExactly("RUNNING", "FINISHED");
    assertThat(known.endTime).isGreaterThan(known.startTime);
  }

  @Test
  void aResumedRunGoesOnAndSendsNothingAgain() {
    MlflowRun first = new MlflowRun(tables.run, server());
    tables.epoch(1);
    tables.epoch(2);
    first.send(22);
    first.end(Status.KILLED);

    RunTables resumed = tables.resumedAt(11);
    MlflowRun second = new MlflowRun(tables.run, server());
    second.send(11);
    resumed.epoch(2);
    second.send(22);
    resumed.epoch(3);
    second.send(33);
    second.end(Status.FINISHED);
    assertThat(standIn.run().statuses).containsExactly("RUNNING", "KILLED", "RUNNING", "FINISHED");
    assertThat(MlflowStandIn.steps(standIn.run(), "epochs/d_loss")).containsExactly(22L, 44L, 66L);
  }

  @Test
  void aRunThatTheServerHasForgottenAndOneOfAnotherServerBeginAnew() throws IOException {
    tables.epoch(1);
    new MlflowRun(tables.run, server()).send(11);
    standIn.runs.clear();
    new MlflowRun(tables.run, server()).send(11);
    assertThat(MlflowStandIn.steps(standIn.run(), "epochs/d_loss")).containsExactly(22L);
    try (MlflowStandIn other = new MlflowStandIn()) {
      new MlflowRun(tables.run, serverAt(other.uri())).send(11);
      assertThat(MlflowStandIn.steps(other.run(), "epochs/d_loss")).containsExactly(22L);
    }
  }

  /** 40 epochs have more than the 1000 metrics of a batch. */
  @Test
  void longRunsAreSentInBatches() {
    for (int epoch = 1; epoch <= 40; epoch++) {
      tables.epoch(epoch);
    }
    new MlflowRun(tables.run, server()).send(440);
    assertThat(MlflowStandIn.steps(standIn.run(), "quality/ema/fd")).hasSize(40);
    assertThat(standIn.run().metrics.values().stream().mapToInt(List::size).sum())
        .isGreaterThan(2000);
  }

  @ParameterizedTest
  @CsvSource({
    "INTERNAL_ERROR, status 500 of /api/2.0/mlflow/experiments/get-by-name",
    "WEB_PAGE, found an answer that is no JSON; is it an MLflow server?",
    "OTHER_JSON, found an answer without /experiment/experiment_id; is it an MLflow server?"
  })
  void whatAServerMissedIsSentWhenItAnswersAgain(Fault fault, String message) {
    MlflowRun run = new MlflowRun(tables.run, server());
    standIn.fault = fault;
    assertThatThrownBy(() -> run.send(0)).hasMessage(message);
    tables.epoch(1);
    assertThatThrownBy(() -> run.send(11)).hasMessage(message);
    standIn.fault = Fault.NONE;
    tables.epoch(2);
    run.send(22);
    assertThat(standIn.run().params).isNotEmpty();
    assertThat(MlflowStandIn.steps(standIn.run(), "epochs/d_loss")).containsExactly(22L, 44L);
    standIn.fault = Fault.INTERNAL_ERROR;
    tables.epoch(3);
    assertThatThrownBy(() -> run.send(33)).isInstanceOf(MlflowException.class);
    standIn.fault = Fault.NONE;
    run.send(33);
    assertThat(MlflowStandIn.steps(standIn.run(), "epochs/d_loss")).containsExactly(22L, 44L, 66L);
  }

  @Test
  void aServerThatFallsSilentIsGivenUpAndGetsAllWhenItAnswersAgain() {
    MlflowRun impatient =
        new MlflowRun(tables.run, server(Duration.ofMillis(300), standIn.uri() + "/"));
    standIn.fault = Fault.HANG;
    assertThatThrownBy(() -> impatient.send(0)).hasMessage("no answer within 0 s");
    tables.epoch(1);
    assertThatThrownBy(() -> impatient.send(11)).hasMessage("no answer within 0 s");
    standIn.fault = Fault.NONE;
    new MlflowRun(tables.run, server()).send(11);
    assertThat(standIn.run().params).isNotEmpty();
    assertThat(MlflowStandIn.steps(standIn.run(), "epochs/d_loss")).containsExactly(22L);
  }

  @Test
  void nobodyAtTheAddressIsNamed() {
    String uri = standIn.uri();
    standIn.close();
    MlflowServer nobody = serverAt(uri);
    assertThat(nobody).hasToString("MLFLOW_TRACKING_URI=" + uri);
    assertThatThrownBy(() -> new MlflowRun(tables.run, nobody).send(0)).hasMessage("no connection");
    assertThatCode(() -> new MlflowRun(tables.run, nobody).end(Status.FAILED))
        .doesNotThrowAnyException();
  }

  @Test
  void aRefusalIsToldInTheServersWords() throws IOException {
    new MlflowRun(tables.run, server()).send(0);
    standIn.run().params.put("train.seed", "another");
    Path file = out.resolve("00000-small").resolve(MlflowRun.FILE);
    Files.writeString(file, Files.readString(file).replace("\"round\":0", "\"round\":-1"));
    assertThatThrownBy(() -> new MlflowRun(tables.run, server()).send(0))
        .hasMessage(
            "status 400 of /api/2.0/mlflow/runs/log-batch: expected a param that is not changed");
  }

  @Test
  void theEnvironmentNamesTheExperimentAndOpensTheServer() {
    standIn.race = true;
    String name = "MLFLOW_EXPERIMENT_NAME";
    String user = "MLFLOW_TRACKING_USERNAME";
    new MlflowRun(
            tables.run, server(name, "few & photos", user, "ü", "MLFLOW_TRACKING_PASSWORD", "p"))
        .send(0);
    assertThat(standIn.run().experiment).isEqualTo("77");
    assertThat(standIn.authorizations).containsExactly("Basic w7w6cA==");
    standIn.authorizations.clear();
    new MlflowRun(tables.run, server("MLFLOW_TRACKING_TOKEN", "abc")).send(0);
    assertThat(standIn.authorizations).containsExactly("Bearer abc");
  }

  @Test
  void settingsComeBeforeTheEnvironment() {
    Map<String, String> environment = Map.of("MLFLOW_TRACKING_URI", "http://a.example:5000/");
    assertThat(MlflowServer.of(UNSET, environment).orElseThrow())
        .hasToString("MLFLOW_TRACKING_URI=http://a.example:5000");
    assertThat(MlflowServer.of(new TrackingConfig(false, "https://b/c"), environment).orElseThrow())
        .hasToString("tracking.mlflow=https://b/c");
    assertThat(MlflowServer.of(new TrackingConfig(false, "none"), environment)).isEmpty();
    assertThat(MlflowServer.of(UNSET, Map.of("MLFLOW_TRACKING_URI", " "))).isEmpty();
    assertThat(MlflowServer.of(UNSET, Map.of())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mlruns",
        "sqlite:///mlflow.db",
        "databricks",
        "127.0.0.1:5000",
        "ftp://host/",
        "http://",
        "http://:5000",
        "http://a b",
        "http://host:99999",
        "http://host:x",
        "http://host/?a=b",
        "http://host/#/experiments/1",
        "http://me:secret@host:5000"
      })
  void anotherAddressIsRefused(String address) {
    Map<String, String> environment = Map.of("MLFLOW_TRACKING_URI", address);
    assertThatThrownBy(() -> MlflowServer.requireAddress(UNSET, environment))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("MLFLOW_TRACKING_URI: found ")
        .hasMessageContaining(
            ", expected the URL of a tracking server such as http://127.0.0.1:5000")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> new TrackingConfig(true, address)).isInstanceOf(ConfigException.class);
    assertThatCode(
            () -> MlflowServer.requireAddress(new TrackingConfig(false, "none"), environment))
        .doesNotThrowAnyException();
  }
}
