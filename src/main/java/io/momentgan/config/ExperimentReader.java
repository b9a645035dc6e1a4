package io.momentgan.config;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads an {@link Experiment}: overrides over the file over its {@code base} over {@code
 * defaults.yaml}. Mappings merge key by key; lists and scalars replace. The binding is strict: it
 * refuses unknown, missing and ill-typed settings by their keys.
 *
 * <p>A file may also be the record of a run, {@code run.yaml}: its settings then belong to the run.
 */
public final class ExperimentReader {
  /** The format of run.yaml that is written and read. */
  public static final int RECORD_FORMAT = 2;

  private static final YAMLMapper YAML =
      YAMLMapper.builder(YamlFiles.factory())
          .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
          .annotationIntrospector(new KebabCaseEnums())
          .withConfigOverride(ArrayNode.class, lists -> lists.setMergeable(false))
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private ExperimentReader() {}

  /** Reads and writes NON_SATURATING as non-saturating. */
  private static final class KebabCaseEnums extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public String[] findEnumValues(Class<?> type, Enum<?>[] values, String[] names) {
      return Stream.of(values)
          .map(value -> value.name().toLowerCase(Locale.ROOT).replace('_', '-'))
          .toArray(String[]::new);
    }
  }

  /** The settings that one file gives, without those of its base. */
  private record Source(String file, ObjectNode settings) {}

  /**
   * Reads an experiment's file and the files that it is based on. Its setting {@code base:
   * ff-5.yaml} names another file, relative to this one, whose settings it overrides.
   *
   * @param overrides settings of the form {@code key=value}, such as {@code train.epochs=3} or
   *     {@code generator.layers.0.units=64}
   * @return the complete, checked settings
   * @throws UserException naming an unreadable file or a refused setting
   */
  public static Experiment read(Path file, List<String> overrides) {
    return read(sources(file, new LinkedHashSet<>()), overrides);
  }

  /**
   * Reads settings that have no base.
   *
   * @param yaml the settings
   * @param file their source, for messages
   * @param overrides settings of the form {@code key=value}
   * @return the complete, checked settings
   * @throws UserException naming a refused setting
   */
  public static Experiment read(String yaml, String file, List<String> overrides) {
    return read(List.of(new Source(file, parse(yaml, file))), overrides);
  }

  private static Experiment read(List<Source> sources, List<String> overrides) {
    overrides.forEach(Credentials::refuseInOption);
    ObjectNode tree = defaults();
    JsonNode defaultsByType = tree.remove("layer-defaults");
    JsonNode outputLayer = tree.at("/generator/output-layer").deepCopy();
    sources.forEach(source -> merge(tree, source.settings()));
    overrides.forEach(override -> set(tree, override));
    for (String network : List.of("generator", "discriminator")) {
      for (JsonNode layer : tree.path(network).path("layers")) {
        complete(layer, defaultsByType.path(layer.path("type").asText()));
      }
      complete(tree.path(network).path("output-layer"), outputLayer);
    }
    return bind(tree, sources, overrides, Experiment.class);
  }

  private static void complete(JsonNode layer, JsonNode defaults) {
    if (layer instanceof ObjectNode given) {
      defaults.fields().forEachRemaining(d -> given.putIfAbsent(d.getKey(), d.getValue()));
    }
  }

  /**
   * The settings that a file's {@code base} gives by itself.
   *
   * @param file a readable settings file
   * @return empty without a base, or if the base is no whole experiment
   */
  public static Optional<Experiment> base(Path file) {
    JsonNode base = parse(SettingsText.read(file), file.toString()).path("base");
    try {
      return base.isMissingNode()
          ? Optional.empty()
          : Optional.of(read(baseFile(file, base), List.of()));
    } catch (ConfigException e) {
      return Optional.empty();
    }
  }

  /**
   * Every setting as YAML in kebab-case, for {@link #read}. The query of a web address is left out,
   * as it may be a signature.
   */
  public static String write(Experiment experiment) {
    return text(tree(experiment));
  }

  private static String text(JsonNode settings) {
    try {
      return YAML.writeValueAsString(settings);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Settings cannot be written as YAML", e);
    }
  }

  /** The name of an enum's constant in settings. */
  static String name(Object constant) {
    return YAML.convertValue(constant, String.class);
  }

  static JsonNode tree(Experiment experiment) {
    ObjectNode tree = YAML.valueToTree(experiment);
    ((ObjectNode) tree.get("data")).put("uri", experiment.data().shownUri());
    return tree;
  }

  /**
   * Overrides settings, and keeps the others as they are.
   *
   * @param source names the settings in messages
   */
  public static Experiment override(Experiment experiment, String source, List<String> overrides) {
    return read(text(YAML.valueToTree(experiment)), source, overrides);
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
   * @throws UserException naming a refused setting
   */
  public static Experiment.S3Config s3(List<String> overrides) {
    overrides.forEach(Credentials::refuseInOption);
    ObjectNode tree = defaults().retain("s3");
    overrides.forEach(override -> set(tree, override));
    return bind(tree, List.of(new Source("defaults.yaml", tree)), overrides, OnlyS3.class).s3();
  }

  private record OnlyS3(Experiment.S3Config s3) {}

  /**
   * The settings of the data, for commands without a settings file.
   *
   * @param overrides settings of the form {@code data.key=value}
   * @throws UserException naming a refused setting
   */
  public static DataConfig data(List<String> overrides) {
    overrides.forEach(Credentials::refuseInOption);
    ObjectNode tree = defaults().retain("data");
    overrides.forEach(override -> set(tree, override));
    return bind(tree, List.of(new Source("defaults.yaml", tree)), overrides, OnlyData.class).data();
  }

  private record OnlyData(DataConfig data) {}

  static ObjectNode defaults() {
    try (InputStream in = ExperimentReader.class.getResourceAsStream("defaults.yaml")) {
      return (ObjectNode) YAML.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException("defaults.yaml is missing from the jar", e);
    }
  }

  /** The file, preceded by the files that it is based on. */
  private static List<Source> sources(Path file, Set<Path> derived) {
    if (!derived.add(file)) {
      throw new ConfigException(
          file.toString(),
          "base",
          "found a cycle of %s, expected a last file without base; remove base from one of them"
              .formatted(derived));
    }
    ObjectNode settings =
        settings(parse(SettingsText.read(file), file.toString()), file.toString());
    JsonNode base = settings.remove("base");
    List<Source> sources =
        base == null ? new ArrayList<>() : sources(baseFile(file, base), derived);
    sources.add(new Source(file.toString(), settings));
    return sources;
  }

  /** Reads the settings of a file, or of the run that it is the record of. */
  private static ObjectNode settings(ObjectNode tree, String file) {
    if (!isRecord(tree)) {
      return tree;
    }
    requireRecordFormat(tree, file);
    return (ObjectNode) tree.get("experiment");
  }

  /** Whether a file's content is the record of a run: its settings are a part of it. */
  public static boolean isRecord(JsonNode tree) {
    return tree.path("experiment").isObject();
  }

  /**
   * Refuses records of other formats.
   *
   * @param record content of a run.yaml
   * @param file its name, for messages
   * @throws UserException naming the version that wrote it
   */
  public static void requireRecordFormat(JsonNode record, String file) {
    int format = record.path("format").asInt(1);
    if (format != RECORD_FORMAT) {
      throw new UserException(
          "%s: found a run of MomentGAN %s (format %d), expected format %d; use that version for this run, or train it again"
              .formatted(
                  file, record.at("/versions/momentgan").asText("?"), format, RECORD_FORMAT));
    }
  }

  private static Path baseFile(Path file, JsonNode base) {
    Path found = file.resolveSibling(base.asText()).normalize();
    if (!base.isTextual() || !Files.isRegularFile(found)) {
      throw new ConfigException(
          file.toString(),
          "base",
          "found %s, expected a settings file; give its path relative to this file"
              .formatted(base.isTextual() ? "no file " + found : SettingProblem.found(base)));
    }
    return found;
  }

  static ObjectNode parse(String yaml, String file) {
    try {
      if (YAML.readTree(yaml) instanceof ObjectNode settings) {
        Credentials.refuseIn(settings, file, "");
        return settings;
      }
      throw new ConfigException(
          "%s: expected a YAML mapping of settings (name: ..., generator: ...)".formatted(file));
    } catch (JsonProcessingException e) {
      throw new ConfigException(
          "%s: not valid YAML at line %d: %s"
              .formatted(
                  file,
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  firstLine(e.getOriginalMessage())));
    }
  }

  static void merge(ObjectNode into, ObjectNode from) {
    try {
      YAML.updateValue(into, from);
    } catch (JsonMappingException e) {
      throw new IllegalStateException("Settings cannot be merged", e);
    }
  }

  private static void set(ObjectNode tree, String override) {
    int equals = override.indexOf('=');
    if (equals <= 0) {
      throw new ConfigException(
          "--set %s: expected key=value, such as --set train.epochs=3".formatted(override));
    }
    String key = override.substring(0, equals);
    JsonNode value = scalar(key, override.substring(equals + 1));
    JsonNode parent = tree.at(pointer(key).head());
    JsonPointer child = pointer(key).last();
    if (parent instanceof ObjectNode object) {
      object.set(child.getMatchingProperty(), value);
    } else if (parent instanceof ArrayNode array && array.has(child.getMatchingIndex())) {
      array.set(child.getMatchingIndex(), value);
    } else if (parent.isArray()) {
      throw new ConfigException("--set %s: there is no such list element".formatted(override));
    } else {
      throw new ConfigException(
          "--set %s: there is no setting %s (defaults.yaml lists all)%s"
              .formatted(override, key, Suggestion.of(key, SettingProblem.keys(tree))));
    }
  }

  static JsonPointer pointer(String key) {
    return JsonPointer.compile("/" + key.replace('.', '/'));
  }

  private static JsonNode scalar(String key, String text) {
    try {
      JsonNode value = text.isEmpty() ? YAML.getNodeFactory().textNode("") : YAML.readTree(text);
      return value.isMissingNode() ? YAML.nullNode() : value;
    } catch (JsonProcessingException e) {
      throw new ConfigException("--set %s: %s is not a YAML value".formatted(key, text));
    }
  }

  /** Binds the settings of another kind of file. */
  static <T> T bind(ObjectNode tree, String file, Class<T> type) {
    return bind(tree, List.of(new Source(file, tree)), List.of(), type);
  }

  private static <T> T bind(
      ObjectNode tree, List<Source> sources, List<String> overrides, Class<T> type) {
    try {
      return YAML.treeToValue(tree, type);
    } catch (JsonMappingException e) {
      String key = SettingProblem.path(e);
      String problem;
      if (e.getCause() instanceof ConfigException refused) {
        // A record names its component; Jackson's path leads to the record.
        key = key.isEmpty() ? refused.key() : key + "." + refused.key();
        problem = refused.problem();
      } else {
        problem = SettingProblem.text(e, tree, type);
      }
      throw new ConfigException(origin(key, sources, overrides), key, problem);
    } catch (JsonProcessingException e) {
      throw new ConfigException(firstLine(e.getOriginalMessage()));
    }
  }

  /** The last option that gave a setting, else the last file that gave it, else the last file. */
  private static String origin(String key, List<Source> sources, List<String> overrides) {
    String origin = sources.get(sources.size() - 1).file();
    for (Source source : sources) {
      if (!source.settings().at(pointer(key)).isMissingNode()) {
        origin = source.file();
      }
    }
    for (String override : overrides) {
      if ((key + ".").startsWith(override.substring(0, override.indexOf('=')) + ".")) {
        origin = "--set " + override;
      }
    }
    return origin;
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("").strip();
  }
}
