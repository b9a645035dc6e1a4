package io.momentgan.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonMappingException.Reference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads an {@link Experiment}: command line over file over {@code defaults.yaml}, then a strict
 * binding that refuses unknown, missing and ill-typed settings by their keys.
 */
public final class ExperimentReader {
  private static final String LAYER_DEFAULTS = "layer-defaults";
  private static final String INDEX = "\\d{1,6}";
  private static final YAMLMapper YAML =
      YAMLMapper.builder(YamlFiles.factory())
          .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
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
    ObjectNode given = parse(yaml, file);
    Credentials.refuseIn(given, file, "");
    overrides.forEach(Credentials::refuseInOption);
    merge(tree, given);
    overrides.forEach(override -> set(tree, override));
    fillLayers(tree, defaultsByType);
    return bind(tree, file, overrides, Experiment.class);
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

  /**
   * The settings of S3, for commands without a settings file.
   *
   * @param overrides settings of the form {@code s3.key=value}
   * @throws ConfigException naming a key that is refused
   */
  public static S3Config s3(List<String> overrides) {
    overrides.forEach(Credentials::refuseInOption);
    ObjectNode tree = YAML.createObjectNode().set("s3", defaults().get("s3"));
    overrides.forEach(override -> set(tree, override));
    return bind(tree, "defaults.yaml", overrides, OnlyS3.class).s3();
  }

  /** Settings of S3 alone. */
  private record OnlyS3(S3Config s3) {}

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
      JsonNode value = text.isEmpty() ? YAML.getNodeFactory().textNode("") : YAML.readTree(text);
      return value.isMissingNode() ? YAML.nullNode() : value;
    } catch (JsonProcessingException e) {
      throw new ConfigException("--set %s: %s is not a YAML value".formatted(key, text));
    }
  }

  private static JsonNode child(JsonNode node, String key) {
    return node.isArray() && key.matches(INDEX) ? node.get(Integer.parseInt(key)) : node.get(key);
  }

  private static void put(JsonNode node, String key, JsonNode value, String override) {
    if (node instanceof ObjectNode object) {
      object.set(key, value);
    } else if (node instanceof ArrayNode array
        && key.matches(INDEX)
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

  private static <T> T bind(ObjectNode tree, String file, List<String> overrides, Class<T> type) {
    try {
      return YAML.treeToValue(tree, type);
    } catch (JsonMappingException e) {
      ConfigException refused = cause(e);
      String key = refused == null ? key(e) : fullKey(refused.key(), key(e));
      String problem = refused == null ? problem(e, tree) : refused.problem();
      throw ConfigException.of(source(key, file, overrides), key, problem);
    } catch (JsonProcessingException e) {
      throw new ConfigException("%s: %s".formatted(file, firstLine(e.getOriginalMessage())));
    }
  }

  /** What a setting's record says is wrong with it; null when the value did not get that far. */
  private static ConfigException cause(JsonMappingException e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof ConfigException refused) {
        return refused;
      }
    }
    return null;
  }

  /** Networks and their parts are checked without knowing whose they are. */
  private static String fullKey(String key, String path) {
    boolean ofNetwork = path.startsWith("generator") || path.startsWith("discriminator");
    return ofNetwork
        ? "%s.%s"
            .formatted(
                path.replaceFirst("\\.(batch-norm|optimizer)$", ""),
                key.replaceFirst("^layers\\.", ""))
        : key;
  }

  /** Where a setting comes from: the last option that gave it, else the file. */
  private static String source(String key, String file, List<String> overrides) {
    return overrides.stream()
        .filter(
            override -> (key + ".").startsWith(override.substring(0, override.indexOf('=')) + "."))
        .reduce((earlier, later) -> later)
        .map(override -> "--set " + override)
        .orElse(file);
  }

  private static String problem(JsonMappingException e, ObjectNode tree) {
    if (e instanceof UnrecognizedPropertyException unknown) {
      String known =
          unknown.getKnownPropertyIds().stream()
              .map(String::valueOf)
              .sorted()
              .collect(Collectors.joining(", "));
      return "found an unknown setting, expected one of " + known;
    }
    JsonNode value = value(e, tree);
    if (e instanceof InvalidTypeIdException) {
      return "found %s, expected a layer such as {type: dense, units: 128}; known types: %s"
          .formatted(
              found(value.has("type") ? value.get("type") : value),
              String.join(", ", LayerConfig.types()));
    }
    return "found %s, expected %s".formatted(found(value), expectation(targetType(e)));
  }

  private static JsonNode value(JsonMappingException e, JsonNode tree) {
    JsonNode node = tree;
    for (Reference step : e.getPath()) {
      node =
          step.getFieldName() == null ? node.path(step.getIndex()) : node.path(step.getFieldName());
    }
    return node;
  }

  private static String found(JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return "nothing";
    }
    return value.isArray() ? "a list" : value.isObject() ? "a mapping" : value.toString();
  }

  private static Class<?> targetType(JsonMappingException e) {
    if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
      return mismatch.getTargetType();
    }
    boolean tooLarge = e.getCause() instanceof InputCoercionException;
    return tooLarge ? ((InputCoercionException) e.getCause()).getTargetType() : Object.class;
  }

  private static String expectation(Class<?> type) {
    if (type.isEnum()) {
      return "one of "
          + Stream.of(type.getEnumConstants())
              .map(choice -> YAML.convertValue(choice, String.class))
              .collect(Collectors.joining(", "));
    }
    if (type == int.class || type == long.class) {
      return "a whole number of at most %d"
          .formatted(type == int.class ? Integer.MAX_VALUE : Long.MAX_VALUE);
    }
    if (type == double.class) {
      return "a number";
    }
    if (type == boolean.class) {
      return "true or false";
    }
    if (type == String.class) {
      return "a text";
    }
    return List.class.isAssignableFrom(type) ? "a list" : "a mapping of settings";
  }

  private static String key(JsonMappingException e) {
    String path =
        e.getPath().stream()
            .map(r -> r.getFieldName() != null ? r.getFieldName() : String.valueOf(r.getIndex()))
            .collect(Collectors.joining("."));
    boolean wrongType = e instanceof InvalidTypeIdException type && type.getTypeId() != null;
    return wrongType ? path + ".type" : path;
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("").strip();
  }
}
