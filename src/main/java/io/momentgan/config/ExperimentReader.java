package io.momentgan.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reads an {@link Experiment}: command line over file over {@code defaults.yaml}, then a strict
 * binding that refuses unknown, missing and ill-typed settings by their keys.
 */
public final class ExperimentReader {
  private static final String LAYER_DEFAULTS = "layer-defaults";
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.USE_NATIVE_TYPE_ID)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .build();

  private ExperimentReader() {}

  /**
   * Reads an experiment.
   *
   * @param yaml the settings file's text
   * @param file the file's name, for messages
   * @param overrides settings of the form {@code key=value} that go over the file, such as {@code
   *     train.epochs=3} or {@code generator.layers.0.units=64}
   * @return the complete, checked settings
   * @throws ConfigException naming the key of a refused setting
   */
  public static Experiment read(String yaml, String file, List<String> overrides) {
    ObjectNode tree = defaults();
    JsonNode defaultsByType = tree.remove(LAYER_DEFAULTS);
    merge(tree, parse(yaml, file));
    overrides.forEach(override -> set(tree, override));
    fillLayers(tree, defaultsByType);
    return bind(tree, file);
  }

  /**
   * The settings as YAML that {@link #read} takes.
   *
   * @param experiment the settings
   * @return every setting, in kebab-case
   */
  public static String write(Experiment experiment) {
    try {
      return YAML.writeValueAsString(experiment);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Settings cannot be written as YAML", e);
    }
  }

  /** The default settings of the data, for commands without a settings file. */
  public static DataConfig defaultData() {
    try {
      return YAML.treeToValue(defaults().get("data"), DataConfig.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("defaults.yaml has no complete data section", e);
    }
  }

  private static ObjectNode defaults() {
    try (InputStream in = ExperimentReader.class.getResourceAsStream("defaults.yaml")) {
      return (ObjectNode) YAML.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException("defaults.yaml is missing from the jar", e);
    }
  }

  private static ObjectNode parse(String yaml, String file) {
    try {
      if (YAML.readTree(yaml) instanceof ObjectNode object) {
        return object;
      }
      throw new ConfigException(
          "%s: expected a YAML mapping of settings (name: ..., generator: ...)".formatted(file));
    } catch (JsonProcessingException e) {
      throw new ConfigException(
          "%s: not valid YAML at line %d: %s"
              .formatted(file, lineOf(e), firstLine(e.getOriginalMessage())));
    }
  }

  private static int lineOf(JsonProcessingException e) {
    return e.getLocation() == null ? 0 : e.getLocation().getLineNr();
  }

  /** Objects are merged key by key; everything else, lists included, is replaced. */
  private static void merge(ObjectNode into, ObjectNode from) {
    from.fields()
        .forEachRemaining(
            field -> {
              JsonNode old = into.get(field.getKey());
              if (old instanceof ObjectNode oldObject
                  && field.getValue() instanceof ObjectNode newObject) {
                merge(oldObject, newObject);
              } else {
                into.set(field.getKey(), field.getValue());
              }
            });
  }

  private static void set(ObjectNode tree, String override) {
    int equals = override.indexOf('=');
    if (equals <= 0) {
      throw new ConfigException(
          "--set %s: expected key=value, such as --set train.epochs=3".formatted(override));
    }
    String key = override.substring(0, equals);
    JsonNode value = scalar(key, override.substring(equals + 1));
    String[] path = key.split("\\.", -1);
    JsonNode node = tree;
    for (int i = 0; i < path.length - 1; i++) {
      node = child(node, path[i]);
      if (node == null || !node.isContainerNode()) {
        throw new ConfigException(
            "--set %s: there is no setting %s (defaults.yaml lists all; --dry-run prints them)"
                .formatted(override, key));
      }
    }
    put(node, path[path.length - 1], value, override);
  }

  private static JsonNode scalar(String key, String text) {
    try {
      return text.isEmpty() ? YAML.getNodeFactory().textNode("") : YAML.readTree(text);
    } catch (JsonProcessingException e) {
      throw new ConfigException("--set %s: %s is not a YAML value".formatted(key, text));
    }
  }

  private static JsonNode child(JsonNode node, String key) {
    return node.isArray() && key.matches("\\d+") ? node.get(Integer.parseInt(key)) : node.get(key);
  }

  private static void put(JsonNode node, String key, JsonNode value, String override) {
    if (node instanceof ObjectNode object) {
      object.set(key, value);
    } else if (node instanceof ArrayNode array
        && key.matches("\\d+")
        && Integer.parseInt(key) < array.size()) {
      array.set(Integer.parseInt(key), value);
    } else {
      throw new ConfigException("--set %s: there is no such list element".formatted(override));
    }
  }

  private static void fillLayers(ObjectNode tree, JsonNode defaultsByType) {
    for (String network : List.of("generator", "discriminator")) {
      for (JsonNode layer : tree.path(network).path("layers")) {
        JsonNode typeDefaults = defaultsByType.path(layer.path("type").asText());
        if (layer instanceof ObjectNode given && typeDefaults instanceof ObjectNode defaults) {
          ObjectNode filled = defaults.deepCopy();
          merge(filled, given);
          given.setAll(filled);
        }
      }
    }
  }

  private static Experiment bind(ObjectNode tree, String file) {
    try {
      return YAML.treeToValue(tree, Experiment.class);
    } catch (JsonMappingException e) {
      for (Throwable t = e; t != null; t = t.getCause()) {
        if (t instanceof ConfigException config) {
          throw new ConfigException("%s: %s".formatted(file, located(config.getMessage(), e)));
        }
      }
      throw new ConfigException("%s: %s".formatted(file, describe(e)));
    } catch (JsonProcessingException e) {
      throw new ConfigException("%s: %s".formatted(file, firstLine(e.getOriginalMessage())));
    }
  }

  /** Network settings are checked without knowing whose they are: puts the path before the key. */
  private static String located(String message, JsonMappingException e) {
    String path = key(e);
    return path.startsWith("generator") || path.startsWith("discriminator")
        ? message.replaceFirst(
            "Setting (layers\\.)?",
            "Setting " + path.replaceFirst("\\.(batch-norm|optimizer)$", "") + ".")
        : message;
  }

  private static String describe(JsonMappingException e) {
    String key = key(e);
    if (e instanceof UnrecognizedPropertyException unknown) {
      String known =
          unknown.getKnownPropertyIds().stream()
              .map(String::valueOf)
              .sorted()
              .collect(Collectors.joining(", "));
      return "unknown setting %s (known here: %s)".formatted(key, known);
    }
    if (e instanceof InvalidTypeIdException type) {
      return "setting %s: layer type \"%s\" is unknown or missing (known: dense)"
          .formatted(key, type.getTypeId());
    }
    if (e instanceof InvalidFormatException format) {
      return "setting %s: found \"%s\", expected %s"
          .formatted(key, format.getValue(), expectation(format));
    }
    String message = firstLine(e.getOriginalMessage());
    if (message.contains("Missing required creator property")
        || message.contains("Null value for creator property")) {
      return "setting %s is missing; give it in the file or by --set".formatted(key);
    }
    return "setting %s: %s".formatted(key, message);
  }

  private static String expectation(InvalidFormatException e) {
    Class<?> type = e.getTargetType();
    if (type.isEnum()) {
      String message = e.getOriginalMessage();
      int at = message.indexOf("Enum class:");
      return at < 0 ? type.getSimpleName() : "one of" + message.substring(at + 11);
    }
    return type == int.class || type == long.class ? "a whole number" : "a " + type.getSimpleName();
  }

  private static String key(JsonMappingException e) {
    return e.getPath().stream()
        .map(r -> r.getFieldName() != null ? r.getFieldName() : String.valueOf(r.getIndex()))
        .collect(Collectors.joining("."));
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("").strip();
  }
}
