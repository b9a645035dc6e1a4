package io.momentgan.app;

import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.config.Installation;
import io.momentgan.config.SettingsText;
import io.momentgan.config.StudyFile;
import io.momentgan.config.UserException;
import io.momentgan.data.DataSet;
import io.momentgan.data.sets.DataSets;
import io.momentgan.evaluation.SheetMeasures;
import io.momentgan.report.StudyPage;
import io.momentgan.storage.Folder;
import io.momentgan.storage.StorageCheck;
import io.momentgan.training.SparkContexts;
import io.momentgan.training.listeners.RunEvaluation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code study}: trains and measures the runs of a study, and writes its page. */
@Command(
    name = "study",
    mixinStandardHelpOptions = true,
    description =
        "Trains the runs of a study, each in OUT/NAME-seed-S, measures them and writes a page with"
            + " computed verdicts. Skips complete runs and resumes interrupted ones; the same command"
            + " continues. Reports failed runs at the end (exit code 1).")
final class StudyCommand implements Callable<Integer> {
  /** The table of outcomes, in the folder of all runs. */
  static final String TABLE = "runs.md";

  /** Sheets of real images that are measured. */
  private static final int REAL_SHEETS = 20;

  @Parameters(
      paramLabel = "STUDY.yaml",
      completionCandidates = Names.class,
      description =
          "Runs, columns, figures and claims, such as my.yaml, or the name of a file in conf/studies:"
              + " dconv; the introduction is a file of the same name with the extension .md.")
  private String given;

  /** Studies, for the shell's completion. */
  static final class Names extends ArrayList<String> {
    Names() {
      super(Installation.names("conf/studies"));
    }
  }

  private Path file;

  @Option(names = "--out", required = true, paramLabel = "URI", description = "Folder of all runs.")
  private String out;

  @Option(
      names = "--data",
      paramLabel = "URI",
      description = "Where the images of every run are (default: data.uri of each experiment).")
  private String data;

  @Option(
      names = "--page",
      paramLabel = "FILE.md",
      description =
          "The page; its pictures go to images/STUDY beside it (default: OUT/index.md, OUT/images).")
  private Path page;

  @Option(names = "--dry-run", description = "Print what would be done, and stop.")
  private boolean dryRun;

  @Option(
      names = "--no-train",
      description = "Train nothing: measure the runs as they are, and write the page of them.")
  private boolean noTrain;

