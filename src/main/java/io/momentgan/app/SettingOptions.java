package io.momentgan.app;

import com.fasterxml.jackson.databind.node.TextNode;
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

/** {@code --set key=value}. Commands that take no other settings take those of stores, s3.*. */
final class SettingOptions {
  private static final String STORE = "s3.";
  private static final String DATA = "data.";

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Overrides a setting, such as train.epochs=3; may be repeated. Commands that only read runs"
              + " take s3.endpoint, s3.region and s3.path-style; classify and data inspect also take data.*.")
  private List<String> sets = new ArrayList<>();

  List<String> all() {
    return List.copyOf(sets);
  }

  /** A setting whose value is taken as text, whatever it looks like. */
  static String text(String key, String value) {
    return key + "=" + TextNode.valueOf(value);
  }

  /** Hadoop's settings for locations of no known run; settings that are not of a store are kept. */
  Map<String, String> hadoop() {
    List<String> store = sets.stream().filter(set -> set.startsWith(STORE)).toList();
    return SparkContexts.hadoopSettings(ExperimentReader.s3(store));
  }

  /** Hadoop's settings for locations that a run's record names. */
  Map<String, String> hadoop(RunRecord record) {
    return SparkContexts.hadoopSettings(record.with(all()).experiment().s3());
  }

  /** Opens a run once its store answers. */
  Run run(String uri) {
    StorageCheck.requireReadable("Run", uri, hadoop());
    return Run.open(uri, hadoop());
  }

  /** The settings of the data; others must be of a store. */
  List<String> data() {
    List<String> data = sets.stream().filter(set -> set.startsWith(DATA)).toList();
    for (String set : sets) {
      if (!set.startsWith(DATA) && !set.startsWith(STORE)) {
        throw new UserException(
            "--set %s: found a setting of something else, expected data.* or s3.*, such as data.images.height=32"
                .formatted(set.replaceFirst("=.*", "")));
      }
    }
    return data;
  }

  /** Refuses settings of anything but stores. */
  SettingOptions requireStore() {
    for (String set : sets) {
      if (!set.startsWith(STORE)) {
        throw new UserException(
            "--set %s: found a setting of something else, expected s3.endpoint, s3.region or s3.path-style"
                .formatted(set.replaceFirst("=.*", "")));
      }
    }
    return this;
  }
}
