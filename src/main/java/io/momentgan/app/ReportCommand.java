package io.momentgan.app;

import io.momentgan.output.RunFolder;
import io.momentgan.output.RunReport;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code report}: a run's figures and page, from what it has recorded so far. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = "Writes a run's report again, while it goes on or after it stopped.")
final class ReportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RUN_URI", description = "The run's folder, the one with run.yaml.")
  private String run;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    RunFolder folder = RunFolder.open(run, SparkContexts.hadoopSettings());
    RunReport.write(folder);
    spec.commandLine().getOut().println("Report: " + folder.uri() + "/" + RunReport.PAGE);
    return 0;
  }
}
