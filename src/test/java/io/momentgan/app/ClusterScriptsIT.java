package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.config.ExperimentReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code submit/cluster} and {@code submit/spark} as a user calls them, with the jar and the
 * libraries that the build has packed: from another folder, with relative paths and spaces in them.
 */
@Timeout(600)
class ClusterScriptsIT {
  private static final String NAME = "it-" + ProcessHandle.current().pid();
  private static final String SETTINGS = "set tings.yaml";

  @TempDir private static Path temporary;
  private static Path folder;
  private static String master;

  @BeforeAll
  static void startCluster() throws IOException {
    folder = Files.createDirectory(temporary.resolve("some where"));
    String settings =
        ExperimentReader.write(
            Experiments.small(
                "generator.layers=[{type: dense, units: 5, batch-norm: true, dropout: 0.3}]",
                "data.glyphs.train=800",
                "train.workers=2",
                "train.averaging-frequency=10",
                "train.epochs=1",
                "train.deadline-seconds=60"));
    Files.writeString(folder.resolve(SETTINGS), settings);
    master = cluster("start", "--workers", "2", "--memory", "1g").succeeds().out().strip();
    assertThat(master).matches("spark://127\\.0\\.0\\.1:\\d+");
  }

  @AfterAll
  static void stopCluster() throws IOException {
    cluster("stop").succeeds();
    assertThat(processes(NAME)).isEmpty();
    assertThat(cluster("status").code()).isEqualTo(1);
  }

  @Tag("long")
  @Test
  void theClusterGivesTheBitsOfThreads() {
    Path threads = folder.resolve("threads");
    CommandRun.of("train", folder.resolve(SETTINGS).toString(), "--out", threads.toString())
        .succeeds();
    submit(master, "train", SETTINGS, "--out", "a cluster").succeeds();
    assertSameBits(folder.resolve("a cluster"), threads);
  }

  @Tag("long")
  @Test
  void aDriverOnTheClusterGivesTheBitsOfThreadsAndItsFailureIsTheScripts() {
    String settings = folder.resolve(SETTINGS).toString();
    Path threads = folder.resolve("one thread");
    CommandRun.of("train", settings, "--workers=1", "--out", threads.toString()).succeeds();
    Path there = folder.resolve("a driver there");
    submitDriver("train", settings, "--workers=1", "--out", there.toString()).succeeds();
    assertSameBits(there, threads);
    assertThat(submitDriver("train", "ff-0").refusal(Main.FAILED))
        .contains("the driver ended with FAILED");
  }

  @Tag("long")
  @Test
  void everyMasterGivesTheSameBitsAlsoInARunThatWasResumed() {
    submit(master, "train", SETTINGS, "--out", "resumed").succeeds();
    submit(master, "resume", "resumed", "--set", "train.epochs=2").succeeds();
    for (String other : List.of("local[2]", "local-cluster[2,1,1024]")) {
      submit(other, "train", SETTINGS, "--out", other, "--set", "train.epochs=2").succeeds();
      assertSameBits(folder.resolve(other), folder.resolve("resumed"));
    }
  }

  @Test
  void listensOnTheLoopbackDeviceAlone() throws IOException {
    Set<String> addresses = new HashSet<>();
    for (long process : processes(NAME)) {
      addresses.addAll(listeningAddresses(process));
    }
    // 127.0.0.1 as IPv4 and as IPv6 has it.
    assertThat(addresses).isNotEmpty().isSubsetOf("0100007F", "0000000000000000FFFF00000100007F");
  }

  @Test
  void aMasterThatIsNotThereIsRefusedBeforeARunFolderIsMade() {
    CommandRun run = submit("spark://127.0.0.1:1", "train", SETTINGS, "--out", "nothing");
    assertThat(run.refusal(Main.USER_MISTAKE))
        .contains("spark.master: found spark://127.0.0.1:1, expected a standalone master");
    assertThat(folder.resolve("nothing")).doesNotExist();
  }

  @Tag("long")
  @Test
  void moreWorkersThanTheClusterHasSlotsForAreRefused() {
    CommandRun run =
        submit(
            master,
            "--conf=spark.scheduler.maxRegisteredResourcesWaitingTime=40s",
            "train",
            SETTINGS,
            "--workers=3");
    assertThat(run.refusal(Main.USER_MISTAKE))
        .contains("train.workers: found 3, expected at most 2");
  }

