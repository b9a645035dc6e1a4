package io.momentgan.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
          "tracking.",
          "s3.",
          "device.",
          "data.cache");

  /** Resuming with another value is another training from there on. */
  private static final List<String> FROM_THERE_ON = List.of("train.workers", "engine");

  /** What tells repetitions of an experiment apart, or says nothing of its training. */
  private static final List<String> NOT_COMPARED =
      List.of("train.seed", "seeds", "description", "tracking.tensorboard", "tracking.mlflow");

  private SettingDifferences() {}

  /** Whether a run may resume with another value of the setting and stay the same training. */
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
      if (!isChangeable(override) && FROM_THERE_ON.stream().noneMatch(override::startsWith)) {
        throw new UserException(
            "--set %s: found a setting that a run cannot change once it has begun, expected one of %s, %s;"
                    .formatted(
                        override, String.join(", ", FROM_THERE_ON), String.join(", ", CHANGEABLE))
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

  /** The settings of an experiment by their keys, without its seeds and description. */
  public static SortedMap<String, String> compared(Experiment experiment) {
    SortedMap<String, String> settings = settings(experiment);
    settings.keySet().removeAll(NOT_COMPARED);
    return settings;
  }

  /**
   * Labels experiments: by name, and where one name stands for several settings, by those that
   * differ, such as {@code ff-5, moments.mean-weight: 0.3}.
   *
   * @param experiments their {@link #compared} settings
   * @return a label for each; equal only for equal settings
   */
  public static List<String> labels(List<? extends Map<String, String>> experiments) {
    Map<String, List<Map<String, String>>> byName =
        experiments.stream().collect(Collectors.groupingBy(settings -> settings.get("name")));
    return experiments.stream()
        .map(settings -> label(settings, differing(byName.get(settings.get("name")))))
        .toList();
  }

  private static String label(Map<String, String> settings, Collection<String> differing) {
    return Stream.concat(
            Stream.of(unquoted(settings.get("name"))),
            differing.stream()
                .map(key -> "%s: %s".formatted(key, unquoted(settings.getOrDefault(key, "-")))))
        .collect(Collectors.joining(", "));
  }

  /** Keys of the settings in which some differ. */
  public static SortedSet<String> differing(Collection<? extends Map<String, String>> experiments) {
    SortedSet<String> keys = new TreeSet<>();
    experiments.forEach(settings -> keys.addAll(settings.keySet()));
    keys.removeIf(
        key -> experiments.stream().map(s -> s.getOrDefault(key, "")).distinct().count() < 2);
    return keys;
  }

  /** A value as it is read by people: text without the quotes that it has in JSON. */
  public static String unquoted(String json) {
    return json.replaceFirst("^\"(.*)\"$", "$1");
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
