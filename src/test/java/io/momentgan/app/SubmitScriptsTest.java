package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.momentgan.Experiments;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the scripts of {@code submit} print, and refuse, where nothing is started. */
class SubmitScriptsTest {
  @TempDir private Path folder;

  private CommandRun script(String name, String... args) {
    return CommandRun.ofScript(folder, name, args);
  }

  /** Runs GPU discovery with a stand-in for NVIDIA's program. */
  private CommandRun discovery(String program) throws Exception {
    Path file = Files.writeString(folder.resolve("nvidia-smi"), program);
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return withNvidiaSmi("gpu-discovery", file);
  }

  private static CommandRun withNvidiaSmi(String script, Path program) throws Exception {
    Process process =
        new ProcessBuilder("env", "NVIDIA_SMI=" + program, CommandRun.script(script)).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new CommandRun(process.waitFor(), out, err);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cluster",
        "spark",
        "standalone",
        "yarn",
        "kubernetes",
        "gpu-discovery",
        "gpu-check",
        "image",
        "bench",
        "demo-s3"
      })
  void everyScriptHasHelp(String name) {
    assertThat(script(name, "--help").succeeds().out()).contains("Usage: s", "--help");
  }

  @Test
  void discoveryPrintsWhatSparkReads() throws Exception {
    assertThat(discovery("#!/bin/sh\necho 0\necho 1\n").succeeds().out())
        .isEqualTo("{\"name\":\"gpu\",\"addresses\":[\"0\",\"1\"]}\n");
  }

  @Test
  void discoverySaysWhatIsMissing() throws Exception {
    assertThat(discovery("#!/bin/sh\necho No devices were found\n").refusal(Main.FAILED))
        .contains("found no GPU on");
    assertThat(discovery("#!/bin/sh\necho driver mismatch\nexit 9\n").refusal(Main.FAILED))
        .contains("failed on", "driver mismatch");
    assertThat(withNvidiaSmi("gpu-discovery", Path.of("/nowhere/nvidia-smi")).refusal(Main.FAILED))
        .contains("nvidia-smi: not found");
    assertThat(withNvidiaSmi("gpu-check", Path.of("/nowhere/nvidia-smi")).refusal(Main.FAILED))
        .contains("nvidia-smi: not found");
  }

  @Test
  void gpuCheckComparesTheNewerEngineInOneRun() {
    assertThat(script("gpu-check", "--print").succeeds().err())
        .containsOnlyOnce("device-check")
        .contains("--engine torch --gpu", "ff-6.yaml", "dcgan.yaml --tolerance 0.01");
  }

  @Test
  void gpuCheckOfTheDefaultEnginePrintsBothRuns() {
    assertThat(script("gpu-check", "--engine", "dl4j", "--print").succeeds().err())
        .contains(
            "BACKEND_PRIORITY_CPU=1000", "ff-6.yaml", "dcgan.yaml --out", "device-check --gpu");
    assertThat(script("gpu-check", "--engine", "dl4j", "--cpu", "--print").succeeds().err())
        .contains("--against")
        .doesNotContain("--gpu");
    assertThat(script("gpu-check", "--cpu", "--print").succeeds().err())
        .contains("CUDA_VISIBLE_DEVICES= ", "device-check --engine torch")
        .doesNotContain("--gpu");
  }

  @Test
  void gpuCheckRefusesAnEngineThatThereIsNot() {
    assertThat(script("gpu-check", "--engine", "keras").refusal(Main.USER_MISTAKE))
        .contains("--engine: found keras, expected torch or dl4j");
  }

  @Test
  void theDemoPrintsItsCommands() {
    assertThat(script("demo-s3", "--print").succeeds().err())
        .contains("train", "resume s3a://momentgan/runs/", "s3.endpoint=http://127.0.0.1:");
  }

  /** Spark's own settings, by their exact names: a wrong one is passed over in silence. */
  @ParameterizedTest
  @ValueSource(strings = {"cluster", "standalone", "yarn", "kubernetes", "gpu"})
  void settingsFilesHoldSettingsThatSparkKnows(String kind) throws IOException {
    List<String> keys = new ArrayList<>();
    for (String line :
        Files.readAllLines(Experiments.REPOSITORY.resolve("conf/spark/" + kind + ".conf"))) {
      if (!line.isBlank() && !line.startsWith("#")) {
        assertThat(line).matches("\\S+ +\\S+");
        keys.add(line.split(" ")[0]);
      }
    }
    assertThat(keys)
        .isNotEmpty()
        .doesNotHaveDuplicates()
        .isSubsetOf(
            "spark.dynamicAllocation.enabled",
            "spark.speculation",
            "spark.driver.defaultJavaOptions",
            "spark.executor.defaultJavaOptions",
            "spark.executor.instances",
            "spark.executor.cores",
            "spark.executor.memory",
            "spark.executor.memoryOverhead",
            "spark.executor.maxNumFailures",
            "spark.driver.memoryOverhead",
            "spark.yarn.maxAppAttempts",
            "spark.kubernetes.executor.request.cores",
            "spark.executor.resource.gpu.amount",
            "spark.executor.resource.gpu.vendor",
            "spark.task.resource.gpu.amount");
  }

  @Test
  void thePodTemplateIsAPodWithOneContainer() throws IOException {
    JsonNode pod =
        new YAMLMapper().readTree(Experiments.REPOSITORY.resolve("conf/spark/pod.yaml").toFile());
    assertThat(pod.at("/apiVersion").asText()).isEqualTo("v1");
    assertThat(pod.at("/kind").asText()).isEqualTo("Pod");
    assertThat(pod.at("/spec/containers")).hasSize(1);
    assertThat(pod.at("/spec/containers/0/volumeMounts/0/name"))
        .isEqualTo(pod.at("/spec/volumes/0/name"));
  }

  /** As the scripts call Maven; of its own accord it ends with an escape sequence. */
  @Test
  void mavenPrintsNothingOfItsOwn() throws Exception {
    Path pom =
        Files.writeString(
            folder.resolve("pom.xml"),
            "<project><modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x</artifactId>"
                + "<version>1</version><packaging>pom</packaging></project>");
    Process process =
        new ProcessBuilder(
                "bash",
                "-c",
                ". \"$0\" && mvn -B -q -o -f \"$1\" validate",
                CommandRun.script("lib.sh"),
                pom.toString())
            .redirectErrorStream(true)
            .start();
    assertThat(process.getInputStream().readAllBytes()).isEmpty();
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void missingMastersAreNamed() {
    assertThat(script("standalone", "train").refusal(Main.USER_MISTAKE)).contains("--master");
    assertThat(script("kubernetes", "train").refusal(Main.USER_MISTAKE)).contains("--master");
    assertThat(script("yarn", "train").refusal(Main.USER_MISTAKE)).contains("HADOOP_CONF_DIR");
  }

  @Test
  void aSparkHomeWithoutTheClientIsRefusedByItsName() {
    for (List<String> call :
        List.of(
            List.of("yarn", "--print", "train"),
            List.of("kubernetes", "--master", "k8s://https://h:1", "--print", "train"))) {
      String[] args = call.subList(1, call.size()).toArray(String[]::new);
      Map<String, String> home = Map.of("SPARK_HOME", folder.toString());
      assertThat(CommandRun.ofScript(folder, home, call.get(0), args).refusal(Main.USER_MISTAKE))
          .contains("SPARK_HOME", "jars/spark-" + call.get(0) + "_2.12-3.5.*.jar", "unset it");
    }
  }

  /** In a copy of the repository that nothing was built in. */
  @Test
  void clientsThatMavenCannotGetAreOneLine() throws Exception {
    for (String copied : List.of("submit", "conf/spark")) {
      FileUtils.copyDirectory(
          Experiments.REPOSITORY.resolve(copied).toFile(), folder.resolve(copied).toFile());
    }
    Path maven = Files.writeString(folder.resolve("mvn"), "#!/bin/sh\necho offline >&2; exit 1\n");
    assertThat(maven.toFile().setExecutable(true)).isTrue();
    ProcessBuilder builder =
        new ProcessBuilder(folder.resolve("submit/yarn").toString(), "--print", "train");
    builder.environment().remove("SPARK_HOME");
    builder.environment().merge("PATH", folder + ":", (path, first) -> first + path);
    Process process = builder.start();
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(new CommandRun(process.waitFor(), "", err).refusal(Main.FAILED))
        .contains("clients of YARN and Kubernetes", "mvn -Pmanagers", "SPARK_HOME");
  }

  @Test
  void deployModesAreClientAndCluster() {
    assertThat(
            script("spark", "--master=local", "--deploy-mode=remote", "train")
                .refusal(Main.USER_MISTAKE))
        .contains("--deploy-mode: found remote, expected client or cluster");
    assertThat(
            script("spark", "--master=local", "--installed=hdfs:///m", "train")
                .refusal(Main.USER_MISTAKE))
        .contains("--installed: found it without --deploy-mode cluster");
  }

  @Test
  void aDeployModeInAFileIsRefused() throws IOException {
    Path file =
        Files.writeString(folder.resolve("mode.conf"), "spark.submit.deployMode  cluster\n");
    for (String option : List.of("--settings", "--properties-file")) {
      assertThat(
              script("spark", "--master=local", option, file.toString(), "train")
                  .refusal(Main.USER_MISTAKE))
          .contains(option + ": found spark.submit.deployMode in", "--deploy-mode");
    }
  }

  /** The run would go with the driver's container, and the script end with 0. */
  @ParameterizedTest
  @CsvSource({
    "train ff-0, runs",
    "train ff-0 --out=mine/runs, mine/runs",
    "train ff-0 --out mine, mine",
    "study dconv.yaml --out mine, mine",
    "train ff-0 --out /runs --out=mine, mine"
  })
  void aRunInTheFolderOfADriverThereIsRefused(String command, String found) throws IOException {
    Map<String, String> home = Map.of("SPARK_HOME", distribution(folder).toString());
    for (String kind : List.of("yarn", "kubernetes")) {
      assertThat(ofDriver(home, kind, command.split(" ")).refusal(Main.USER_MISTAKE))
          .contains("--out: found " + found + ", expected an absolute path or a URI");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train ff-0 --out=/runs",
        "train ff-0 --out s3a://bucket/runs",
        "train ff-0 --dry-run",
        "report mine"
      })
  void otherRunsOfADriverThereArePassedOn(String command) throws IOException {
    Map<String, String> home = Map.of("SPARK_HOME", distribution(folder).toString());
    assertThat(ofDriver(home, "kubernetes", command.split(" ")).succeeds().out())
        .contains("--deploy-mode cluster", command);
  }

  /** A standalone worker would start the driver by this machine's variables. */
  @ParameterizedTest
  @CsvSource({
    "State of driver driver-1 is FINISHED, true, 0",
    "State of driver driver-1 is KILLED, true, 1",
    "State of driver driver-1 is RUNNING, true, 1",
    "nothing, true, 1",
    "State of driver driver-1 is RUNNING, false, 0"
  })
  void aStandaloneDriverHasItsMachinesJavaAndItsEndIsTheScripts(
      String last, boolean waits, int code) throws IOException {
    Path home = distribution(folder);
    Files.writeString(
        home.resolve("bin/spark-submit"),
        """
        #!/bin/sh
        echo "Java ${JAVA_HOME-none}, display ${DISPLAY-none}" "$@"
        echo '%s'
        """
            .formatted(last));
    Map<String, String> here =
        Map.of(
            "SPARK_HOME",
            home.toString(),
            "JAVA_HOME",
            System.getProperty("java.home"),
            "DISPLAY",
            ":1");
    CommandRun run =
        CommandRun.ofScript(
            folder,
            here,
            "spark",
            "--master=spark://h:1",
            "--deploy-mode=cluster",
            "--conf=spark.standalone.submit.waitAppCompletion=" + waits,
            "report",
            "r");
    assertThat(run.code()).as(run.err()).isEqualTo(code);
    assertThat(run.err())
        .contains(
            "Java none, display none",
            "spark.driver.extraJavaOptions=-Djava.awt.headless=true ",
            last);
  }

  private CommandRun ofDriver(Map<String, String> home, String kind, String... command) {
    List<String> args = new ArrayList<>();
    args.addAll(List.of("--print", "--deploy-mode=cluster"));
    if (kind.equals("kubernetes")) {
      args.addAll(List.of("--master", "k8s://https://h:1", "--image=i:1"));
    }
    args.addAll(List.of(command));
    return CommandRun.ofScript(folder, home, kind, args.toArray(String[]::new));
  }

  /** What the scripts ask of an unpacked Spark distribution. */
  static Path distribution(Path folder) throws IOException {
    Path home = folder.resolve("spark-3.5.6-bin-hadoop3");
    Files.createDirectories(home.resolve("jars"));
    for (String module : List.of("core", "yarn", "kubernetes")) {
      Files.createFile(home.resolve("jars/spark-%s_2.12-3.5.6.jar".formatted(module)));
    }
    Files.createDirectories(home.resolve("bin"));
    Path submit = Files.createFile(home.resolve("bin/spark-submit"));
    assertThat(submit.toFile().setExecutable(true)).isTrue();
    return home;
  }
}
