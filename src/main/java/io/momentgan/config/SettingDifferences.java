package io.momentgan.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.lang3.math.NumberUtils;

/** Compares settings, and knows which of them a run may change when it resumes. */
public final class SettingDifferences {
  /** Beginnings of the keys that do not affect the training so far. */
  private static final List<String> CHANGEABLE =
      List.of(
          "train.epochs",
          "train.deadline-seconds",
          "failures.",
          "checkpoint.",
          "evaluation.patience",
          "samples.iterations",
          "data.uri",
          "start.run",
          "s3.",
          "device.",
          "data.cache");

  private SettingDifferences() {}

  /** Whether a run may resume with another value of the setting. */
  public static boolean isChangeable(String key) {
    return CHANGEABLE.stream().anyMatch(key::startsWith);
  }

  /**
   * Refuses overrides that a run cannot resume with.
   *
   * @param overrides of the form {@code key=value}
   */
  public static void requireChangeable(List<String> overrides) {
    for (String override : overrides) {
      if (!isChangeable(override)) {
        throw new UserException(
            "--set %s: found a setting that a run cannot change once it has begun, expected one of %s;"
                    .formatted(override, String.join(", ", CHANGEABLE))
                + " start a new run for others");
      }
    }
  }

  /**
   * Compares two experiments.
   *
   * @return "found X, expected Y" by the key of each setting that differs
   */
  public static SortedMap<String, String> of(Experiment found, Experiment expected) {
    SortedMap<String, String> left = settings(found);
    SortedMap<String, String> right = settings(expected);
    TreeSet<String> keys = new TreeSet<>(left.keySet());
    keys.addAll(right.keySet());
    SortedMap<String, String> differences = new TreeMap<>();
    for (String key : keys) {
      if (!Objects.equals(left.get(key), right.get(key))) {
        differences.put(
            key,
            "found %s, expected %s"
                .formatted(left.getOrDefault(key, "nothing"), right.getOrDefault(key, "nothing")));
      }
    }
    return differences;
  }

  /**
   * Lists the settings that differ from the defaults, a line each, in the order of {@code
   * defaults.yaml}.
   *
   * @param experiment the settings
   * @param base settings that it was derived from, whose differences are marked; itself if none
   */
  public static List<String> fromDefaults(Experiment experiment, Experiment base) {
    Map<String, String> defaults = new LinkedHashMap<>();
    add(ExperimentReader.defaults(), "", defaults);
    Map<String, String> all = new LinkedHashMap<>();
    add(ExperimentReader.tree(experiment), "", all);
    SortedMap<String, String> ofBase = settings(base);
    List<String> lines = new ArrayList<>();
    all.forEach(
        (key, value) -> {
          String usual = defaults.getOrDefault(key, ofLayer(defaults, all, key));
          if (!isSame(value, usual)) {
            lines.add(
                "%s %s: %s%s"
                    .formatted(
                        value.equals(ofBase.get(key)) ? " " : "*",
                        key,
                        value,
                        usual == null ? "" : " (default %s)".formatted(usual)));
          }
        });
    return lines;
  }

  /** Whether two values are the same, 10000 and 10000.0 for instance. */
  private static boolean isSame(String value, String other) {
    return value.equals(other)
        || (other != null
            && NumberUtils.isCreatable(value)
            && NumberUtils.isCreatable(other)
            && NumberUtils.createDouble(value).equals(NumberUtils.createDouble(other)));
  }

  /** The default of a layer's setting, which depends on the layer's type; null if it has none. */
  private static String ofLayer(Map<String, String> defaults, Map<String, String> all, String key) {
    int name = key.lastIndexOf('.') + 1;
    String type = all.getOrDefault(key.substring(0, name) + "type", "").replace("\"", "");
    return defaults.get("layer-defaults.%s.%s".formatted(type, key.substring(name)));
  }

  /** Every setting as JSON, by its full key such as {@code generator.layers.0.units}. */
  public static SortedMap<String, String> settings(Experiment experiment) {
    SortedMap<String, String> leaves = new TreeMap<>();
    add(ExperimentReader.tree(experiment), "", leaves);
    return leaves;
  }

  private static void add(JsonNode node, String key, Map<String, String> leaves) {
    String prefix = key.isEmpty() ? "" : key + ".";
    if (node.isObject()) {
      node.fields().forEachRemaining(f -> add(f.getValue(), prefix + f.getKey(), leaves));
    } else if (node.path(0).isObject()) {
      for (int i = 0; i < node.size(); i++) {
        add(node.get(i), prefix + i, leaves);
      }
    } else {
      leaves.put(key, node.toString());
    }
  }
}
