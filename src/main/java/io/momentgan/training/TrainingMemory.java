package io.momentgan.training;

import io.momentgan.config.Experiment;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.device.Cluster;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.NetworkSize;
import java.util.Locale;
import org.apache.spark.SparkConf;

/** Compares what a training's networks need at least with the memory that it is given. */
final class TrainingMemory {
  /** The snapshot that workers begin with, and what they make of it. */
  private static final int STATES_AT_ONCE = 2;

  private static final String EXECUTOR_MEMORY = "spark.executor.memory";

  private TrainingMemory() {}

  /**
   * Refuses a training that cannot fit, before any network is made.
   *
   * @param experiment the settings, workers known
   * @param shape shape of its images
   * @param conf Spark's settings
   * @param heapBytes largest heap of this process, the driver
   * @throws UserException naming what to raise
   */
  static void require(Experiment experiment, ImageShape shape, SparkConf conf, long heapBytes) {
    NetworkSize size =
        GanNetworks.generatorSize(experiment, shape)
            .plus(GanNetworks.discriminatorSize(experiment, shape));
    long needed = STATES_AT_ONCE * size.bytes();
    boolean local = Cluster.isLocal(conf);
    require(
        size,
        needed,
        heapBytes,
        "the driver's heap",
        local
            ? "-Xmx (MOMENTGAN_JAVA_OPTS=-Xmx%dg of submit/local, --driver-memory of others)"
            : "spark.driver.memory (--driver-memory %dg)");
    if (!local) {
      int cores = conf.getInt("spark.executor.cores", 1);
      int workers = Math.max(1, cores / Cluster.cpusPerTask(conf));
      require(
          size,
          workers * needed,
          executorBytes(conf),
          "an executor of %d workers".formatted(workers),
          EXECUTOR_MEMORY + " (--executor-memory %dg)");
    }
  }

  private static long executorBytes(SparkConf conf) {
    try {
      return conf.getSizeAsMb(EXECUTOR_MEMORY, "1g") << 20;
    } catch (NumberFormatException e) {
      throw new UserException(
          "%s: found %s, expected a size such as 4g"
              .formatted(EXECUTOR_MEMORY, conf.get(EXECUTOR_MEMORY)),
          e);
    }
  }

  private static void require(
      NetworkSize size, long needed, long found, String where, String setting) {
    if (needed > found) {
      long gibibytes = (needed >> 30) + 1;
      throw new UserException(
          String.format(
              Locale.ROOT,
              "%s: found %,d MiB for networks of %,d parameters and %,d values of their optimizers, expected at least %,d MiB; raise %s, or set smaller layers",
              setting.substring(0, setting.indexOf(' ')),
              found >> 20,
              size.parameters(),
              size.updaterState(),
              needed >> 20,
              where + " by " + setting.formatted(gibibytes)));
    }
  }
}
