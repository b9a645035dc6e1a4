package io.momentgan.app;

import io.momentgan.report.ResultsPage;
import io.momentgan.report.SpreadPage;
import io.momentgan.run.Run;
import io.momentgan.storage.Folder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code results}: a Markdown page that compares runs. */
@Command(
    name = "results",
    mixinStandardHelpOptions = true,
    description = "Writes a Markdown page with a table and the sample sheets of several runs.")
final class ResultsCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "RUN_URI",
      arity = "1..*",
      description = "Folders of runs, in the order of the table.")
  private List<String> runs;

  @Option(names = "--out", required = true, paramLabel = "FILE.md", description = "The page.")
  private Path out;

  @Option(
      names = "--images",
      paramLabel = "FOLDER",
      description = "Folder for the pictures (default: images beside the page).")
  private Path images;

  @Option(
      names = "--title",
      defaultValue = "Results",
      description = "The page's title (default: ${DEFAULT-VALUE}).")
  private String title;

  @Option(
      names = "--introduction",
      defaultValue = "",
      paramLabel = "TEXT",
      description = "What the runs are, in Markdown.")
  private String introduction;

  @Option(
      names = "--made-by",
      paramLabel = "COMMAND",
      description = "The command that the page names as its maker (default: this one).")
  private String madeBy;

  @Option(
      names = "--spread",
      description = "One row per experiment: quality, mean and spread over the seeds.")
  private boolean spread;

  @Mixin private StoreOptions store;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<Folder> folders = runs.stream().map(store::run).map(Run::folder).toList();
    Path pictures = images == null ? out.resolveSibling("images") : images;
    ResultsPage.Heading heading =
        new ResultsPage.Heading(title, madeBy == null ? command() : madeBy, introduction);
    if (spread) {
      SpreadPage.write(folders, out, pictures, heading);
    } else {
      ResultsPage.write(folders, out, pictures, heading);
    }
    spec.commandLine().getOut().println("Results: " + out);
    return 0;
  }

  private String command() {
    return "submit/local results %s --out %s".formatted(String.join(" ", runs), out);
  }
}
