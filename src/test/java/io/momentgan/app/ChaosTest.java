package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.SparkHome;
import io.momentgan.device.Cluster;
import io.momentgan.storage.FailingFileSystem;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of a run when something is killed, hangs, or fails. In each case the run ends with
 * the bits of one that nothing happened to, or says what is wrong and can be resumed to them.
 *
 * <p>{@code -Dchaos.strikes=20} strikes 20 times where the ordinary tests strike once.
 */
@Tag("chaos")
@Tag("long")
@Timeout(1800)
class ChaosTest {
  private static final int STRIKES = Integer.getInteger("chaos.strikes", 1);
  private static final String CLUSTER = "local-cluster[2,1,1024]";
  private static final String[] LONGER = {
    "train.epochs=4", "data.glyphs.train=2000", "checkpoint.every=3", "train.deadline-seconds=60"
  };
  private static final Map<String, String> SETTINGS =
      Map.of(
          "spark.driver.host", "127.0.0.1",
          "spark.ui.enabled", "false",
          "spark.executor.extraClassPath", SparkHome.classPath(),
          "spark.executor.extraJavaOptions", SparkHome.SHORT_LIVED,
          "spark.executor.heartbeatInterval", "1s",
          "spark.network.timeout", "15s",
          "spark.network.timeoutInterval", "3s",
          "spark.hadoop.fs.failing.impl", FailingFileSystem.class.getName());

  private final Random random = new Random(20_261_121);

  @TempDir private Path folder;

  @BeforeEach
  void setSparkSettings() throws IOException {
    SparkHome.create();
    SETTINGS.forEach(System::setProperty);
  }

  @AfterEach
  void clearSparkSettings() {
    SETTINGS.keySet().forEach(System::clearProperty);
    System.clearProperty(Cluster.MASTER);
    FailingFileSystem.fail(false);
  }

  @Test
  void aDriverKilledAtAnyMomentIsResumedToTheSameBits() throws Exception {
    Path whole = TinyExperiment.train(folder.resolve("whole"), LONGER);
    long millis = trainingMillis();
    for (int strike = 0; strike < STRIKES; strike++) {
      Path killed = folder.resolve("killed" + strike);
      killDriver(killed, random.nextLong(millis));
      Path run = killed.resolve("runs/00000-tiny");
      CommandRun resumed = CommandRun.of("resume", run.toString());
      if (resumed.code() == 0) {
        SameRun.assertSame(run, whole);
      } else {
        assertThat(resumed.mistake()).contains("No checkpoint of the run verifies");
        assertThat(run.resolve("checkpoints/step=00000003/manifest.json")).doesNotExist();
      }
    }
  }

  @Test
  void anExecutorKilledAtAnyMomentDoesNotChangeABit() throws Exception {
    Path whole = TinyExperiment.train(folder.resolve("whole"), LONGER);
    for (int strike = 0; strike < STRIKES; strike++) {
      Path struck = struck("killed" + strike, 3 + random.nextInt(20), this::kill, LONGER);
      SameRun.assertSame(struck, whole);
    }
  }

  /**
   * Moments that workers keep are lost with one of them: the run goes back to where all knew all.
   */
  @Test
  void anExecutorKilledWithItsOwnMomentsDoesNotChangeABit() throws Exception {
    String[] settings = {
      LONGER[0],
      LONGER[1],
      LONGER[2],
      LONGER[3],
      "averaging.first-moment-period=4",
      "averaging.second-moment-period=8"
    };
    Path whole = TinyExperiment.train(folder.resolve("whole"), settings);
    for (int strike = 0; strike < STRIKES; strike++) {
      Path struck = struck("killed" + strike, 3 + random.nextInt(20), this::kill, settings);
      SameRun.assertSame(struck, whole);
    }
  }

