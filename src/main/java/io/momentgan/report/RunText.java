package io.momentgan.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.run.RunRecord;
import io.momentgan.storage.Folder;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code run.yaml} says: keys {@code experiment}, {@code versions}, {@code data}, {@code
 * created} and {@code workers}.
 *
 * @param text the file as it is
 * @param root the same, parsed
 */
record RunText(String text, JsonNode root) {
  private static final String UNKNOWN = "?";
  private static final Pattern SHAPE = Pattern.compile("(\\d{1,6})x(\\d{1,6})x(\\d{1,6})");

  static RunText of(Folder folder) {
    String text = folder.readText(RunRecord.FILE);
    try {
      return new RunText(text, new YAMLMapper().readTree(text));
    } catch (JsonProcessingException e) {
      throw new UserException(
          "%s/%s: not valid YAML: %s".formatted(folder, RunRecord.FILE, e.getOriginalMessage()), e);
    }
  }

  String name() {
    return setting("/name");
  }

  String description() {
    return root.at("/experiment/description").asText("");
  }

  /**
   * A setting of the experiment.
   *
   * @param pointer such as {@code /train/epochs}
   * @return "?" where there is none
   */
  String setting(String pointer) {
    return root.at("/experiment" + pointer).asText(UNKNOWN);
  }

  /** A numeric setting of the experiment; NaN where there is none. */
  double number(String pointer) {
    return root.at("/experiment" + pointer).asDouble(Double.NaN);
  }

  int epochs() {
    return root.at("/experiment/train/epochs").asInt();
  }

  /** Workers that trained. */
  String workers() {
    return root.path("workers").asText(setting("/train/workers"));
  }

  /** A fact of the data set, such as "kind" or "uri"; "?" where there is none. */
  String data(String key) {
    return root.path("data").path(key).asText(UNKNOWN);
  }

  String created() {
    return root.path("created").asText(UNKNOWN);
  }

  Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>();
    root.path("versions")
        .fields()
        .forEachRemaining(field -> versions.put(field.getKey(), field.getValue().asText()));
    return versions;
  }

  ImageShape shape() {
    Matcher matcher = SHAPE.matcher(data("shape"));
    if (!matcher.matches()) {
      throw new UserException(
          "%s: data.shape is \"%s\", expected channels x height x width such as 1x28x28"
              .formatted(RunRecord.FILE, data("shape")));
    }
    return new ImageShape(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)));
  }
}
