package io.momentgan.app;

import io.momentgan.config.DataConfig;
import io.momentgan.config.Experiment.S3Config;
import io.momentgan.config.ExperimentReader;
import io.momentgan.config.UserException;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
import io.momentgan.storage.StorageCheck;
import io.momentgan.training.SparkContexts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** {@code --set s3.key=value}, for the commands that take no other settings. */
final class StoreOptions {
  static final String PREFIX = "s3.";

  @Option(
      names = "--set",
      paramLabel = "s3.KEY=VALUE",
      description =
          "Where s3a: locations are: s3.endpoint, s3.region, s3.path-style; may be repeated.")
  private List<String> sets = new ArrayList<>();

  /** Hadoop's settings for locations that no run is known of yet. */
  Map<String, String> hadoop() {
    return SparkContexts.hadoopSettings(ExperimentReader.s3(all()));
  }

  /** Hadoop's settings for what a run's record names. */
  Map<String, String> hadoop(RunRecord record) {
    S3Config s3 = record.with(all()).experiment().s3();
    return SparkContexts.hadoopSettings(s3);
  }

  /** The images of a run. */
  static void requireReadable(DataConfig data, Map<String, String> hadoop) {
    StorageCheck.requireReadable("--data", data.uri(), hadoop);
  }

  /** Opens a run's folder. */
  Run run(String uri) {
    return open(uri, hadoop());
  }

  /** Opens a run's folder once it is known that its store answers. */
  static Run open(String uri, Map<String, String> hadoop) {
    StorageCheck.requireReadable("Run", uri, hadoop);
    return Run.open(uri, hadoop);
  }

  private List<String> all() {
    for (String set : sets) {
      if (!set.startsWith(PREFIX)) {
        throw new UserException(
            "--set %s: found a setting of something else, expected s3.endpoint, s3.region or s3.path-style"
                .formatted(set.replaceFirst("=.*", "")));
      }
    }
    return List.copyOf(sets);
  }
}
