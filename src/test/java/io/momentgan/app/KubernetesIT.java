package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.momentgan.Experiments;
import io.momentgan.storage.S3Server;
import java.io.IOException;
import java.io.StringReader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code submit/kubernetes} on the API server that the client's own project has for tests: it keeps
 * the pods that it is asked for and starts none. Where they have to run, this test starts them, as
 * processes with the arguments, the environment and the entry point that pods of our image have.
 */
@Tag("long")
@Timeout(600)
class KubernetesIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String IMAGE = "registry.example/momentgan:1";

  @TempDir private static Path folder;
  private static TestServer server;
  private static KubernetesApi api;
  private static Path local;

  @BeforeAll
  static void start() throws Exception {
    int port = S3Server.freePort();
    api = new KubernetesApi("http://127.0.0.1:" + port);
    server =
        TestServer.start(
            "kubernetes", "KubernetesServer.java", folder, api::answers, Integer.toString(port));
    local = TinyExperiment.train(folder.resolve("local"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  private static String master() {
    return "k8s://" + api.server();
  }

  private static Process submit(Path log, String... args) throws IOException {
    List<String> all = new ArrayList<>();
    all.addAll(List.of(CommandRun.script("kubernetes"), "--master", master(), "--image", IMAGE));
    all.addAll(TestServer.SHORT_LIVES);
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
      api.get("pods?labelSelector=spark-role%3D" + role).get("items").forEach(pods::add);
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

  @AfterEach
  void deleteAll() throws Exception {
    api.deleteAll();
  }

  @Test
  void executorsOfADriverHereArePodsThatTrain() throws Exception {
    Path log = folder.resolve("client.log");
    Process driver =
        submit(
            log,
            "--executor-memory=600m",
            "--conf=spark.driver.host=127.0.0.1",
            "train",
            TinyExperiment.in(folder).toString(),
            "--out=client");
    List<JsonNode> asked = new ArrayList<>();
    List<Process> executors = new ArrayList<>();
    try {
      for (JsonNode pod : pods("executor", 2, driver, log)) {
        asked.add(pod);
        JsonNode container = container(pod);
        assertThat(container.at("/resources"))
            .isEqualTo(
                JSON.readTree(
                    """
                    {"limits": {"memory": "3672Mi"}, "requests": {"memory": "3672Mi", "cpu": "1"}}
                    """));
        executors.add(run(pod, Map.of()));
      }
      assertThat(driver.waitFor()).as(Files.readString(log)).isZero();
    } finally {
      driver.destroyForcibly();
      executors.forEach(Process::destroyForcibly);
    }
    SameRun.assertSame(folder.resolve("client/00000-tiny"), local);
    for (JsonNode pod : asked) {
      assertThat(Files.readString(logOf(pod))).doesNotContain("INFO MemoryStore");
    }
    // What the run no longer needs is gone.
    assertThat(api.get("pods").get("items")).isEmpty();
    assertThat(api.get("configmaps").get("items")).isEmpty();
  }

  /** As a node does: the process, with its environment, and then the pod's address and phase. */
  private static Process run(JsonNode pod, Map<String, String> places)
      throws IOException, InterruptedException {
    String name = pod.at("/metadata/name").asText();
    Path files = Files.createDirectories(folder.resolve(name));
    List<String> command = new ArrayList<>();
    command.addAll(List.of("bash", entryPoint().toString()));
    container(pod).get("args").forEach(argument -> command.add(moved(argument.asText(), places)));
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
    environment.put("SPARK_DRIVER_BIND_ADDRESS", "127.0.0.1");
    environment.put("SPARK_LOCAL_DIRS", files.resolve("local").toString());
    environment.put("SPARK_HOME", Experiments.REPOSITORY.resolve("target/spark-home").toString());
    // Spark mounts a map there, which has nothing of the image.
    environment.put("SPARK_CONF_DIR", Files.createDirectories(folder.resolve("empty")).toString());
    Process process = builder.start();
    ObjectNode running = pod.deepCopy();
    running.putObject("status").put("phase", "Running").put("podIP", "127.0.0.1");
    api.update(running);
    return process;
  }

  /** The image's, with the log's settings where they are here. */
  private static Path entryPoint() throws IOException {
    Path conf = Experiments.REPOSITORY.resolve("conf");
    String text = Files.readString(conf.resolve("spark/image/entrypoint"));
    assertThat(text).contains("/opt/momentgan/log4j2.properties");
    return Files.writeString(
        folder.resolve("entrypoint"), text.replace("/opt/momentgan", conf.toString()));
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
  }

  @Test
  void aDriverThereIsAPodOfTheSameImageThatTrains() throws Exception {
    Path runs = folder.resolve("there");
    Path log = folder.resolve("driver.log");
    List<Process> processes = new ArrayList<>();
    Process submission =
        submit(
            log,
            "--deploy-mode=cluster",
            "--executor-memory=600m",
            "--conf=spark.kubernetes.driver.master=" + api.server(),
            "--conf=spark.driver.port=" + S3Server.freePort(),
            "--conf=spark.driver.blockManager.port=" + S3Server.freePort(),
            "train",
            TinyExperiment.in(folder).toString(),
            "--out=" + runs);
    try {
      JsonNode pod = pods("driver", 1, submission, log).get(0);
      JsonNode container = container(pod);
      assertThat(container.get("image").asText()).isEqualTo(IMAGE);
      assertThat(container.get("args").toString())
          .contains(
              "\"--class\",\"io.momentgan.app.Main\",\"local:///opt/momentgan/momentgan-",
              "\"train\"");
      assertThat(environment(container).get("MOMENTGAN_COMMAND"))
          .contains("submit/kubernetes", "--deploy-mode=cluster");
      // 1 GiB of heap and as much beside it.
      assertThat(container.at("/resources/limits/memory").asText()).isEqualTo("2048Mi");
      Properties settings = settingsOfDriver(submission, log);
      assertThat(settings.getProperty("spark.jars").split(","))
          .hasSizeGreaterThan(20)
          .allMatch(jar -> jar.startsWith("local:///opt/momentgan/"));
      assertThat(settings)
          .containsEntry("spark.executor.instances", "2")
          .containsEntry("spark.kubernetes.container.image", IMAGE);

      Process driver = run(pod, mount(settings));
      processes.add(driver);
      for (JsonNode executor : pods("executor", 2, driver, logOf(pod))) {
        processes.add(run(executor, Map.of()));
      }
      assertThat(driver.waitFor()).as(Files.readString(logOf(pod))).isZero();
      assertThat(Files.readString(logOf(pod)))
          .contains(" INFO ")
          .doesNotContain("INFO SparkContext");
    } finally {
      submission.destroy();
      submission.waitFor();
      processes.forEach(Process::destroyForcibly);
    }
    SameRun.assertSame(runs.resolve("00000-tiny"), local);
  }

  @ParameterizedTest
  @CsvSource({
    "Succeeded, 0, 0, exit code: 0",
    "Failed, 2, 1, the driver ended with 2",
    "Failed, , 1, the driver ended with Failed",
    "deleted, , 1, the driver's end is unknown"
  })
  void theEndOfADriverThereIsTheScripts(String phase, Integer code, int expected, String said)
      throws Exception {
    Path log = folder.resolve("end-%s-%d.log".formatted(phase, code));
    Process submission = submit(log, "--deploy-mode=cluster", "train", "ff-0", "--out=/runs");
    try {
      JsonNode pod = pods("driver", 1, submission, log).get(0);
      if (phase.equals("deleted")) {
        end(pod, "Running", null);
        while (!Files.readString(log).contains("phase: Running")) {
          assertThat(submission.isAlive()).as(Files.readString(log)).isTrue();
          Thread.sleep(100);
        }
        api.delete("pods/" + pod.at("/metadata/name").asText());
      } else {
        end(pod, phase, code);
      }
      assertThat(submission.waitFor()).as(Files.readString(log)).isEqualTo(expected);
    } finally {
      submission.destroy();
      submission.waitFor();
    }
    assertThat(Files.readString(log)).contains("and submission ID default:io-momentgan-", said);
  }

  /** Spark's settings, which the driver's pod gets by a map that is made after it. */
  private static Properties settingsOfDriver(Process submission, Path log) throws Exception {
    Properties settings = new Properties();
    while (settings.isEmpty()) {
      assertThat(submission.isAlive()).as(Files.readString(log)).isTrue();
      for (JsonNode map : api.get("configmaps").get("items")) {
        settings.load(new StringReader(map.at("/data/spark.properties").asText()));
      }
      Thread.sleep(100);
    }
    return settings;
  }

  /**
   * What a pod has by its image, its maps and its service: places in it, and where they are here.
   */
  private static Map<String, String> mount(Properties settings) throws IOException {
    Map<String, String> places = new TreeMap<>();
    places.put("/opt/momentgan", Experiments.REPOSITORY.resolve("target").toString());
    places.put(
        "/opt/spark/pod-template/pod-spec-template.yml",
        Experiments.REPOSITORY.resolve("conf/spark/pod.yaml").toString());
    settings.replaceAll((key, value) -> moved(value.toString(), places));
    settings.setProperty("spark.driver.host", "127.0.0.1");
    Path file = folder.resolve("spark.properties");
    try (Writer out = Files.newBufferedWriter(file)) {
      settings.store(out, null);
    }
    places.put("/opt/spark/conf/spark.properties", file.toString());
    return places;
  }

  private static String moved(String text, Map<String, String> places) {
    String moved = text;
    for (Map.Entry<String, String> place : places.entrySet()) {
      moved = moved.replace(place.getKey(), place.getValue());
    }
    return moved;
  }

  private static Path logOf(JsonNode pod) {
    return folder.resolve(pod.at("/metadata/name").asText()).resolve("log");
  }

  /** As a node does when a pod's process has ended, with its code where the node knows it. */
  private static void end(JsonNode pod, String phase, Integer code)
      throws IOException, InterruptedException {
    ObjectNode ended = pod.deepCopy();
    ObjectNode status = ended.putObject("status").put("phase", phase);
    if (code != null) {
      status
          .putArray("containerStatuses")
          .addObject()
          .put("name", container(pod).get("name").asText())
          .put("image", IMAGE)
          .putObject("state")
          .putObject("terminated")
          .put("exitCode", code);
    }
    api.update(ended);
  }
}
