package io.momentgan.app;

import io.momentgan.config.Experiment;
import io.momentgan.report.FrontierPage;
import io.momentgan.report.FrontierRow;
import io.momentgan.report.ResultsPage;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
import io.momentgan.storage.Folder;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code frontier}: quality against bytes, from the records of evaluated runs. */
@Command(
    name = "frontier",
    mixinStandardHelpOptions = true,
    description =
        "Writes a page of the quality of evaluated runs against the bytes that they sent.")
final class FrontierCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "RUN_URI",
      arity = "1..*",
      description = "Folders of runs, in the order of the table.")
  private List<String> runs;

  @Option(names = "--out", required = true, paramLabel = "FILE.md", description = "The page.")
  private Path out;

  @Option(
      names = "--picture",
      required = true,
      paramLabel = "FILE.png",
      description = "The figure.")
  private Path picture;

  @Option(
      names = "--introduction",
      defaultValue = "",
      paramLabel = "TEXT",
      description = "What the runs are, in Markdown.")
  private String introduction;

  @Option(
      names = "--made-by",
      defaultValue = "submit/local frontier RUN... --out FILE.md --picture FILE.png",
      paramLabel = "COMMAND",
      description = "The command that the page names as its maker.")
  private String madeBy;

  @Mixin private StoreOptions store;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<FrontierRow> rows =
        runs.stream().map(store::run).map(Run::folder).map(FrontierCommand::row).toList();
    FrontierPage.write(
        rows, out, picture, new ResultsPage.Heading("Quality per byte", madeBy, introduction));
    spec.commandLine().getOut().println("Quality per byte: " + out);
    return 0;
  }

  private static FrontierRow row(Folder run) {
    Experiment experiment = RunRecord.read(run).experiment();
    String scope = experiment.moments().scope().name().toLowerCase(Locale.ROOT);
    return FrontierRow.of(run, scope, experiment.train().averagingFrequency());
  }
}
