package io.momentgan.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;

/** The executors of this process's {@code local-cluster}. */
final class ExecutorProcesses {
  private ExecutorProcesses() {}

  static List<ProcessHandle> running() {
    return ProcessHandle.current().descendants().filter(ExecutorProcesses::isExecutor).toList();
  }

  /** {@link ProcessHandle} shows the first 4096 characters of a command only. */
  private static boolean isExecutor(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"))
          .contains("ExecutorBackend");
    } catch (IOException e) {
      return false;
    }
  }

  /** Kills an executor as the second round's networks are to be averaged from Spark's shuffle. */
  public static final class KillInShuffle extends SparkListener {
    private static final AtomicInteger STAGES = new AtomicInteger();
    private static volatile boolean killed;

    static boolean killed() {
      return killed;
    }

    @Override
    public void onStageSubmitted(SparkListenerStageSubmitted stage) {
      if (!stage.stageInfo().parentIds().isEmpty() && STAGES.incrementAndGet() == 2) {
        killed = running().get(0).destroyForcibly();
      }
    }
  }
}
