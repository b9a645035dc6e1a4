package io.momentgan.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What two experiments differ in. */
public final class SettingDifferences {
  private static final YAMLMapper YAML = new YAMLMapper(YamlFiles.factory());

  private SettingDifferences() {}

  /**
   * Compares settings.
   *
   * @param found the settings that are there
   * @param expected the settings that should be
   * @return by the key of each setting that differs: what was found and what was expected
   */
  public static SortedMap<String, String> of(Experiment found, Experiment expected) {
    SortedMap<String, String> left = flat(found);
    SortedMap<String, String> right = flat(expected);
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

  private static SortedMap<String, String> flat(Experiment experiment) {
    SortedMap<String, String> leaves = new TreeMap<>();
    try {
      add(YAML.readTree(ExperimentReader.write(experiment)), "", leaves);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Settings are written as YAML", e);
    }
    return leaves;
  }

  private static void add(JsonNode node, String key, SortedMap<String, String> leaves) {
    String prefix = key.isEmpty() ? "" : key + ".";
    boolean list = node.isArray() && node.path(0).isObject();
    if (node.isObject()) {
      node.fields().forEachRemaining(f -> add(f.getValue(), prefix + f.getKey(), leaves));
    } else if (list) {
      for (int i = 0; i < node.size(); i++) {
        add(node.get(i), prefix + i, leaves);
      }
    } else {
      leaves.put(key, node.toString());
    }
  }
}
