package io.momentgan.app;

import io.momentgan.config.UserException;
import io.momentgan.report.ComparisonPage;
import io.momentgan.report.RunPage;
import io.momentgan.report.page.Drawing;
import io.momentgan.run.Run;
import io.momentgan.storage.Folder;
import io.momentgan.storage.StorageCheck;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code report}: a page of a run or of several, from what they have recorded so far. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description =
        "Rewrites a run's report, during the run or after it; or writes a page that compares several"
            + " runs.")
final class ReportCommand implements Callable<Integer> {
  private static final String PAGE = "index.html";
  private static final String RATIO = "log-ratio";

  @Parameters(
      paramLabel = "RUN_URI",
      arity = "1..*",
      description = "The run's folder, the one with run.yaml; several are compared.")
  private List<String> runs;

  @Option(
      names = "--out",
      paramLabel = "URI",
      description =
          "Folder for the page; required with several runs (default: report/ in the run's folder).")
  private String out;

  @Mixin private SettingOptions store;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    store.requireStore();
    List<Folder> folders = runs.stream().map(store::run).map(Run::folder).toList();
    if (out == null && folders.size() > 1) {
      throw new UserException(
          "%d runs: expected --out with them; give a folder for the page that compares them"
              .formatted(folders.size()));
    }
    String page = out == null ? ofRun(folders.get(0)) : into(target(), folders);
    spec.commandLine().getOut().println("Report: " + page);
    return 0;
  }

  private Folder target() {
    Map<String, String> hadoop = store.hadoop();
    StorageCheck.requireWritable("--out", out, hadoop);
    return Folder.at(out, hadoop);
  }

  private static String ofRun(Folder folder) {
    RunPage.write(folder);
    return folder.uri() + "/" + RunPage.PAGE;
  }

  private static String into(Folder target, List<Folder> folders) {
    ComparisonPage comparison = new ComparisonPage(folders);
    String html =
        folders.size() == 1 ? RunPage.html(folders.get(0), target) : comparison.html(target);
    target.publish(PAGE, html);
    Drawing ratio = comparison.ratioPlot().drawing();
    target.publish(RATIO + ".png", ratio.png());
    target.publish(RATIO + ".svg", ratio.svg());
    return target.uri() + "/" + PAGE;
  }
}
