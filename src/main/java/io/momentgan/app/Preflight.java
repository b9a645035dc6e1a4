package io.momentgan.app;

import io.momentgan.config.Experiment;
import io.momentgan.config.MomentsConfig;
import io.momentgan.config.UserException;
import io.momentgan.data.DataSet;
import io.momentgan.partition.Schedule;
import io.momentgan.partition.Shards;

/** Checks of settings against the data and the cluster, before anything is asked of the cluster. */
final class Preflight {
  private Preflight() {}

  /**
   * Checks settings against the data.
   *
   * @param experiment the settings, workers known
   * @param images the data
   * @throws UserException naming the setting and what to set it to
   */
  static void check(Experiment experiment, DataSet images) {
    int workers = experiment.train().workers();
    int count = images.training().count();
    Schedule schedule = Schedule.of(experiment.train(), count);
    if (schedule.iterationsPerEpoch() == 0) {
      int smallest = Shards.smallestSize(count, workers);
      throw new UserException(
          ("Setting train.batch-size: found %d, expected at most %d, the images of the smallest of %d"
                  + " shards; set train.batch-size=%d or fewer workers (--workers)")
              .formatted(experiment.train().batchSize(), smallest, workers, Math.max(1, smallest)));
    }
  }

  /**
   * Checks settings against the cluster that they are meant for.
   *
   * @param experiment the settings, workers known
   * @param master Spark's master URL
   * @throws UserException naming the setting and what to set it to
   */
  static void checkMaster(Experiment experiment, String master) {
    MomentsConfig.Scope scope = experiment.moments().scope();
    boolean exchanges = scope == MomentsConfig.Scope.GLOBAL || scope == MomentsConfig.Scope.DATASET;
    boolean local = master.equals("local") || master.startsWith("local[");
    if (!local && exchanges && experiment.train().workers() > 1) {
      throw new UserException(
          ("spark.master: found %s, expected local[%d]: workers exchange moments (and gradients, with"
                  + " train.averaging-frequency 1) within one process; use that master, or set"
                  + " moments.scope=partition and a frequency above 1")
              .formatted(master, experiment.train().workers()));
    }
  }
}
