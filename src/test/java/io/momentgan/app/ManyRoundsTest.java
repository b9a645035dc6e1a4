package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.SparkHome;
import io.momentgan.averaging.GanTrainingMaster;
import io.momentgan.averaging.GanTrainingMaster.RunContext;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.collective.hub.HubCollectives;
import io.momentgan.config.Experiment;
import io.momentgan.data.glyphs.GlyphSource;
import io.momentgan.device.Cluster;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.LabelledImages;
import io.momentgan.partition.RealMoments;
import io.momentgan.partition.Schedule;
import io.momentgan.partition.Shards;
import io.momentgan.training.SparkContexts;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.BlockId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import scala.Function1;

/** Memory of the driver and of two executors over 2 000 rounds. */
@Tag("long")
class ManyRoundsTest {
  private static final int WARM_UP = 500;
  private static final int ROUNDS = 2000;
  private static final double TENTH = 0.1;

  /** The heap of an executor is all touched at its start: what its process grows by is off-heap. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          Cluster.MASTER,
          "local-cluster[2,1,768]",
          "spark.executor.memory",
          "768m",
          "spark.executor.extraJavaOptions",
          "-Xms768m -XX:+AlwaysPreTouch",
          "spark.driver.host",
          "127.0.0.1",
          "spark.ui.enabled",
          "false",
          "spark.executor.extraClassPath",
          SparkHome.classPath());

  @BeforeEach
  void setSparkSettings() throws IOException {
    SparkHome.create();
    SETTINGS.forEach(System::setProperty);
  }

  @AfterEach
  void clearSparkSettings() {
    SETTINGS.keySet().forEach(System::clearProperty);
  }

  private record Memory(
      double driverHeap, double driverOutsideHeap, double executorHeap, double executorProcess) {}

  @Test
  void memoryIsFlatAndNoBroadcastStays() throws IOException, InterruptedException {
    Experiment experiment =
        Experiments.small(
            "train.workers=2",
            "train.averaging-frequency=1",
            "train.epochs=20",
            "generator.layers=[{type: dense, units: 100}]");
    GlyphSource images = new GlyphSource(2 * 8 * 100, 1);
    try (JavaSparkContext spark = SparkContexts.open("many rounds", experiment)) {
      Shards shards = Shards.load(spark, images, 2, 1, -1);
      RunContext context =
          new RunContext(
              "many",
              experiment,
              images.shape(),
              spark.isLocal() ? new LocalCollectives() : new HubCollectives(),
              RealMoments.side(shards, experiment),
              LabelledImages.none(images.shape()));
      Schedule schedule = Schedule.of(experiment.train(), images.count());
      Snapshot snapshot =
          GanNetworks.build(experiment, images.shape(), DataType.FLOAT).initialSnapshot();
      try (GanTrainingMaster master = GanTrainingMaster.open(spark, context, shards)) {
        snapshot = train(master, schedule, snapshot, WARM_UP);
        long broadcasts = leastBroadcasts();
        Memory before = memory();
        snapshot = train(master, schedule, snapshot, ROUNDS);
        long stayed = leastBroadcasts();
        Memory after = memory();
        System.out.printf(
            "after %d rounds %s%nafter %d rounds %s%n", WARM_UP, before, ROUNDS, after);
        assertFlat("heap of the driver", before.driverHeap(), after.driverHeap());
        assertFlat(
            "process of the driver beside its heap",
            before.driverOutsideHeap(),
            after.driverOutsideHeap());
        assertFlat("heap of the executors", before.executorHeap(), after.executorHeap());
        assertFlat("processes of the executors", before.executorProcess(), after.executorProcess());
        assertThat(stayed).isLessThanOrEqualTo(broadcasts + 4);
      }
      assertThat(snapshot.round()).isEqualTo(ROUNDS);
    }
  }

  private static Snapshot train(
      GanTrainingMaster master, Schedule schedule, Snapshot from, int until) {
    Snapshot snapshot = from;
    while (snapshot.round() < until) {
      snapshot = master.round(snapshot, schedule.round(snapshot.round())).snapshot();
    }
    return snapshot;
  }

  private static void assertFlat(String what, double before, double after) {
    assertThat(after).as(what).isLessThan((1 + TENTH) * before);
  }

  /**
   * Blocks of broadcasts that stay: Spark's cleaner takes away those of past stages some time after
   * a collection on the driver, so the least count of the next seconds is the one that says it.
   */
  private static long leastBroadcasts() throws InterruptedException {
    long least = Long.MAX_VALUE;
    for (int tries = 0; tries < 10; tries++) {
      System.gc();
      Thread.sleep(1000);
      least = Math.min(least, broadcasts());
    }
    return least;
  }

  private static long broadcasts() {
    Function1<BlockId, Object> isBroadcast =
        (Function1<BlockId, Object> & Serializable) BlockId::isBroadcast;
    return SparkEnv.get().blockManager().master().getMatchingBlockIds(isBroadcast, true).size();
  }

  private static Memory memory() throws IOException {
    List<ProcessHandle> executors = ExecutorProcesses.running();
    assertThat(executors).hasSize(2);
    double heaps = 0;
    double processes = 0;
    for (ProcessHandle executor : executors) {
      jcmd(executor, "GC.run");
      heaps += number("used (\\d+)K", jcmd(executor, "GC.heap_info"));
      processes += resident(executor);
    }
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    double heap = (runtime.totalMemory() - runtime.freeMemory()) / 1024.0;
    double outside = resident(ProcessHandle.current()) - runtime.totalMemory() / 1024.0;
    return new Memory(heap, outside, heaps, processes);
  }

  private static double resident(ProcessHandle process) throws IOException {
    return number(
        "VmRSS:\\s+(\\d+) kB",
        Files.readString(Path.of("/proc/%d/status".formatted(process.pid()))));
  }

  private static String jcmd(ProcessHandle process, String command) throws IOException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/jcmd").toString(),
                Long.toString(process.pid()),
                command)
            .redirectErrorStream(true)
            .start();
    return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static double number(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
    return Double.parseDouble(matcher.group(1));
  }
}
