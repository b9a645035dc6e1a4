package io.momentgan.app;

import io.momentgan.data.DataSet;
import io.momentgan.data.sets.DataSets;
import io.momentgan.evaluation.SheetMeasures;
import io.momentgan.report.AdvantagePage;
import io.momentgan.report.AdvantageRow;
import io.momentgan.report.ResultsPage;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
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

/** {@code advantage}: a page on runs that differ in their number of generator updates. */
@Command(
    name = "advantage",
    mixinStandardHelpOptions = true,
    description =
        "Writes a page of runs that differ in train.g-steps: loss ratios, cost, how varied their sheets are.")
final class AdvantageCommand implements Callable<Integer> {
  /** Sheets of real images that are looked at. */
  private static final int REAL_SHEETS = 20;

  @Parameters(
      paramLabel = "RUN_URI",
      arity = "1..*",
      description = "Folders of runs, in the order of the table.")
  private List<String> runs;

  @Option(names = "--out", required = true, paramLabel = "FILE.md", description = "The page.")
  private Path out;

  @Option(
      names = "--images",
      required = true,
      paramLabel = "FOLDER",
      description = "Folder for the figure and the sheets.")
  private Path images;

  @Option(
      names = "--introduction",
      defaultValue = "",
      paramLabel = "TEXT",
      description = "What the runs are, in Markdown.")
  private String introduction;

  @Option(
      names = "--made-by",
      defaultValue = "submit/local advantage RUN... --out FILE.md --images FOLDER",
      paramLabel = "COMMAND",
      description = "The command that the page names as its maker.")
  private String madeBy;

  @Mixin private StoreOptions store;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<Folder> folders = runs.stream().map(store::run).map(Run::folder).toList();
    SheetMeasures.Real real = real(folders);
    List<AdvantageRow> rows = folders.stream().map(run -> AdvantageRow.of(run, real)).toList();
    AdvantagePage.write(
        rows,
        real,
        out,
        images,
        new ResultsPage.Heading("Generator advantage", madeBy, introduction));
    spec.commandLine().getOut().println("Generator advantage: " + out);
    return 0;
  }

  /** What sheets of the images that all runs were trained on have. */
  private SheetMeasures.Real real(List<Folder> folders) {
    RunRecord first = RunRecord.read(folders.get(0));
    DataSet data = DataSets.open(first.experiment().data(), store.hadoop(first));
    folders.forEach(run -> RunRecord.read(run).requireSame(data));
    int size = Math.min(first.experiment().samples().grid(), data.training().count());
    return SheetMeasures.Real.of(data.training(), size, REAL_SHEETS);
  }
}
