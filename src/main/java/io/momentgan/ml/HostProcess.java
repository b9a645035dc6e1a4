package io.momentgan.ml;

import io.momentgan.config.ExperimentReader;
import io.momentgan.device.BlasCore;
import io.momentgan.device.Cluster;
import io.momentgan.device.NativeFolder;
import io.momentgan.device.PhysicalMemory;
import io.momentgan.device.Threads;
import io.momentgan.storage.StorageCheck;
import io.momentgan.training.SparkContexts;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** The process of a session that another program has started, such as a notebook. */
final class HostProcess {
  private HostProcess() {}

  /**
   * Chooses where native libraries are unpacked and how many threads they use. They read the number
   * once, so it is that of a task, whatever trainings follow.
   */
  static synchronized void prepare(SparkSession spark) {
    NativeFolder.choose();
    PhysicalMemory.choose();
    BlasCore.choose();
    if (Threads.inUse().isEmpty()) {
      Threads.choose(spark.sparkContext().getConf().get(Cluster.TASK_CPUS, "1"));
    }
  }

  /**
   * Settings for Hadoop's file systems, of the session and the environment.
   *
   * @param uri location of runs; one that does not answer is refused
   */
  static Map<String, String> hadoopFor(String uri) {
    Map<String, String> hadoop = SparkContexts.hadoopSettings(ExperimentReader.s3(List.of()));
    StorageCheck.requireReadable("Run", uri, hadoop);
    return hadoop;
  }
}
