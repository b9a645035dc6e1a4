package io.momentgan.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A list of experiments to be trained one after another.
 *
 * <pre>
 * seeds: [1, 2, 3]                 # a run of each; left out: each experiment's own
 * set: {train.workers: 1}          # settings that go over every experiment's file
 * experiments:
 *   - ../experiments/ff-1.yaml     # as seen from the sweep's file
 *   - {file: ../experiments/dcgan.yaml, name: dcgan-4, set: {train.g-steps: 4}}
 * </pre>
 *
 * @param experiments what to train
 * @param seeds of each; empty for the experiments' own
 */
public record SweepFile(List<Entry> experiments, List<Long> seeds) {
  private static final YAMLMapper YAML =
      YAMLMapper.builder(YamlFiles.factory())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();
  private static final String EXPECTED_ENTRIES =
      "expected a list such as [../experiments/ff-1.yaml, {file: ..., name: ..., set: {...}}]";

  /** Copies the lists. */
  public SweepFile {
    experiments = List.copyOf(experiments);
    seeds = List.copyOf(seeds);
  }

  /**
   * An experiment of a sweep.
   *
   * @param file its settings file, as seen from the sweep's
   * @param overrides of the form {@code key=value}, in the order in which they apply
   */
  public record Entry(String file, List<String> overrides) {
    /** Copies the list. */
    public Entry {
      overrides = List.copyOf(overrides);
    }
  }

  /**
   * Reads a sweep.
   *
   * @param yaml the file's text
   * @param file its name, for messages
   * @throws ConfigException naming what is refused
   */
  public static SweepFile read(String yaml, String file) {
    JsonNode root = parse(yaml, file);
    requireKeys(root, Set.of("experiments", "seeds", "set"), file, "");
    JsonNode list = root.path("experiments");
    if (!list.isArray() || list.isEmpty()) {
      throw new ConfigException(file, "experiments", found(list) + EXPECTED_ENTRIES);
    }
    List<String> common = overrides(root.path("set"), file, "set");
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      entries.add(entry(list.get(i), common, file, "experiments.%d".formatted(i)));
    }
    return new SweepFile(entries, seeds(root.path("seeds"), file));
  }

  private static JsonNode parse(String yaml, String file) {
    try {
      JsonNode root = YAML.readTree(yaml);
      if (root.isObject()) {
        return root;
      }
      throw new ConfigException(
          "%s: expected a YAML mapping with experiments: [...], and maybe seeds and set"
              .formatted(file));
    } catch (JsonProcessingException e) {
      throw new ConfigException(
          "%s: not valid YAML: %s"
              .formatted(file, e.getOriginalMessage().lines().findFirst().orElse("")));
    }
  }

  private static Entry entry(JsonNode node, List<String> common, String file, String key) {
    if (node.isTextual()) {
      return new Entry(node.textValue(), common);
    }
    if (!node.isObject()) {
      throw new ConfigException(file, key, found(node) + "expected a settings file or a mapping");
    }
    requireKeys(node, Set.of("file", "name", "set"), file, key + ".");
    if (!node.path("file").isTextual()) {
      throw new ConfigException(
          file, key + ".file", found(node.path("file")) + "expected a settings file");
    }
    List<String> overrides = new ArrayList<>(common);
    if (node.has("name")) {
      overrides.add("name=" + node.get("name"));
    }
    overrides.addAll(overrides(node.path("set"), file, key + ".set"));
    return new Entry(node.get("file").textValue(), overrides);
  }

  /** JSON is YAML, so each value is written as what {@code --set} takes. */
  private static List<String> overrides(JsonNode set, String file, String key) {
    List<String> overrides = new ArrayList<>();
    if (!set.isMissingNode() && !set.isObject()) {
      throw new ConfigException(
          file, key, found(set) + "expected a mapping such as {train.epochs: 3}");
    }
    set.fields().forEachRemaining(field -> overrides.add(field.getKey() + "=" + field.getValue()));
    return overrides;
  }

  private static List<Long> seeds(JsonNode node, String file) {
    List<Long> seeds = new ArrayList<>();
    boolean valid = node.isMissingNode() || node.isArray();
    for (JsonNode seed : node) {
      valid &= seed.canConvertToExactIntegral() && !seeds.contains(seed.longValue());
      seeds.add(seed.longValue());
    }
    if (!valid) {
      throw new ConfigException(
          file, "seeds", found(node) + "expected whole numbers, each once, such as [1, 2, 3]");
    }
    return seeds;
  }

  private static void requireKeys(JsonNode node, Set<String> known, String file, String prefix) {
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                throw new ConfigException(
                    file,
                    prefix + name,
                    "unknown, expected one of "
                        + String.join(", ", known.stream().sorted().toList()));
              }
            });
  }

  private static String found(JsonNode node) {
    return node.isMissingNode() ? "is missing, " : "found %s, ".formatted(node);
  }
}
