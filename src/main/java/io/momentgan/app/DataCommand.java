package io.momentgan.app;

import io.momentgan.config.DataConfig;
import io.momentgan.config.ExperimentReader;
import io.momentgan.data.sets.DataInspection;
import io.momentgan.data.sets.DataSets;
import io.momentgan.storage.StorageCheck;
import java.util.ArrayList;
import java.util.List;
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
  /** What --data takes. */
  static final String FORMS =
      "Where the images are: glyphs (embedded); a folder of image files, or a ZIP or TAR of them"
          + " (JPEG, PNG, WebP, BMP, GIF, TIFF); a folder or file of IDX, NumPy, MATLAB, CIFAR, Parquet"
          + " or CSV. A path, file:, hdfs:, s3a:, or http(s): for IDX, single files of arrays and archives.";

  private static final String SHARE = "data.images.rejected-share";

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Give a command: inspect");
  }

  /** {@code data inspect}: describes a data set. */
  @Command(
      name = "inspect",
      mixinStandardHelpOptions = true,
      description =
          "Prints kind, counts, classes, sizes, range, what is not used and why, and MD5 verdict.")
  static final class Inspect implements Callable<Integer> {
    @Parameters(paramLabel = "URI", description = FORMS)
    private String uri;

    @Mixin private SettingOptions settings;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      DataConfig config = config();
      Map<String, String> hadoop = settings.hadoop();
      StorageCheck.requireReadable("--data", config.uri(), hadoop);
      DataInspection inspection = DataInspection.of(DataSets.open(config, hadoop));
      spec.commandLine().getOut().println(String.join("\n", inspection.lines()));
      return 0;
    }

    // Shows all that is there: nothing is held out and nothing refused, unless the user asks for
    // it.
    private DataConfig config() {
      List<String> given = settings.data();
      List<String> all = new ArrayList<>();
      all.add("data.validation=0");
      all.add(SHARE + "=1");
      all.addAll(given);
      all.add(SettingOptions.text("data.uri", uri));
      return ExperimentReader.data(all);
    }
  }
}
