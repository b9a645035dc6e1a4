package io.momentgan.app;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** {@code --set key=value}, for the commands that take settings. */
final class SettingOptions {
  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting that goes over the file, such as train.epochs=3; may be repeated.")
  private List<String> sets = new ArrayList<>();

  /** All settings given. */
  List<String> all() {
    return List.copyOf(sets);
  }

  /** A setting whose value is taken as text, whatever it looks like. */
  static String text(String key, String value) {
    return key + "=" + TextNode.valueOf(value);
  }
}
