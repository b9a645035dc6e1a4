package io.momentgan.data.pictures;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.univocity.parsers.common.TextParsingException;
import com.univocity.parsers.csv.CsvParser;
import com.univocity.parsers.csv.CsvParserSettings;
import io.momentgan.data.DataException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.lang3.StringUtils;

/**
 * The classes of images by a file beside them: {@code labels.csv}, or {@code dataset.json} as
 * StyleGAN2-ADA's dataset_tool.py writes it.
 *
 * @param name its path below the folder
 * @param classes class of each image, by the image's path below the folder
 */
record ClassList(String name, Map<String, String> classes) {
  private static final int SHOWN_CHARACTERS = 100;
  private static final Set<String> NAMES = Set.of("labels.csv", "dataset.json");
  private static final Set<String> FILE_COLUMNS =
      Set.of("file", "filename", "file_name", "filepath", "path", "image", "image_name", "name");
  private static final Set<String> CLASS_COLUMNS =
      Set.of("label", "labels", "class", "class_name", "category", "target");

  /** Whether a file is a list of classes by its name. */
  static boolean is(String path) {
    return NAMES.contains(path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT));
  }

  /** The folder of the list, "" or with a last '/'. */
  String folder() {
    return name.substring(0, name.lastIndexOf('/') + 1);
  }

  /**
   * Reads a list.
   *
   * @param path its path below the folder
   * @param shown its location for messages
   * @param bytes its contents
   * @param isThere whether a path below the folder is that of a file
   * @throws DataException when it is damaged, or lists a file twice, or one that is not there
   */
  static ClassList read(String path, String shown, byte[] bytes, Predicate<String> isThere) {
    String text = new String(bytes, StandardCharsets.UTF_8).replaceFirst("^\uFEFF", "");
    ClassList list = new ClassList(path, new LinkedHashMap<>());
    Predicate<String> beside = file -> isThere.test(list.folder() + plain(file));
    if (path.toLowerCase(Locale.ROOT).endsWith(".json")) {
      list.json(text, shown);
    } else {
      list.csv(text, shown, beside);
    }
    List<String> missing = list.classes.keySet().stream().filter(isThere.negate()).toList();
    if (!missing.isEmpty()) {
      throw new DataException(
          "%s: found %d files that are not there (%s), expected each beside the list; restore them or remove their lines"
              .formatted(shown, missing.size(), shorten(missing)));
    }
    return list;
  }

  /** Names a few. */
  static String shorten(List<String> names) {
    int few = 3;
    return names.stream().limit(few).map(ClassList::shorten).collect(Collectors.joining(", "))
        + (names.size() > few ? ", ..." : "");
  }

  private void csv(String text, String shown, Predicate<String> isThere) {
    CsvParserSettings settings = new CsvParserSettings();
    settings.getFormat().setDelimiter(delimiter(text));
    settings.setLineSeparatorDetectionEnabled(true);
    settings.setMaxCharsPerColumn(-1);
    List<String[]> rows;
    try {
      rows = new CsvParser(settings).parseAll(new StringReader(text));
    } catch (TextParsingException e) {
      throw malformed(shown, "a damaged table", e);
    }
    if (rows.isEmpty()) {
      throw malformed(shown, "no line", null);
    }
    String[] first = rows.get(0);
    int file = column(first, FILE_COLUMNS).orElse(0);
    int label = column(first, CLASS_COLUMNS).orElse(1);
    boolean header =
        column(first, FILE_COLUMNS).isPresent() && column(first, CLASS_COLUMNS).isPresent();
    if (!header && (first.length != 2 || first[0] == null || !isThere.test(first[0]))) {
      throw malformed(shown, "the first line \"%s\"".formatted(shown(first)), null);
    }
    for (String[] row : rows.subList(header ? 1 : 0, rows.size())) {
      if (row.length <= Math.max(file, label) || row[file] == null || row[label] == null) {
        throw malformed(shown, "the line \"%s\"".formatted(shown(row)), null);
      }
      add(row[file], row[label], shown);
    }
  }

  /** A row in one short line, whatever is in it. */
  private static String shown(String[] row) {
    String cells =
        Stream.of(row).map(cell -> cell == null ? "" : cell).collect(Collectors.joining(","));
    return shorten(cells);
  }

  private static String shorten(String text) {
    return StringUtils.abbreviate(text.replaceAll("\\p{Cntrl}+", " "), SHOWN_CHARACTERS);
  }

  private static char delimiter(String text) {
    String line = text.lines().findFirst().orElse("");
    char best = ',';
    for (char each : new char[] {';', '\t'}) {
      if (count(line, each) > count(line, best)) {
        best = each;
      }
    }
    return best;
  }

  private static long count(String line, char wanted) {
    return line.chars().filter(c -> c == wanted).count();
  }

  private static Optional<Integer> column(String[] header, Set<String> names) {
    for (int i = 0; i < header.length; i++) {
      if (header[i] != null && names.contains(header[i].strip().toLowerCase(Locale.ROOT))) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  private static DataException malformed(String shown, String found, Exception cause) {
    return new DataException(
        "%s: found %s, expected a file and its class on each line, below the header file,label"
            .formatted(shown, found),
        cause);
  }

  private void json(String text, String shown) {
    JsonNode labels;
    try {
      labels = new ObjectMapper().readTree(text).path("labels");
    } catch (JsonProcessingException e) {
      throw notJson(shown, "damaged JSON", e);
    }
    if (!labels.isArray()) {
      throw notJson(shown, "no list \"labels\"", null);
    }
    for (JsonNode pair : labels) {
      JsonNode label = pair.path(1);
      if (!pair.path(0).isTextual() || (!label.isIntegralNumber() && !label.isTextual())) {
        throw notJson(shown, "the entry " + shorten(pair.toString()), null);
      }
      add(pair.path(0).asText(), label.asText(), shown);
    }
  }

  private static DataException notJson(String shown, String found, Exception cause) {
    return new DataException(
        "%s: found %s, expected {\"labels\": [[\"00000/img00000000.png\", 6], ...]}; mend the file, or remove it to take the folders as classes"
            .formatted(shown, found),
        cause);
  }

  private void add(String file, String label, String shown) {
    String name = label.strip();
    String earlier = classes.put(folder() + plain(file), name);
    if (name.isEmpty() || (earlier != null && !earlier.equals(name))) {
      throw new DataException(
          "%s: found %s in the classes \"%s\" and \"%s\", expected one class"
              .formatted(
                  shown, shorten(file), earlier == null ? "" : shorten(earlier), shorten(name)));
    }
  }

  private static String plain(String file) {
    return file.strip().replace('\\', '/').replaceFirst("^(\\./)+", "");
  }
}
