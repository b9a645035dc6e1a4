package io.momentgan.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A tracking server by the rules of MLflow's documentation ("REST API", version 2.0 of the API):
 * experiments and runs, limits of a batch, lengths of texts, parameters that never change.
 */
public final class MlflowStandIn implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String API = "/api/2.0/mlflow/";

  /** What the server does instead of its work. */
  public enum Fault {
    NONE,
    INTERNAL_ERROR,
    HANG,
    WEB_PAGE,
    OTHER_JSON
  }

  /** A run as the server knows it. */
  public static final class KnownRun {
    public final Map<String, String> tags = new LinkedHashMap<>();
    public final Map<String, String> params = new LinkedHashMap<>();
    public final Map<String, List<JsonNode>> metrics = new LinkedHashMap<>();
    public final List<String> statuses = new ArrayList<>(List.of("RUNNING"));
    public String name;
    public String experiment;
    public long startTime;
    public long endTime;
  }

  /** A failure that the server answers with. */
  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    final int status;
    final String code;

    RefusedException(int status, String code, String message) {
      super(message);
      this.status = status;
      this.code = code;
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, String> experiments = new LinkedHashMap<>();
  public final Map<String, KnownRun> runs = new LinkedHashMap<>();
  public final List<String> calls = new ArrayList<>();
  public final Set<String> authorizations = new HashSet<>();
  public volatile Fault fault = Fault.NONE;

  /** Calls until the fault is over. */
  public int faults = Integer.MAX_VALUE;

  /** What happens as metrics come. */
  public Runnable onMetrics = () -> {};

  /** Whether somebody else makes the experiment between the question and the order. */
  public boolean race;

  /** Starts a server on loopback. */
  public MlflowStandIn() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  public String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The only run. */
  public KnownRun run() {
    if (runs.size() != 1) {
      throw new AssertionError("Not one run: " + runs.keySet());
    }
    return runs.values().iterator().next();
  }

  private synchronized void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    calls.add(exchange.getRequestMethod() + " " + path.replace(API, ""));
    authorizations.addAll(exchange.getRequestHeaders().getOrDefault("Authorization", List.of()));
    byte[] body = exchange.getRequestBody().readAllBytes();
    Fault now = faults-- > 0 ? fault : Fault.NONE;
    switch (now) {
      case INTERNAL_ERROR -> answer(exchange, 500, "<html>Internal Server Error</html>");
      case WEB_PAGE -> answer(exchange, 200, "<html>Hello</html>");
      case OTHER_JSON -> answer(exchange, 200, "{\"hello\": 1}");
      case HANG -> {} // no answer
      case NONE -> {
        try {
          answer(exchange, 200, JSON.writeValueAsString(serve(exchange, path, body)));
        } catch (RefusedException e) {
          ObjectNode refusal =
              JSON.createObjectNode().put("error_code", e.code).put("message", e.getMessage());
          answer(exchange, e.status, refusal.toString());
        }
      }
    }
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private ObjectNode serve(HttpExchange exchange, String path, byte[] bytes)
      throws IOException, RefusedException {
    String call = exchange.getRequestMethod() + " " + path.replace(API, "");
    if (call.equals("GET experiments/get-by-name")) {
      String query = exchange.getRequestURI().getRawQuery().replace("experiment_name=", "");
      return experiment(URLDecoder.decode(query, UTF_8));
    }
    require(bytes.length <= 1 << 20, "a request of 1 MB at most");
    JsonNode body = JSON.readTree(bytes);
    return switch (call) {
      case "POST experiments/create" -> createExperiment(body.path("name").asText());
      case "POST runs/create" -> createRun(body);
      case "POST runs/update" -> update(body);
      case "POST runs/log-batch" -> logBatch(body);
      default -> throw new RefusedException(404, "ENDPOINT_NOT_FOUND", "No API found for " + call);
    };
  }

  private ObjectNode experiment(String name) throws RefusedException {
    String id = experiments.get(name);
    if (race) {
      race = false;
      experiments.put(name, "77");
    }
    if (id == null) {
      throw new RefusedException(
          404, "RESOURCE_DOES_NOT_EXIST", "Could not find experiment with name '" + name + "'");
    }
    ObjectNode answer = JSON.createObjectNode();
    answer.putObject("experiment").put("experiment_id", id).put("name", name);
    return answer;
  }

  private ObjectNode createExperiment(String name) throws RefusedException {
    if (experiments.containsKey(name)) {
      throw new RefusedException(
          400, "RESOURCE_ALREADY_EXISTS", "Experiment(name=%s) already exists".formatted(name));
    }
    String id = Integer.toString(experiments.size() + 1);
    experiments.put(name, id);
    return JSON.createObjectNode().put("experiment_id", id);
  }

  private ObjectNode createRun(JsonNode body) throws RefusedException {
    require(experiments.containsValue(body.path("experiment_id").asText()), "an experiment");
    KnownRun run = new KnownRun();
    run.experiment = body.path("experiment_id").asText();
    run.name = body.path("run_name").asText();
    run.startTime = body.path("start_time").longValue();
    for (JsonNode tag : body.path("tags")) {
      run.tags.put(key(tag), text(tag, 5000));
    }
    require(run.name.equals(run.tags.get("mlflow.runName")), "one name of the run");
    String id = "%032x".formatted(0xabcL + runs.size());
    runs.put(id, run);
    ObjectNode answer = JSON.createObjectNode();
    answer.putObject("run").putObject("info").put("run_id", id).put("status", "RUNNING");
    return answer;
  }

  private KnownRun run(JsonNode body) throws RefusedException {
    KnownRun run = runs.get(body.path("run_id").asText());
    if (run == null) {
      throw new RefusedException(
          404, "RESOURCE_DOES_NOT_EXIST", "Run with id=%s not found".formatted(body));
    }
    return run;
  }

  private ObjectNode update(JsonNode body) throws RefusedException {
    KnownRun run = run(body);
    String status = body.path("status").asText();
    require(List.of("RUNNING", "FINISHED", "FAILED", "KILLED").contains(status), "a status");
    run.statuses.add(status);
    run.endTime = body.path("end_time").longValue();
    ObjectNode answer = JSON.createObjectNode();
    answer.putObject("run_info").put("status", status);
    return answer;
  }

  private ObjectNode logBatch(JsonNode body) throws RefusedException {
    KnownRun run = run(body);
    JsonNode metrics = body.path("metrics");
    JsonNode params = body.path("params");
    require(metrics.size() <= 1000, "1000 metrics at most");
    require(params.size() <= 100, "100 params at most");
    require(metrics.size() + params.size() <= 1000, "1000 items at most");
    for (JsonNode param : params) {
      String value = text(param, 500);
      String before = run.params.putIfAbsent(key(param), value);
      require(before == null || before.equals(value), "a param that is not changed");
    }
    if (!metrics.isEmpty()) {
      onMetrics.run();
    }
    for (JsonNode metric : metrics) {
      require(metric.path("value").isNumber(), "a value");
      require(metric.path("step").isIntegralNumber(), "a step");
      require(metric.path("timestamp").longValue() > 1_600_000_000_000L, "milliseconds");
      run.metrics.computeIfAbsent(key(metric), key -> new ArrayList<>()).add(metric);
    }
    return JSON.createObjectNode();
  }

  /** Steps of a metric as it was logged. */
  public static List<Long> steps(KnownRun run, String metric) {
    return run.metrics.getOrDefault(metric, List.of()).stream()
        .map(each -> each.path("step").longValue())
        .toList();
  }

  /** Values of a metric as it was logged. */
  public static List<Double> values(KnownRun run, String metric) {
    return run.metrics.getOrDefault(metric, List.of()).stream()
        .map(each -> each.path("value").doubleValue())
        .toList();
  }

  private static String key(JsonNode pair) throws RefusedException {
    String key = pair.path("key").asText();
    require(key.matches("[A-Za-z0-9_. /-]{1,250}"), "another name than " + key);
    return key;
  }

  private static String text(JsonNode pair, int longest) throws RefusedException {
    String value = pair.path("value").asText();
    require(!value.isEmpty() && value.length() <= longest, "another value than " + value);
    return value;
  }

  private static void require(boolean holds, String expected) throws RefusedException {
    if (!holds) {
      throw new RefusedException(400, "INVALID_PARAMETER_VALUE", "expected " + expected);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
