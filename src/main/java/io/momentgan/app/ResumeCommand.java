package io.momentgan.app;

import io.momentgan.config.Experiment;
import io.momentgan.config.SettingDifferences;
import io.momentgan.data.DataSet;
import io.momentgan.data.sets.DataSets;
import io.momentgan.report.RunPage;
import io.momentgan.run.Checkpoint;
import io.momentgan.run.Run;
import io.momentgan.storage.Lease;
import io.momentgan.storage.StorageCheck;
import io.momentgan.training.Preflight;
import io.momentgan.training.SparkContexts;
import io.momentgan.training.TrainingRun;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code resume}: goes on from the newest checkpoint that verifies. */
@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    description = "Continues a run from its newest checkpoint, as if it had never stopped.")
final class ResumeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ResumeCommand.class);

  @Parameters(paramLabel = "RUN_URI", description = "The run's folder, the one with run.yaml.")
  private String uri;

  @Mixin private SettingOptions settings;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    SettingDifferences.requireChangeable(settings.all());
    Run before = open();
    Run opened = before.with(settings.all());
    Experiment experiment = SparkContexts.withWorkers(opened.record().experiment());
    Run run = opened.with(opened.record().with(experiment));
    SparkContexts.chooseThreads(experiment.train().workers(), run.record().threads());
    Map<String, String> hadoop = SparkContexts.hadoopSettings(experiment.s3());
    StorageCheck.requireReadable("--data", experiment.data().uri(), hadoop);
    DataSet images = DataSets.open(experiment.data(), hadoop);
    run.record().requireSame(images);
    run.record().warnOfOtherBits();
    before.record().warnOfOtherEngine(experiment);
    Preflight.check(experiment, images);
    // Before a checkpoint is chosen: another training may be about to write a newer one.
    try (Lease lease = Lease.take(run.folder())) {
      goOn(run.under(lease), images, lease);
    }
    return 0;
  }

  private void goOn(Run run, DataSet images, Lease lease) {
    Optional<Checkpoint> newest = run.checkpoints().newest();
    if (newest.isEmpty()) {
      run.checkpoints().requireNone();
      LOG.info("{} has no checkpoint yet: it begins again with its first round", run.folder());
    } else if (TrainingRun.isComplete(run, images, newest.get())) {
      RunPage.write(run.folder());
      spec.commandLine().getOut().println("Nothing to do: " + whyComplete(run));
      return;
    }
    TrainingRun.goOn(run, images, newest, lease, line -> {});
    spec.commandLine().getOut().println("Run folder: " + run.folder().uri());
  }

  private static String whyComplete(Run run) {
    return TrainingRun.isExhausted(run)
        ? run.folder() + " stopped early; for more, resume with --set evaluation.patience=0"
        : "%s has all its epochs; for more, resume with --set train.epochs=N above %d"
            .formatted(run.folder(), run.record().experiment().train().epochs());
  }

  /** Checks first that the run's store answers and that the folder can be written to. */
  private Run open() {
    Run opened = settings.run(uri);
    StorageCheck.requireWritable("Run", opened.folder().uri(), settings.hadoop());
    return opened;
  }
}
