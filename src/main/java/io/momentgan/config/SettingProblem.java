package io.momentgan.config;

import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Explains settings that Jackson cannot bind in the words of a settings file. */
final class SettingProblem {
  private static final Map<Class<?>, String> EXPECTATIONS =
      Map.of(
          int.class, "a whole number of at most " + Integer.MAX_VALUE,
          long.class, "a whole number of at most " + Long.MAX_VALUE,
          double.class, "a number",
          boolean.class, "true or false",
          String.class, "a text");

  private SettingProblem() {}

  /**
   * Says what was found and what was expected.
   *
   * @param e why a value could not be bound
   * @param tree all settings
   * @param type of all settings
   */
  static String text(JsonMappingException e, ObjectNode tree, Class<?> type) {
    if (e instanceof UnrecognizedPropertyException unknown) {
      return unknown(path(e), unknown, type);
    }
    JsonNode value = tree.at(ExperimentReader.pointer(path(e)));
    if (e instanceof InvalidTypeIdException) {
      return "found %s, expected a layer such as {type: dense, units: 128}; known types: %s%s"
          .formatted(
              found(value),
              String.join(", ", LayerConfig.types()),
              Suggestion.of(value.asText(), LayerConfig.types()));
    }
    Class<?> expected = targetType(e);
    List<String> choices = choices(expected);
    return "found %s, expected %s%s"
        .formatted(
            found(value),
            choices.isEmpty() ? expectation(expected) : "one of " + String.join(", ", choices),
            Suggestion.of(value.asText(), choices));
  }

  private static String unknown(String key, UnrecognizedPropertyException e, Class<?> type) {
    List<String> known = e.getKnownPropertyIds().stream().map(String::valueOf).sorted().toList();
    String section = key.substring(0, key.length() - e.getPropertyName().length());
    Set<String> meant = new LinkedHashSet<>();
    known.forEach(name -> meant.add(section + name));
    if (type == Experiment.class) {
      meant.addAll(keys(ExperimentReader.defaults().without("layer-defaults")));
    }
    return "found an unknown setting, expected one of %s%s"
        .formatted(String.join(", ", known), Suggestion.of(key, meant));
  }

  static String found(JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return "nothing";
    }
    return value.isArray() ? "a list" : value.isObject() ? "a mapping" : value.toString();
  }

  private static Class<?> targetType(JsonMappingException e) {
    if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
      return mismatch.getTargetType();
    }
    return e.getCause() instanceof InputCoercionException tooLarge
        ? tooLarge.getTargetType()
        : Object.class;
  }

  /** The values of an enum as settings give them; empty for other types. */
  private static List<String> choices(Class<?> type) {
    return type.isEnum()
        ? Stream.of(type.getEnumConstants()).map(choice -> ExperimentReader.name(choice)).toList()
        : List.of();
  }

  private static String expectation(Class<?> type) {
    String container = List.class.isAssignableFrom(type) ? "a list" : "a mapping of settings";
    return EXPECTATIONS.getOrDefault(type, container);
  }

  /** The key of the refused value; of a layer with an unknown type, the type's key. */
  static String path(JsonMappingException e) {
    String path =
        e.getPath().stream()
            .map(r -> r.getFieldName() != null ? r.getFieldName() : String.valueOf(r.getIndex()))
            .collect(Collectors.joining("."));
    return e instanceof InvalidTypeIdException type && type.getTypeId() != null
        ? path + ".type"
        : path;
  }

  /** The keys of all settings in a tree. */
  static Set<String> keys(JsonNode tree) {
    Set<String> keys = new LinkedHashSet<>();
    addKeys(tree, "", keys);
    return keys;
  }

  private static void addKeys(JsonNode node, String key, Set<String> keys) {
    if (!key.isEmpty()) {
      keys.add(key);
    }
    String prefix = key.isEmpty() ? "" : key + ".";
    node.fields().forEachRemaining(f -> addKeys(f.getValue(), prefix + f.getKey(), keys));
    for (int i = 0; i < node.size() && node.path(i).isObject(); i++) {
      addKeys(node.get(i), prefix + i, keys);
    }
  }
}
