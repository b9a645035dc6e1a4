package io.momentgan.data.idx;

import io.momentgan.data.DataException;
import io.momentgan.data.FileLocation;
import io.momentgan.data.arrays.LabelCheck;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * EMNIST's {@code emnist-balanced-mapping.txt}: a line per label with the codes of its characters,
 * of which the first names the class.
 */
final class EmnistMapping {
  private static final Pattern LINE =
      Pattern.compile("(?<label>\\d{1,3})(\\s+(?<code>\\d{1,3}))(\\s+\\d{1,3})*");
  private static final int MOST_BYTES = 1 << 16;

  private EmnistMapping() {}

  /**
   * Reads the names of the classes, class 0 first.
   *
   * @param file the mapping
   * @param labels range of the training labels; where it begins with 1, label 1 is class 0
   * @throws DataException when the file is no such list
   */
  static List<String> classes(FileLocation file, LabelCheck labels) {
    Map<Integer, String> names = new TreeMap<>();
    for (String line : lines(file)) {
      Matcher found = LINE.matcher(line);
      int code = found.matches() ? Integer.parseInt(found.group("code")) : 0;
      if (code <= ' ' || code > '~') {
        throw new DataException(
            "%s: found \"%s\", expected a label and the ASCII code of its character, such as 10 65; copy the file again"
                .formatted(file, line));
      }
      names.put(Integer.valueOf(found.group("label")), Character.toString(code));
    }
    List<String> classes = new ArrayList<>();
    for (int label = labels.fromOne() ? 1 : 0; names.containsKey(label); label++) {
      classes.add(names.get(label));
    }
    return classes;
  }

  private static List<String> lines(FileLocation file) {
    try (InputStream in = file.openContents()) {
      return new String(in.readNBytes(MOST_BYTES), StandardCharsets.US_ASCII)
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .toList();
    } catch (IOException e) {
      throw DataException.unreadable(file.toString(), e);
    }
  }
}
