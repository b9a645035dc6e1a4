package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code submit/yarn} on Hadoop's own YARN: a resource manager and a node manager in a process,
 * whose containers are processes of this machine. The Spark home is that of the scripts, with its
 * client of YARN.
 */
@Tag("long")
@Timeout(600)
class YarnIT {
  @TempDir private static Path folder;
  private static TestServer server;
  private static Path local;

  @BeforeAll
  static void start() throws Exception {
    Path site = folder.resolve("conf/yarn-site.xml");
    server =
        TestServer.start(
            "hadoop", "YarnServer.java", folder, () -> Files.exists(site), folder.toString());
    local = TinyExperiment.train(folder.resolve("local"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  private static CommandRun submit(String... args) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--executor-memory",
                "600m",
                "--conf",
                "spark.executor.memoryOverhead=800m",
                "--conf",
                "spark.yarn.stagingDir=" + folder.resolve("staging").toUri()));
    all.addAll(TestServer.SHORT_LIVES);
    all.addAll(Arrays.asList(args));
    return CommandRun.ofScript(
        folder,
        Map.of("HADOOP_CONF_DIR", folder.resolve("conf").toString()),
        "yarn",
        all.toArray(String[]::new));
  }

  @Test
  void aDriverHereTrainsOnYarn() {
    submit("train", TinyExperiment.in(folder).toString(), "--out", "client").succeeds();
    SameRun.assertSame(folder.resolve("client/00000-tiny"), local);
  }

  /** The settings file goes along; the program's own experiments are in the jar. */
  @Test
  void aDriverOnYarnTrainsThereAndItsFailureIsTheScripts() throws IOException {
    String file = TinyExperiment.in(folder).toString();
    String runs = folder.resolve("cluster").toString();
    CommandRun trained = submitDriver("--files", file, "train", "tiny.yaml", "--out", runs);
    assertThat(trained.succeeds().err()).contains("Submitted application application_");
    SameRun.assertSame(Path.of(runs, "00000-tiny"), local);

    CommandRun failed = submitDriver("train", "ff-0", "--out", runs);
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.err())
        .contains("User application exited with status 2", "finished with failed status");
  }

  /** With Spark's libraries where the node has them, as the other test sends them all. */
  private static CommandRun submitDriver(String... args) {
    Path jars = Experiments.REPOSITORY.resolve("target/spark-home/jars");
    List<String> all =
        new ArrayList<>(
            List.of("--deploy-mode=cluster", "--conf=spark.yarn.jars=local:" + jars + "/*"));
    all.addAll(Arrays.asList(args));
    return submit(all.toArray(String[]::new));
  }
}
