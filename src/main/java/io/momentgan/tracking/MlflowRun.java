package io.momentgan.tracking;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.momentgan.config.SettingDifferences;
import io.momentgan.config.UserException;
import io.momentgan.run.Json;
import io.momentgan.run.Run;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run as MLflow shows it: settings as parameters, the metrics of epochs and evaluations, the
 * folder as a tag. The file {@code mlflow.json} in the run's folder says which of MLflow's runs it
 * is, so that a resumed training goes on with it.
 */
public final class MlflowRun {
  static final String FILE = "mlflow.json";

  private static final Logger LOG = LoggerFactory.getLogger(MlflowRun.class);

  /** Limits of a call and of texts that every store of MLflow 1.28 and later keeps. */
  private static final int MOST_METRICS = 1000;

  private static final int MOST_PARAMS = 100;
  private static final int LONGEST_KEY = 250;
  private static final int LONGEST_PARAM = 500;
  private static final int LONGEST_TAG = 5000;

  private final Run run;
  private final MlflowServer server;

  /** Null until the server has answered. */
  private Recorded recorded;

  /** How a training ends. */
  public enum Status {
    /** After its last round. */
    FINISHED,
    /** It diverged, or too many rounds failed. */
    FAILED,
    /** By Ctrl-C or SIGTERM. */
    KILLED
  }

  /**
   * The content of the file.
   *
   * @param uri the server
   * @param runId of the run there
   * @param round the newest round whose metrics are there; -1 before the parameters are
   */
  record Recorded(String uri, String runId, long round) {}

  /** Nothing is sent yet. */
  public MlflowRun(Run run, MlflowServer server) {
    this.run = run;
    this.server = server;
  }

  /**
   * Sends what the server lacks. Rounds that are run again after a resume are not sent again: their
   * metrics are the same.
   *
   * @param round the newest round whose metrics are written
   * @throws RuntimeException if the server cannot be reached or refuses; the next call sends it all
   */
  public void send(long round) {
    if (recorded == null) {
      open();
    }
    if (recorded.round() < 0) {
      sendParams();
      record(0);
    }
    if (recorded.round() < round) {
      sendMetrics(round);
      record(round);
    }
  }

  /** Tells the server how the training ended, if the server knows of it. */
  public void end(Status status) {
    if (recorded != null) {
      ObjectNode body = ofRun().put("status", status.name());
      server.post("runs/update", body.put("end_time", Instant.now().toEpochMilli()));
    }
  }

  private void open() {
    Recorded earlier = read();
    if (earlier == null || !earlier.uri().equals(server.uri()) || !reopened(earlier)) {
      create();
    }
  }

  private Recorded read() {
    if (!run.folder().exists(FILE)) {
      return null;
    }
    try {
      return Json.MAPPER.readValue(run.folder().readText(FILE), Recorded.class);
    } catch (JsonProcessingException e) {
      throw new UserException(
          "%s/%s: not as this version writes it; delete it to begin a new run in MLflow"
              .formatted(run.folder(), FILE),
          e);
    }
  }

  /** Goes on with an earlier run, unless the server has forgotten it. */
  private boolean reopened(Recorded earlier) {
    try {
      server.post(
          "runs/update",
          Json.MAPPER.createObjectNode().put("run_id", earlier.runId()).put("status", "RUNNING"));
      recorded = earlier;
      return true;
    } catch (MlflowException e) {
      if (e.isMissing()) {
        return false;
      }
      throw e;
    }
  }

  private void create() {
    String experiment = server.experimentId();
    ObjectNode body =
        Json.MAPPER
            .createObjectNode()
            .put("experiment_id", experiment)
            .put("run_name", run.folder().name())
            .put("start_time", Instant.parse(run.record().created()).toEpochMilli());
    body.set("tags", pairs(tags(), LONGEST_TAG));
    String id = MlflowServer.text(server.post("runs/create", body), "/run/info/run_id");
    recorded = new Recorded(server.uri(), id, -1);
    record(-1);
    LOG.info("MLflow: {}/#/experiments/{}/runs/{}", server.uri(), experiment, id);
  }

  private Map<String, String> tags() {
    Map<String, String> tags = new LinkedHashMap<>();
    tags.put("mlflow.runName", run.folder().name());
    tags.put("mlflow.user", System.getProperty("user.name"));
    tags.put("mlflow.source.name", "momentgan");
    tags.put("mlflow.note.content", run.record().experiment().description());
    tags.put("momentgan.folder", run.folder().uri());
    tags.put("momentgan.version", run.record().versions().getOrDefault("momentgan", ""));
    return tags;
  }

  private void sendParams() {
    Map<String, String> params = new LinkedHashMap<>();
    SettingDifferences.settings(run.record().experiment())
        .forEach((key, value) -> params.put(key, SettingDifferences.unquoted(value)));
    sendInBatches("params", pairs(params, LONGEST_PARAM), MOST_PARAMS);
  }

  /** Key and value of each; without empty values, which some stores refuse. */
  private static ArrayNode pairs(Map<String, String> texts, int longest) {
    ArrayNode pairs = Json.MAPPER.createArrayNode();
    texts.forEach(
        (key, value) -> {
          if (!value.isEmpty()) {
            pairs.addObject().put("key", cut(key, LONGEST_KEY)).put("value", cut(value, longest));
          }
        });
    return pairs;
  }

  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest - 3) + "...";
  }

  private void sendMetrics(long round) {
    ArrayNode metrics = Json.MAPPER.createArrayNode();
    for (Scalars line : Scalars.read(run.folder(), Scalars.OF_EPOCHS, recorded.round(), round)) {
      line.values()
          .forEach(
              (name, value) ->
                  metrics
                      .addObject()
                      .put("key", name)
                      .put("value", value)
                      .put("timestamp", line.time().toEpochMilli())
                      .put("step", line.iteration()));
    }
    sendInBatches("metrics", metrics, MOST_METRICS);
  }

  private void sendInBatches(String kind, ArrayNode all, int most) {
    for (int from = 0; from < all.size(); from += most) {
      ObjectNode body = ofRun();
      ArrayNode batch = body.putArray(kind);
      for (int i = from; i < Math.min(from + most, all.size()); i++) {
        batch.add(all.get(i));
      }
      server.post("runs/log-batch", body);
    }
  }

  private ObjectNode ofRun() {
    return Json.MAPPER.createObjectNode().put("run_id", recorded.runId());
  }

  private void record(long round) {
    recorded = new Recorded(recorded.uri(), recorded.runId(), round);
    run.folder().publish(FILE, Json.line(recorded) + "\n");
  }
}
