package io.momentgan.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.momentgan.config.Experiment.TrackingConfig;
import io.momentgan.config.UserException;
import io.momentgan.run.Json;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * A tracking server of MLflow, asked by its REST API 2.0 (mlflow.org, "REST API").
 *
 * <p>{@code MLFLOW_TRACKING_TOKEN}, or {@code MLFLOW_TRACKING_USERNAME} and {@code
 * MLFLOW_TRACKING_PASSWORD}, open it, and {@code MLFLOW_EXPERIMENT_NAME} names the experiment that
 * gets the runs, as for MLflow's own clients.
 */
public final class MlflowServer {
  private static final String VARIABLE = "MLFLOW_TRACKING_URI";
  private static final String SETTING = "tracking.mlflow";
  private static final String DEFAULT_EXPERIMENT = "momentgan";
  private static final Duration TO_CONNECT = Duration.ofSeconds(5);
  private static final Duration TO_ANSWER = Duration.ofSeconds(10);
  private static final int OK = 200;

  private final String source;
  private final String uri;
  private final String experiment;
  private final Optional<String> authorization;
  private final Duration timeout;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(TO_CONNECT)
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();

  private MlflowServer(
      String source, String uri, Map<String, String> environment, Duration timeout) {
    this.source = source;
    this.uri = uri.replaceFirst("/+$", "");
    this.experiment = value(environment, "MLFLOW_EXPERIMENT_NAME").orElse(DEFAULT_EXPERIMENT);
    this.authorization = authorization(environment);
    this.timeout = timeout;
  }

  /**
   * The server that settings or the environment name.
   *
   * @param config the settings, which come first
   * @param environment variables by name
   * @return empty if neither names one
   * @throws UserException naming the variable if its value is no server's URL
   */
  public static Optional<MlflowServer> of(TrackingConfig config, Map<String, String> environment) {
    return of(config, environment, TO_ANSWER);
  }

  /**
   * Checks what the environment names, before a training.
   *
   * @param config the settings, which come first
   * @param environment variables by name
   * @throws UserException naming the variable if its value is no server's URL
   */
  public static void requireAddress(TrackingConfig config, Map<String, String> environment) {
    if (config.mlflow().isEmpty()) {
      value(environment, VARIABLE).ifPresent(MlflowServer::requireServer);
    }
  }

  static Optional<MlflowServer> of(
      TrackingConfig config, Map<String, String> environment, Duration timeout) {
    if (config.mlflow().equals(TrackingConfig.NO_MLFLOW)) {
      return Optional.empty();
    }
    if (!config.mlflow().isEmpty()) {
      return Optional.of(new MlflowServer(SETTING, config.mlflow(), environment, timeout));
    }
    requireAddress(config, environment);
    return value(environment, VARIABLE)
        .map(address -> new MlflowServer(VARIABLE, address, environment, timeout));
  }

  private static void requireServer(String address) {
    if (!TrackingConfig.isServer(address)) {
      // It may contain a password.
      String shown = address.contains("@") ? "an address with '@' in it" : '"' + address + '"';
      throw new UserException(
          ("%s: found %s, expected the URL of a tracking server such as http://127.0.0.1:5000 without"
                  + " user, password and query; start one (mlflow server), unset the variable or set"
                  + " %s=%s")
              .formatted(VARIABLE, shown, SETTING, TrackingConfig.NO_MLFLOW));
    }
  }

  private static Optional<String> value(Map<String, String> environment, String variable) {
    return Optional.ofNullable(environment.get(variable)).filter(text -> !text.isBlank());
  }

  private static Optional<String> authorization(Map<String, String> environment) {
    Optional<String> token = value(environment, "MLFLOW_TRACKING_TOKEN").map("Bearer "::concat);
    return token.or(
        () ->
            value(environment, "MLFLOW_TRACKING_USERNAME")
                .map(
                    user ->
                        "%s:%s"
                            .formatted(
                                user, value(environment, "MLFLOW_TRACKING_PASSWORD").orElse("")))
                .map(pair -> "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8))));
  }

  /** Its URL, without a slash at the end. */
  String uri() {
    return uri;
  }

  /** Where its URL comes from, and the URL. */
  @Override
  public String toString() {
    return source + "=" + uri;
  }

  /**
   * Returns the id of the experiment that gets the runs; makes it if there is none yet.
   *
   * @throws MlflowException if the server gives no answer, or a failure
   */
  String experimentId() {
    try {
      return existing();
    } catch (MlflowException e) {
      if (!e.isMissing()) {
        throw e;
      }
    }
    try {
      ObjectNode body = Json.MAPPER.createObjectNode().put("name", experiment);
      return text(post("experiments/create", body), "/experiment_id");
    } catch (MlflowException e) {
      if (e.isExisting()) {
        return existing();
      }
      throw e;
    }
  }

  private String existing() {
    String call = "experiments/get-by-name?experiment_name=" + URLEncoder.encode(experiment, UTF_8);
    return text(send(request(call).GET().build()), "/experiment/experiment_id");
  }

  /**
   * Takes a text out of an answer.
   *
   * @param answer of this server
   * @param pointer where the text is in it
   * @throws MlflowException if it is not there, as in answers of other servers
   */
  static String text(JsonNode answer, String pointer) {
    JsonNode value = answer.at(pointer);
    if (!value.isTextual()) {
      throw new MlflowException(
          "found an answer without %s; is it an MLflow server?".formatted(pointer), "", null);
    }
    return value.textValue();
  }

  /**
   * Makes a call.
   *
   * @param call such as {@code runs/log-batch}
   * @param body what it is told
   * @return the answer
   * @throws MlflowException if the server gives no answer, or a failure
   */
  JsonNode post(String call, JsonNode body) {
    return send(
        request(call)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.line(body)))
            .build());
  }

  private HttpRequest.Builder request(String call) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(uri + "/api/2.0/mlflow/" + call)).timeout(timeout);
    authorization.ifPresent(value -> request.header("Authorization", value));
    return request;
  }

  private JsonNode send(HttpRequest request) {
    try {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != OK) {
        throw refused(request.uri().getPath(), response);
      }
      return Json.MAPPER.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new MlflowException("found an answer that is no JSON; is it an MLflow server?", "", e);
    } catch (IOException e) {
      throw new MlflowException(reason(e), "", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MlflowException("interrupted while waiting for an answer", "", e);
    }
  }

  private String reason(IOException e) {
    if (e instanceof HttpTimeoutException) {
      return "no answer within %d s".formatted(timeout.toSeconds());
    }
    // Its own message is mostly missing.
    return e instanceof ConnectException ? "no connection" : "no answer (%s)".formatted(e);
  }

  private static MlflowException refused(String path, HttpResponse<String> response) {
    String message = "";
    String code = "";
    try {
      JsonNode body = Json.MAPPER.readTree(response.body());
      message = body.path("message").asText().lines().findFirst().map(": "::concat).orElse("");
      code = body.path("error_code").asText();
    } catch (JsonProcessingException e) {
      // A proxy's page, say; the status tells enough.
      message = "";
    }
    return new MlflowException(
        "status %d of %s%s".formatted(response.statusCode(), path, message), code, null);
  }
}
