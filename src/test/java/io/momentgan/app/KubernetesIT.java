package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.momentgan.Experiments;
import io.momentgan.storage.S3Server;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code submit/kubernetes} on the API server that the client's own project has for tests: it keeps
 * the pods that it is asked for and starts none. Where they have to run, this test starts them, as
 * processes with the arguments, the environment and the entry point that pods of our image have.
 */
@Tag("long")
@Timeout(600)
class KubernetesIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final String IMAGE = "registry.example/momentgan:1";

  @TempDir private static Path folder;
  private static TestServer server;
  private static String api;

  @BeforeAll
  static void start() throws Exception {
    int port = S3Server.freePort();
    api = "http://127.0.0.1:%d/api/v1/namespaces/default/".formatted(port);
    server =
        TestServer.start(
            "kubernetes",
            "KubernetesServer.java",
            folder,
            KubernetesIT::answers,
            Integer.toString(port));
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static boolean answers() throws InterruptedException {
    try {
      return send(HttpRequest.newBuilder(URI.create(api + "pods")).build()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private static HttpResponse<String> send(HttpRequest request)
      throws IOException, InterruptedException {
    return HTTP.send(request, BodyHandlers.ofString());
  }

  private static JsonNode get(String what) throws IOException, InterruptedException {
    return JSON.readTree(send(HttpRequest.newBuilder(URI.create(api + what)).build()).body());
  }

  private static Process submit(Path log, String... args) throws IOException {
    List<String> all = new ArrayList<>();
    all.addAll(
        List.of(
            CommandRun.script("kubernetes"),
            "--master",
            "k8s://" + api.substring(0, api.indexOf("/api/")),
            "--image",
            IMAGE));
    all.addAll(List.of(args));
    return new ProcessBuilder(all)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  /** Waits until a number of pods with a role have been asked for. */
  private static List<JsonNode> pods(String role, int count, Process driver, Path log)
      throws IOException, InterruptedException {
    List<JsonNode> pods = new ArrayList<>();
    while (pods.size() < count) {
      assertThat(driver.isAlive()).as(Files.readString(log)).isTrue();
      Thread.sleep(100);
      pods.clear();
      get("pods?labelSelector=spark-role%3D" + role).get("items").forEach(pods::add);
    }
    return pods;
  }

  private static Map<String, String> environment(JsonNode container) {
    Map<String, String> environment = new TreeMap<>();
    container
        .get("env")
        .forEach(each -> environment.put(each.get("name").asText(), each.path("value").asText()));
    return environment;
  }

  @Test
  void executorsOfADriverHereArePodsThatTrain() throws Exception {
    Path local = TinyExperiment.train(folder.resolve("local"));
    Path log = folder.resolve("client.log");
    Process driver =
        submit(
            log,
            "--executor-memory=600m",
            "--conf=spark.driver.host=127.0.0.1",
            "train",
            TinyExperiment.in(folder).toString(),
            "--out=client");
    List<Process> executors = new ArrayList<>();
    try {
      for (JsonNode pod : pods("executor", 2, driver, log)) {
        JsonNode container = container(pod);
        assertThat(container.at("/resources"))
            .isEqualTo(
                JSON.readTree(
                    """
                    {"limits": {"memory": "3672Mi"}, "requests": {"memory": "3672Mi", "cpu": "1"}}
                    """));
        executors.add(run(pod));
      }
      assertThat(driver.waitFor()).as(Files.readString(log)).isZero();
    } finally {
      driver.destroyForcibly();
      executors.forEach(Process::destroyForcibly);
    }
    SameRun.assertSame(folder.resolve("client/00000-tiny"), local);
    // What the run no longer needs is gone.
    assertThat(get("pods").get("items")).isEmpty();
    assertThat(get("configmaps").get("items")).isEmpty();
  }

  /** As a node does: the process, with its environment, and then the pod's address and phase. */
  private static Process run(JsonNode pod) throws IOException, InterruptedException {
    String name = pod.at("/metadata/name").asText();
    Path files = Files.createDirectories(folder.resolve(name));
    List<String> command = new ArrayList<>();
    command.add(Experiments.REPOSITORY.resolve("conf/spark/image/entrypoint").toString());
    container(pod).get("args").forEach(argument -> command.add(argument.asText()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(files.toFile())
            .redirectErrorStream(true)
            .redirectOutput(files.resolve("log").toFile());
    Map<String, String> environment = builder.environment();
    environment.remove("AWS_ACCESS_KEY_ID");
    environment.putAll(environment(container(pod)));
    environment.put("SPARK_EXECUTOR_POD_NAME", name);
    environment.put("SPARK_EXECUTOR_POD_IP", "127.0.0.1");
    environment.put("SPARK_LOCAL_DIRS", files.resolve("local").toString());
    String home = Experiments.REPOSITORY.resolve("target/spark-home").toString();
    environment.put("SPARK_HOME", home);
    environment.put("SPARK_CONF_DIR", home + "/conf");
    Process process = builder.start();
    ObjectNode running = pod.deepCopy();
    running.putObject("status").put("phase", "Running").put("podIP", "127.0.0.1");
    HttpRequest update =
        HttpRequest.newBuilder(URI.create(api + "pods/" + name + "/status"))
            .PUT(BodyPublishers.ofString(running.toString()))
            .build();
    assertThat(send(update).statusCode()).isEqualTo(200);
    return process;
  }

  private static JsonNode container(JsonNode pod) {
    assertThat(pod.at("/spec/containers")).hasSize(1);
    return pod.at("/spec/containers/0");
  }

  @Test
  void podsOfExecutorsAreWhatTheSettingsSay() throws Exception {
    Path log = folder.resolve("gpus.log");
    Process driver =
        submit(
            log,
            "--gpus",
            "--num-executors=3",
            "--conf=spark.driver.host=127.0.0.1",
            "--conf=spark.kubernetes.executor.label.team=vision",
            "train",
            TinyExperiment.in(folder).toString(),
            "--set=s3.endpoint=http://127.0.0.1:1",
            "--out=gpus");
    try {
      for (JsonNode pod : pods("executor", 3, driver, log)) {
        assertThat(pod.at("/metadata/labels/app").asText()).isEqualTo("momentgan");
        assertThat(pod.at("/metadata/labels/team").asText()).isEqualTo("vision");
        assertThat(pod.at("/spec/restartPolicy").asText()).isEqualTo("Never");
        assertThat(pod.at("/spec/securityContext"))
            .isEqualTo(JSON.readTree("{\"runAsNonRoot\": true, \"runAsUser\": 185}"));
        JsonNode container = container(pod);
        assertThat(container.get("image").asText()).isEqualTo(IMAGE);
        assertThat(container.get("args")).isEqualTo(JSON.readTree("[\"executor\"]"));
        assertThat(container.at("/resources"))
            .isEqualTo(
                JSON.readTree(
                    """
                    {"limits": {"memory": "7168Mi", "nvidia.com/gpu": "1"},
                     "requests": {"memory": "7168Mi", "cpu": "1"}}
                    """));
        assertThat(container.get("volumeMounts"))
            .contains(JSON.readTree("{\"mountPath\": \"/tmp\", \"name\": \"scratch\"}"));
        assertThat(environment(container))
            .containsEntry("SPARK_EXECUTOR_CORES", "1")
            .containsEntry("SPARK_EXECUTOR_MEMORY", "4096m")
            .containsEntry("LC_ALL", "C.UTF-8")
            .containsEntry("OMP_NUM_THREADS", "1")
            // By the name of a secret: the keys of this process's environment stay here.
            .containsEntry("AWS_SECRET_ACCESS_KEY", "");
        assertThat(container.toString())
            .contains("\"name\":\"momentgan-s3\"")
            .doesNotContain(S3Server.KEY, S3Server.SECRET);
      }
    } finally {
      driver.destroyForcibly().waitFor();
    }
    deleteAll();
  }

  @Test
  void aDriverThereIsAPodOfTheSameImage() throws Exception {
    Path log = folder.resolve("driver.log");
    Process submission =
        submit(log, "--deploy-mode=cluster", "train", "ff-3", "--out=s3a://bucket/runs");
    try {
      JsonNode pod = pods("driver", 1, submission, log).get(0);
      JsonNode container = container(pod);
      assertThat(container.get("image").asText()).isEqualTo(IMAGE);
      List<String> arguments = new ArrayList<>();
      container.get("args").forEach(argument -> arguments.add(argument.asText()));
      String jar = jarInImage();
      assertThat(arguments)
          .startsWith("driver")
          .containsSequence("--class", "io.momentgan.app.Main", jar, "train", "ff-3")
          .endsWith("--out=s3a://bucket/runs");
      assertThat(environment(container))
          .hasEntrySatisfying(
              "MOMENTGAN_COMMAND",
              command ->
                  assertThat(command).contains("submit/kubernetes", "--deploy-mode=cluster"));
      // 1 GiB of heap and as much beside it.
      assertThat(container.at("/resources/limits/memory").asText()).isEqualTo("2048Mi");
      assertThat(properties())
          .contains(
              "spark.jars=local\\:///opt/momentgan/lib/",
              "nd4j-native-1.0.0-M2.1-linux-x86_64.jar",
              "spark.executor.instances=2",
              "spark.kubernetes.container.image=" + IMAGE.replace(":", "\\:"))
          .doesNotContain("file\\:/");
    } finally {
      submission.destroyForcibly().waitFor();
    }
    deleteAll();
  }

  private static String jarInImage() throws IOException {
    try (var files = Files.list(Experiments.REPOSITORY.resolve("target"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("momentgan-.*\\.jar"))
          .map("local:///opt/momentgan/"::concat)
          .findFirst()
          .orElseThrow();
    }
  }

  /** Spark's settings, as the driver's pod gets them by a configuration map. */
  private static String properties() throws Exception {
    for (JsonNode map : get("configmaps").get("items")) {
      if (map.at("/metadata/name").asText().contains("spark-drv")) {
        return map.at("/data/spark.properties").asText();
      }
    }
    throw new AssertionError("no configuration map of a driver");
  }

  private static void deleteAll() throws Exception {
    for (String kind : List.of("pods", "configmaps", "services")) {
      send(HttpRequest.newBuilder(URI.create(api + kind)).DELETE().build());
    }
  }
}
