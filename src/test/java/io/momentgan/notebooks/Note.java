package io.momentgan.notebooks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.momentgan.Experiments;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A Zeppelin note.
 *
 * @param file its file
 * @param paragraphs its paragraphs
 */
record Note(Path file, List<Paragraph> paragraphs) {
  static final Path FOLDER = Experiments.REPOSITORY.resolve("notebooks");

  private static final JsonMapper JSON = new JsonMapper();

  /**
   * A paragraph.
   *
   * @param place such as "compare.zpln, paragraph 3 (Experiments)"
   * @param text its text, from the interpreter's name on
   * @param chart columns that its chart shows, by their index; empty without a chart
   */
  record Paragraph(String place, String text, Map<Integer, String> chart) {
    Paragraph {
      chart = Map.copyOf(chart);
    }

    /** One of a text alone. */
    static Paragraph of(String place, String text) {
      return new Paragraph(place, text, Map.of());
    }

    /** Such as "%spark.sql". */
    String interpreter() {
      return text.lines().findFirst().orElse("").strip();
    }

    String code() {
      return text.substring(text.indexOf('\n') + 1);
    }
  }

  /** All notes, by name. */
  static List<Path> files() {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode json(Path file) {
    try {
      return JSON.readTree(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Note read(Path file) {
    JsonNode paragraphs = json(file).get("paragraphs");
    List<JsonNode> list = StreamSupport.stream(paragraphs.spliterator(), false).toList();
    return new Note(
        file,
        Stream.iterate(0, i -> i < list.size(), i -> i + 1)
            .map(i -> paragraph(file, i + 1, list.get(i)))
            .toList());
  }

  private static Paragraph paragraph(Path file, int number, JsonNode paragraph) {
    return new Paragraph(
        "%s, paragraph %d (%s)"
            .formatted(file.getFileName(), number, paragraph.get("title").asText()),
        paragraph.get("text").asText(),
        chart(paragraph.at("/config/results/0/graph")));
  }

  private static Map<Integer, String> chart(JsonNode graph) {
    Map<Integer, String> columns = new TreeMap<>();
    for (String part : List.of("keys", "groups", "values")) {
      for (JsonNode column : graph.path(part)) {
        columns.put(column.get("index").asInt(), column.get("name").asText());
      }
    }
    return columns;
  }
}
