package io.momentgan.bench;

import io.momentgan.averaging.GanTrainingMaster;
import io.momentgan.averaging.GanTrainingMaster.RunContext;
import io.momentgan.averaging.RoundResult;
import io.momentgan.averaging.WorkerReport;
import io.momentgan.collective.CollectiveFactory;
import io.momentgan.config.Experiment;
import io.momentgan.data.DataSet;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.LabelledImages;
import io.momentgan.partition.RealMoments;
import io.momentgan.partition.Schedule;
import io.momentgan.partition.Shards;
import org.apache.spark.api.java.JavaSparkContext;
import org.nd4j.linalg.api.buffer.DataType;

/** A training whose rounds are timed. Each call continues it. */
final class RoundBench implements AutoCloseable {
  private final Schedule schedule;
  private final Shards shards;
  private final GanTrainingMaster master;
  private Snapshot snapshot;

  /**
   * Loads the shards.
   *
   * @param spark the context, with a slot for each worker
   * @param collectives how workers find each other
   * @param experiment the settings, workers known
   * @param images the data
   */
  RoundBench(
      JavaSparkContext spark,
      CollectiveFactory collectives,
      Experiment experiment,
      DataSet images) {
    this.schedule = Schedule.of(experiment.train(), images.training().count());
    this.shards =
        Shards.load(
            spark,
            images.training(),
            experiment.train().workers(),
            experiment.train().seed(),
            experiment.generator().output().black());
    String run =
        "bench-%d-%d"
            .formatted(experiment.train().workers(), experiment.train().averagingFrequency());
    this.master =
        GanTrainingMaster.open(
            spark,
            new RunContext(
                run,
                experiment,
                images.shape(),
                collectives,
                RealMoments.side(shards, experiment),
                LabelledImages.choose(shards, experiment.labels(), images.shape())),
            shards);
    this.snapshot = GanNetworks.build(experiment, images.shape(), DataType.FLOAT).initialSnapshot();
  }

  /**
   * Times of some rounds.
   *
   * @param roundSeconds mean wall time of a round
   * @param stepSeconds mean time that the slowest worker spent in its iterations
   * @param samples real images per round, of all workers
   */
  record Times(double roundSeconds, double stepSeconds, double samples) {
    /** Seconds of a round beside its iterations. */
    double overhead() {
      return roundSeconds - stepSeconds;
    }
  }

  /**
   * Makes rounds.
   *
   * @param rounds how many
   * @return their mean times
   */
  Times run(int rounds) {
    double seconds = 0;
    double steps = 0;
    double samples = 0;
    for (int i = 0; i < rounds; i++) {
      // Only whole rounds: the last of an epoch is shorter.
      long number = snapshot.round() % Math.max(1, schedule.rounds() - 1);
      RoundResult result = master.round(snapshot, schedule.round(number));
      snapshot = result.snapshot();
      seconds += result.seconds();
      steps += result.workers().stream().mapToDouble(WorkerReport::stepSeconds).max().orElse(0);
      samples += result.samples();
    }
    return new Times(seconds / rounds, steps / rounds, samples / rounds);
  }

  @Override
  public void close() {
    master.close();
    shards.rdd().unpersist();
  }
}