  /** A stopped process answers nothing and closes no connection. */
  @Test
  void aWorkerThatHangsIsReplacedWithoutChangingABit() throws Exception {
    String[] settings = {LONGER[0], LONGER[1], LONGER[2], "train.deadline-seconds=4"};
    Path whole = TinyExperiment.train(folder.resolve("whole"), settings);
    List<ProcessHandle> stopped = new ArrayList<>();
    try {
      Path struck =
          struck(
              "hung",
              5,
              executor -> {
                stopped.add(executor);
                signal("STOP", executor);
              },
              settings);
      SameRun.assertSame(struck, whole);
      assertThat(stopped).hasSize(1);
    } finally {
      stopped.forEach(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void notANumberInOneWorkerEndsARunOfSeveralProcesses() {
    System.setProperty(Cluster.MASTER, CLUSTER);
    CommandRun run =
        CommandRun.of(
            TinyExperiment.training(
                folder,
                "train.deadline-seconds=30",
                "discriminator.optimizer.type=sgd",
                "discriminator.optimizer.learning-rate=1e30"));
    assertThat(run.refusal(Main.DIVERGED)).contains("diverged in round 1", "worker");
  }

  @Test
  void aStoreThatFailsEndsTheRunAndResumeGivesTheSameBits() throws Exception {
    Path whole = TinyExperiment.train(folder.resolve("whole"), LONGER);
    String store = "failing://" + folder.resolve("store");
    Path run = folder.resolve("store/00000-tiny");
    CompletableFuture<Void> failure =
        CompletableFuture.runAsync(
            () -> {
              awaitRounds(run, 8);
              FailingFileSystem.fail(true);
            });
    String[] args = TinyExperiment.training(folder, LONGER);
    args[3] = store;
    CommandRun ended = CommandRun.of(args);
    failure.get(1, TimeUnit.SECONDS);
    assertThat(ended.code()).isNotZero();
    assertThat(ended.err()).contains("error: ");
    FailingFileSystem.fail(false);
    CommandRun.of("resume", store + "/00000-tiny").succeeds();
    SameRun.assertSame(run, whole);
  }

  @Test
  void aRoundThatTakesTooLongAgainAndAgainEndsTheRunWithTheCause() {
    CommandRun run =
        CommandRun.of(
            TinyExperiment.training(
                folder,
                "data.glyphs.train=60000",
                "train.workers=1",
                "train.averaging-frequency=3000",
                "generator.layers=[{type: dense, units: 2000}]",
                "failures.round-seconds=2",
                "failures.limit=2"));
    assertThat(run.code()).isEqualTo(Main.FAILED);
    assertThat(run.err())
        .contains(
            "error: Round 1 failed: it took longer than 2 s (failures.round-seconds)",
            "failed attempt 2 within 100 rounds (failures.limit",
            "there is no checkpoint yet: begin again with submit/local resume ");
    assertThat(folder.resolve("runs/00000-tiny/run.yaml")).exists();
  }

  @Test
  void tenRunsAreTheSameRun() {
    Path first = TinyExperiment.train(folder.resolve("first"));
    for (int i = 1; i < 10; i++) {
      SameRun.assertSame(TinyExperiment.train(folder.resolve("run" + i)), first);
    }
  }

  /** A run on a cluster, one of whose executors is struck after some rounds. */
  private Path struck(
      String name, int afterRound, Consumer<ProcessHandle> strike, String... settings)
      throws Exception {
    System.setProperty(Cluster.MASTER, CLUSTER);
    Path run = folder.resolve(name).resolve("runs/00000-tiny");
    CompletableFuture<Void> struck =
        CompletableFuture.runAsync(
            () -> {
              awaitRounds(run, afterRound);
              pause(random.nextInt(100));
              strike.accept(ExecutorProcesses.running().get(0));
            });
    CommandRun.of(TinyExperiment.training(folder.resolve(name), settings)).succeeds();
    struck.get(1, TimeUnit.SECONDS);
    System.clearProperty(Cluster.MASTER);
    return run;
  }

  private static void awaitRounds(Path run, int rounds) {
    while (newestStep(run.resolve("checkpoints")) < rounds) {
      pause(5);
    }
  }

  private static long newestStep(Path checkpoints) {
    String[] steps = checkpoints.toFile().list();
    return steps == null
        ? 0
        : Stream.of(steps)
            .mapToLong(step -> Long.parseLong(step.substring("step=".length())))
            .max()
            .orElse(0);
  }

  private void kill(ProcessHandle process) {
    assertThat(process.destroyForcibly()).isTrue();
  }

  private static void signal(String name, ProcessHandle process) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
      assertThat(kill.waitFor()).isZero();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** How long a driver of its own trains, from the moment that its run folder is there. */
  private long trainingMillis() throws Exception {
    Path timed = folder.resolve("timed");
    Process driver = driver(timed);
    awaitFile(timed.resolve("runs/00000-tiny/run.yaml"), driver);
    long start = System.nanoTime();
    assertThat(driver.waitFor()).isZero();
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
  }

  private void killDriver(Path in, long afterMillis) throws Exception {
    Process driver = driver(in);
    awaitFile(in.resolve("runs/00000-tiny/run.yaml"), driver);
    pause(afterMillis);
    driver.destroyForcibly().waitFor();
  }

  private static Process driver(Path in) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("--add-opens") || option.startsWith("-XX:+Ignore"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Dspark.ui.enabled=false",
            "-Dspark.driver.host=127.0.0.1",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName()));
    command.addAll(List.of(TinyExperiment.training(in, LONGER)));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(in.resolve("driver.log").toFile())
        .start();
  }

  private static void awaitFile(Path file, Process driver) {
    while (!Files.exists(file)) {
      assertThat(driver.isAlive()).as("the driver goes on").isTrue();
      pause(5);
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
