package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.run.Checkpoint;
import io.momentgan.run.Checkpoints;
import io.momentgan.run.Run;
import io.momentgan.storage.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * As in production: a real S3 server with keys enforced, a real standalone cluster of two worker
 * processes that offer a GPU each (which a script makes up), and the scripts of {@code submit} with
 * what the build has packed.
 *
 * <p>All of it, after {@code mvn package}: {@code mvn surefire:test@scripts -Dtest=ProductionIT
 * -Dtest.excludedGroups=}.
 */
@Timeout(600)
class ProductionIT {
  private static final String NAME = "production-" + ProcessHandle.current().pid();
  private static final String BUCKET = "production";
  private static final String RUN = "s3a://production/runs/00000-tiny";

  @TempDir private static Path folder;
  private static S3Server server;
  private static String master;

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.start(folder.resolve("server"));
    server.makeBucket(BUCKET);
    IdxGlyphs.write(folder.resolve("data"), 600, 200);
    server.upload(folder.resolve("data"), BUCKET);
    Path gpus =
        Files.writeString(
            folder.resolve("gpus"), "#!/bin/sh\necho '{\"name\":\"gpu\",\"addresses\":[\"5\"]}'\n");
    assertThat(gpus.toFile().setExecutable(true)).isTrue();
    master =
        script("cluster", "start", "--name", NAME, "--memory", "1g", "--gpus", gpus.toString())
            .succeeds()
            .out()
            .strip();
  }

  @AfterAll
  static void stop() {
    script("cluster", "stop", "--name", NAME).succeeds();
    server.close();
  }

  private static CommandRun script(String name, String... args) {
    return CommandRun.ofScript(folder, name, args);
  }

  private static String[] standalone(String... command) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--master",
                master,
                "--executor-memory",
                "600m",
                "--conf",
                "spark.executor.resource.gpu.amount=1",
                "--conf",
                "spark.task.resource.gpu.amount=1"));
    all.addAll(Arrays.asList(command));
    all.addAll(List.of("--set", "s3.endpoint=" + server.endpoint(), "--set", "s3.path-style=true"));
    return all.toArray(String[]::new);
  }

  private static CommandRun submit(String... command) {
    CommandRun run = script("standalone", standalone(command));
    assertThat(run.out() + run.err()).doesNotContain(S3Server.KEY, S3Server.SECRET);
    return run.succeeds();
  }

  @Tag("long")
  @Test
  void aRunOnS3AndAClusterSurvivesItsDriver() throws Exception {
    List<String> train = new ArrayList<>(List.of(CommandRun.script("standalone")));
    String cache = "data.cache=" + folder.resolve("cache");
    train.addAll(
        List.of(
            standalone(
                "train",
                TinyExperiment.in(folder).toString(),
                "--out",
                "s3a://production/runs",
                "--data",
                "s3a://production/data",
                "--set",
                cache,
                "--set",
                "train.epochs=200",
                "--set",
                "checkpoint.every=5",
                "--set",
                "evaluation.samples=100")));
    Path log = folder.resolve("driver.log");
    Process driver =
        new ProcessBuilder(train)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Path run = server.bucket(BUCKET).resolve("runs/00000-tiny");
    while (!Files.exists(run.resolve("checkpoints/step=00000010/manifest.json"))) {
      assertThat(driver.isAlive()).as(Files.readString(log)).isTrue();
      Thread.sleep(50);
    }
    // The script has become the driver.
    driver.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    assertThat(Files.readString(log))
        .contains("Worker 0 on", "(Spark's GPU 5)", "300 images, by label {0=")
        .doesNotContain(S3Server.KEY, S3Server.SECRET);
    long killedAfter = SameRun.snapshot(run).round();

    submit("resume", RUN, "--set", "train.epochs=" + (killedAfter / 4 + 3));
    submit("evaluate", RUN);
    submit("report", RUN);
    assertThat(SameRun.snapshot(run).round()).isGreaterThan(killedAfter);
    assertVerifies(run);
    assertThat(Files.readString(run.resolve("metrics/quality.jsonl"))).contains("\"fd\":");
    assertThat(Files.readString(run.resolve("metrics/start.jsonl")))
        .contains("\"addresses\":[\"5\"]");
    assertThat(Files.readString(run.resolve("report/index.html"))).contains("id=\"fd\"", "</html>");
    assertNoKeysIn(server.bucket(BUCKET));
    assertNoKeysIn(Experiments.REPOSITORY.resolve("target/cluster").resolve(NAME));
  }

  private static void assertVerifies(Path run) {
    Checkpoints checkpoints = Run.open(run.toString(), Map.of()).checkpoints();
    assertThat(checkpoints.all()).isNotEmpty();
    // Opening compares sizes and SHA-256 with the manifest.
    checkpoints
        .all()
        .forEach(
            manifest -> {
              Checkpoint newest = checkpoints.ofEpoch(manifest.epoch());
              assertThat(newest.manifest().step()).isGreaterThanOrEqualTo(manifest.step());
            });
  }

  private static void assertNoKeysIn(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      files
          .filter(Files::isRegularFile)
          .filter(file -> !file.toString().endsWith(".jar"))
          .forEach(
              file ->
                  assertThat(text(file))
                      .as("%s", file)
                      .doesNotContain(S3Server.KEY, S3Server.SECRET));
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The Spark home has none of it, and what is shipped has nothing of Spark, Hadoop or Scala. */
  @Test
  void nothingOfSparksIsShippedAndNothingOfOursIsInTheSparkHome() throws IOException {
    Path target = Experiments.REPOSITORY.resolve("target");
    List<Path> shipped = new ArrayList<>(jars(target.resolve("lib")));
    assertThat(shipped).hasSizeGreaterThan(20);
    shipped.addAll(jars(target).stream().filter(j -> j.toString().contains("momentgan-")).toList());
    for (Path jar : shipped) {
      try (JarFile file = new JarFile(jar.toFile())) {
        assertThat(file.stream().map(entry -> entry.getName()))
            .as("%s", jar)
            .filteredOn(name -> name.matches("(org/apache/(spark|hadoop)|scala)/.*\\.class"))
            // dl4j-spark has one class in Spark's package, which Spark has not.
            .isSubsetOf(
                "org/apache/spark/TaskContextHelper.class",
                "org/apache/spark/TaskContextHelper$.class");
      }
    }
    assertThat(
            jars(target.resolve("spark-home/jars")).stream().map(j -> j.getFileName().toString()))
        .isNotEmpty()
        .noneMatch(
            name ->
                name.matches("(momentgan|nd4j|deeplearning4j|dl4j|hadoop-aws|aws-java|picocli).*"));
  }

  private static List<Path> jars(Path in) throws IOException {
    try (Stream<Path> files = Files.list(in)) {
      return files.filter(file -> file.toString().endsWith(".jar")).collect(Collectors.toList());
    }
  }

  @Test
  void yarnAndKubernetesGetTheSameJarsWithTheirOwnSettings() throws IOException {
    Map<String, String> distribution =
        Map.of("SPARK_HOME", SubmitScriptsTest.distribution(folder).toString());
    assertThat(
            CommandRun.ofScript(
                    folder,
                    distribution,
                    "yarn",
                    "--print",
                    "--gpus",
                    "--queue=night",
                    "train",
                    "a.yaml")
                .succeeds()
                .out())
        .contains(
            "--master yarn",
            "spark.executor.memoryOverhead=3g",
            "spark.executor.resource.gpu.amount=1",
            "submit/gpu-discovery",
            "--queue night",
            "nd4j-native-1.0.0-M2.1-linux-x86_64.jar",
            "train a.yaml");
    String kubernetes =
        CommandRun.ofScript(
                folder,
                distribution,
                "kubernetes",
                "--print",
                "--master=k8s://https://h:6443",
                "--image=i:1",
                "report",
                "r")
            .succeeds()
            .out();
    assertThat(kubernetes)
        .contains(
            "--master k8s://https://h:6443",
            "spark.kubernetes.container.image=i:1",
            "podTemplateFile=" + Experiments.REPOSITORY.resolve("conf/spark/pod.yaml").toUri())
        .doesNotContain("gpu");
    assertThat(
            script(
                    "standalone",
                    "--print",
                    "--master",
                    master,
                    "--conf",
                    "spark.executor.cores=3",
                    "report",
                    "r")
                .succeeds()
                .out())
        .contains("spark.executor.cores=3", "spark.executor.memory=4g")
        .doesNotContain("spark.executor.cores=1");
  }
}
