package io.momentgan.app;

import io.momentgan.config.DataConfig;
import io.momentgan.config.ExperimentReader;
import io.momentgan.data.sets.DataInspection;
import io.momentgan.data.sets.DataSets;
import io.momentgan.storage.StorageCheck;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code data}: commands about data sets. */
@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    description = "Looks at data sets.",
    subcommands = DataCommand.Inspect.class)
final class DataCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Give a command: inspect");
  }

  /** {@code data inspect}: describes a data set. */
  @Command(
      name = "inspect",
      mixinStandardHelpOptions = true,
      description = "Prints kind, count, shape, range, label histogram and MD5 verdict.")
  static final class Inspect implements Callable<Integer> {
    @Parameters(
        paramLabel = "URI",
        description = "glyphs, or an IDX folder or file (path, s3a:, http:).")
    private String uri;

    @Mixin private SettingOptions store;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      store.requireStore();
      DataConfig config = ExperimentReader.defaultData().withUri(uri).withValidation(0);
      Map<String, String> hadoop = store.hadoop();
      StorageCheck.requireReadable("--data", config.uri(), hadoop);
      DataInspection inspection = DataInspection.of(DataSets.open(config, hadoop));
      spec.commandLine().getOut().println(String.join("\n", inspection.lines()));
      return 0;
    }
  }
}