  @Tag("long")
  @Test
  void aClusterForOneCommandPassesItsCodeOnAndStops() throws IOException {
    CommandRun run =
        script(
            "cluster",
            List.of("run", "--workers=1", "--memory=1g", "--"),
            "--conf=spark.cores.max=1",
            "train",
            SETTINGS);
    assertThat(run.refusal(Main.USER_MISTAKE))
        .contains("train.workers: found 2, expected at most 1");
    assertThat(processes("run-")).isEmpty();
    assertThat(processes(NAME)).isNotEmpty();
  }

  @Tag("long")
  @Test
  void aClusterForOneCommandStopsWhenItIsKilledTwice() throws Exception {
    Process script =
        new ProcessBuilder(
                CommandRun.script("cluster"),
                "run",
                "--workers=1",
                "--memory=1g",
                "--",
                "train",
                SETTINGS,
                "--workers=1",
                "--set=train.epochs=100000",
                "--out=killed")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("killed.log").toFile())
            .start();
    Path metrics = folder.resolve("killed/00000-small/metrics/rounds.jsonl");
    while (!Files.exists(metrics) && script.isAlive()) {
      Thread.sleep(100);
    }
    List<ProcessHandle> all = script.descendants().toList();
    // Master, worker, executor and driver.
    assertThat(all).hasSizeGreaterThanOrEqualTo(4);
    script.destroy();
    Thread.sleep(500);
    script.destroy();
    assertThat(script.waitFor(1, TimeUnit.MINUTES)).isTrue();
    for (ProcessHandle each : all) {
      // A process that has ended counts as alive until its parent, now init, has heard of it.
      each.onExit().get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aNameServesOneClusterAtATime() {
    assertThat(cluster("start").refusal(Main.FAILED))
        .contains("cluster " + NAME + " runs already, at " + master);
  }

  private static CommandRun cluster(String action, String... options) {
    return script("cluster", List.of(action, "--name", NAME), options);
  }

  private static CommandRun submit(String to, String... arguments) {
    return script("spark", List.of("--master", to), arguments);
  }

  private static CommandRun submitDriver(String... arguments) {
    List<String> mode =
        List.of("--master", master, "--deploy-mode=cluster", "--driver-memory=600m");
    return script("spark", mode, arguments);
  }

  private static CommandRun script(String name, List<String> first, String... further) {
    List<String> arguments = new ArrayList<>(first);
    arguments.addAll(Arrays.asList(further));
    return CommandRun.ofScript(folder, name, arguments.toArray(String[]::new));
  }

  private static void assertSameBits(Path runs, Path expected) {
    SameRun.assertSame(runs.resolve("00000-small"), expected.resolve("00000-small"));
  }

  /** Processes with the mark of a cluster, its executors included. */
  private static List<Long> processes(String cluster) throws IOException {
    String mark =
        "MOMENTGAN_CLUSTER=" + Experiments.REPOSITORY.resolve("target/cluster").resolve(cluster);
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(process -> environment(process).contains(mark))
        .toList();
  }

  private static String environment(long process) {
    try {
      return Files.readString(Path.of("/proc/%d/environ".formatted(process)));
    } catch (IOException e) {
      return "";
    }
  }

  /** In the kernel's own hexadecimal form, without ports. */
  private static Set<String> listeningAddresses(long process) throws IOException {
    Set<String> sockets;
    try (Stream<Path> files = Files.list(Path.of("/proc/%d/fd".formatted(process)))) {
      sockets = files.map(ClusterScriptsIT::target).collect(Collectors.toSet());
    } catch (NoSuchFileException e) {
      // An executor of the test before, which has just ended.
      return Set.of();
    }
    return Stream.concat(connections("tcp"), connections("tcp6"))
        .map(line -> line.strip().split("\\s+"))
        .filter(field -> field[3].equals("0A"))
        .filter(field -> sockets.contains("socket:[" + field[9] + "]"))
        .map(field -> field[1].split(":")[0])
        .collect(Collectors.toSet());
  }

  private static Stream<String> connections(String protocol) throws IOException {
    return Files.readAllLines(Path.of("/proc/net/" + protocol)).stream().skip(1);
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "";
    }
  }
}
