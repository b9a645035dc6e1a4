package io.momentgan.app;

import io.momentgan.config.DataConfig;
import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.data.sets.DataSets;
import io.momentgan.partition.Schedule;
import io.momentgan.preset.AutoExperiment;
import io.momentgan.preset.DataFacts;
import io.momentgan.preset.TimeEstimate;
import io.momentgan.run.Run;
import io.momentgan.storage.StorageCheck;
import io.momentgan.training.Preflight;
import io.momentgan.training.SparkContexts;
import java.util.List;
import java.util.Map;

/**
 * The settings of a training without an experiment's file.
 *
 * @param experiment the settings
 * @param text the choices, a line each, and how long the training will take
 */
record Automatic(Experiment experiment, String text) {
  /** What another run's settings say of that run alone. */
  private static final String[] WITHOUT_THE_RUNS_OWN = {
    "name=auto", "seeds=[]", "start={run: \"\", checkpoint: 0, sha256: \"\"}"
  };

  /**
   * Opens the data and chooses.
   *
   * @param overrides the user's settings, {@code data.uri} among them
   * @param hadoop settings for Hadoop's file systems
   * @param from run whose networks the training starts from, and whose settings it takes; null for
   *     none
   */
  static Automatic choose(List<String> overrides, Map<String, String> hadoop, String from) {
    if (from != null) {
      StorageCheck.requireReadable("--from", from, hadoop);
    }
    String base =
        from == null
            ? ""
            : ExperimentReader.write(
                Run.open(from, hadoop).record().experiment().with(WITHOUT_THE_RUNS_OWN));
    Experiment probe = AutoExperiment.probe(base, overrides);
    DataConfig config = probe.data();
    StorageCheck.requireReadable("--data", config.uri(), hadoop);
    DataFacts facts = DataFacts.of(DataSets.open(config, hadoop));
    int slots = SparkContexts.withWorkers(probe.with("train.workers=0")).train().workers();
    AutoExperiment auto = AutoExperiment.choose(base, overrides, facts, slots);
    Experiment experiment = SparkContexts.withWorkers(auto.experiment());
    Preflight.requireMemory(experiment, auto.shape()); // before networks are timed
    SparkContexts.chooseThreads(experiment.train().workers(), "");
    long iterations = Schedule.of(experiment.train(), auto.images()).iterations();
    return new Automatic(
        experiment,
        "Chosen from %s of %s%s; --set KEY=VALUE overrides:%n%s%n%s"
            .formatted(
                facts.images(),
                config.shownUri(),
                from == null ? "" : " and the settings of " + from,
                String.join("\n", auto.choices()),
                TimeEstimate.measure(
                        experiment, auto.shape(), iterations, TimeEstimate.BUDGET_NANOS)
                    .text()));
  }
}