  @Mixin private SettingOptions settings;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    file = Installation.find(given, "conf/studies");
    StudyFile study = StudyFile.read(SettingsText.read(file), file.toString());
    List<StudyRun> runs = runs(study);
    int workers =
        runs.stream().mapToInt(run -> run.experiment().train().workers()).max().orElseThrow();
    SparkContexts.chooseThreads(workers, "");
    Map<String, String> hadoop = SparkContexts.hadoopSettings(runs.get(0).experiment().s3());
    StorageCheck.requireReadable("--out", out, hadoop);
    page(study, runs, hadoop, Optional.empty()); // refuses unknown measures and runs
    if (study.measure().parzen()) {
      requireTestImages(runs, hadoop);
    }
    if (dryRun) {
      List<StudyRun.Outcome> plans = plans(runs, hadoop);
      spec.commandLine().getOut().printf("%s", StudyRun.Outcome.table(plans, "to do"));
      return 0;
    }
    StorageCheck.requireWritable("--out", out, hadoop);
    List<StudyRun.Outcome> outcomes = noTrain ? plans(runs, hadoop) : train(runs, hadoop);
    measure(study.measure(), runs, hadoop);
    write(page(study, runs, hadoop, real(runs, hadoop)), hadoop);
    String heading = noTrain ? "to do" : "done";
    spec.commandLine().getOut().printf("%s", StudyRun.Outcome.table(outcomes, heading));
    return exitCode(outcomes);
  }

  private static List<StudyRun.Outcome> plans(List<StudyRun> runs, Map<String, String> hadoop) {
    return runs.stream().map(run -> run.plan(hadoop)).toList();
  }

  private static void requireTestImages(List<StudyRun> runs, Map<String, String> hadoop) {
    runs.stream()
        .map(run -> run.experiment().data())
        .distinct()
        .forEach(images -> RunEvaluation.testImages(DataSets.open(images, hadoop)));
  }

  private List<StudyRun.Outcome> train(List<StudyRun> runs, Map<String, String> hadoop) {
    List<StudyRun.Outcome> outcomes = new ArrayList<>();
    for (StudyRun run : runs) {
      spec.commandLine()
          .getErr()
          .printf("Study: %s, run %d of %d%n", run.key(), outcomes.size() + 1, runs.size());
      StudyRun.Outcome outcome = run.train(hadoop);
      outcomes.add(outcome);
      if (outcome.failed()) {
        spec.commandLine().getErr().printf("Study: %s failed: %s%n", run.key(), outcome.where());
      }
      Folder.at(out, hadoop).publish(TABLE, StudyRun.Outcome.table(outcomes, "done"));
    }
    return outcomes;
  }

  private void measure(
      StudyFile.Measuring measuring, List<StudyRun> runs, Map<String, String> hadoop) {
    List<StudyRun> unmeasured =
        runs.stream().filter(run -> run.isUnmeasured(measuring, hadoop)).toList();
    if (!unmeasured.isEmpty()) {
      try (JavaSparkContext spark = SparkContexts.open("study", hadoop)) {
        unmeasured.forEach(run -> run.measure(spark, measuring, hadoop));
      }
    }
  }

  private static StudyPage page(
      StudyFile study,
      List<StudyRun> runs,
      Map<String, String> hadoop,
      Optional<SheetMeasures.Real> real) {
    return new StudyPage(
        study,
        runs.stream().map(run -> new StudyPage.Run(run.folder(hadoop), run.experiment())).toList(),
        real);
  }

  /** Measures sheets of real images where runs draw sheets at chosen iterations. */
  private static Optional<SheetMeasures.Real> real(
      List<StudyRun> runs, Map<String, String> hadoop) {
    return runs.stream()
        .map(StudyRun::experiment)
        .filter(experiment -> !experiment.samples().iterations().isEmpty())
        .findFirst()
        .map(
            experiment -> {
              DataSet images = DataSets.open(experiment.data(), hadoop);
              int size = Math.min(experiment.samples().grid(), images.training().count());
              return SheetMeasures.Real.of(images.training(), size, REAL_SHEETS);
            });
  }

  private void write(StudyPage studyPage, Map<String, String> hadoop) {
    String name = file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
    String command =
        "submit/local study %s%s --out OUT%s%s"
            .formatted(
                file,
                data == null ? "" : " --data DATA",
                noTrain ? " --no-train" : "",
                settings.all().stream().map(set -> " --set " + set).collect(Collectors.joining()));
    Folder target =
        Folder.at(page == null ? out : page.toAbsolutePath().getParent().toString(), hadoop);
    String pageName = page == null ? "index.md" : page.getFileName().toString();
    String images = page == null ? "images" : "images/" + name;
    studyPage.write(target, pageName, images, command, introduction(name));
    spec.commandLine().getErr().printf("Page: %s/%s%n", target, pageName);
  }

  private String introduction(String name) {
    Path introduction = file.resolveSibling(name + ".md");
    return Files.exists(introduction) ? SettingsText.read(introduction) : "";
  }

  private int exitCode(List<StudyRun.Outcome> outcomes) {
    List<String> failed =
        outcomes.stream().filter(StudyRun.Outcome::failed).map(StudyRun.Outcome::key).toList();
    if (failed.isEmpty()) {
      return 0;
    }
    spec.commandLine()
        .getErr()
        .printf(
            "error: %d of %d runs failed: %s; the table says why, and the same command continues%n",
            failed.size(), outcomes.size(), String.join(", ", failed));
    return Main.FAILED;
  }

  /** Reads all experiments before anything starts. */
  private List<StudyRun> runs(StudyFile study) {
    Map<String, StudyRun> runs = new LinkedHashMap<>();
    for (StudyFile.Entry entry : study.experiments()) {
      List<String> overrides = new ArrayList<>(study.overrides(entry));
      overrides.addAll(settings.all());
      if (data != null) {
        overrides.add(SettingOptions.text("data.uri", data));
      }
      for (long seed : seeds(study, entry, read(entry, overrides))) {
        List<String> ofRun = new ArrayList<>(overrides);
        ofRun.addAll(List.of("train.seed=" + seed, "seeds=[]"));
        StudyRun run = StudyRun.of(read(entry, ofRun), out);
        if (runs.putIfAbsent(run.key(), run) != null) {
          throw new UserException(
              "%s: found %s twice, expected each name once for each seed; give one of them another name"
                  .formatted(file, run.key()));
        }
      }
    }
    return List.copyOf(runs.values());
  }

  private Experiment read(StudyFile.Entry entry, List<String> overrides) {
    Path experiment = file.toAbsolutePath().getParent().resolve(entry.file()).normalize();
    try {
      return ExperimentReader.read(experiment, overrides);
    } catch (UserException e) {
      throw new UserException(
          "%s: experiment %s: %s".formatted(file, entry.file(), e.getMessage()), e);
    }
  }

  private static List<Long> seeds(StudyFile study, StudyFile.Entry entry, Experiment experiment) {
    if (!entry.seeds().isEmpty()) {
      return entry.seeds();
    }
    if (!study.seeds().isEmpty()) {
      return study.seeds();
    }
    return experiment.seeds().isEmpty() ? List.of(experiment.train().seed()) : experiment.seeds();
  }
}
