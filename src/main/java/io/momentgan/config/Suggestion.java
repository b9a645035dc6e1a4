package io.momentgan.config;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Suggests what a mistyped key or name was meant to be, by edit distance. */
public final class Suggestion {
  private static final int MOST = 2;
  private static final int LETTERS_PER_MISTAKE = 3;

  private Suggestion() {}

  /**
   * Completes an error message.
   *
   * @param typed a key such as {@code epochs}, or another name
   * @param known the keys or names that there are, the more likely first; a key's last parts alone
   *     are compared as well
   * @return such as "; did you mean train.epochs?"; empty if nothing is near
   */
  public static String of(String typed, Collection<String> known) {
    Map<String, Integer> distances = new LinkedHashMap<>();
    for (String candidate : known) {
      int distance = distance(plain(typed), plain(candidate));
      if (distance >= 0) {
        distances.putIfAbsent(candidate, distance);
      }
    }
    int least = distances.values().stream().min(Integer::compare).orElse(0);
    List<String> nearest =
        distances.keySet().stream().filter(key -> distances.get(key) == least).limit(MOST).toList();
    return nearest.isEmpty()
        ? ""
        : nearest.stream().collect(Collectors.joining(" or ", "; did you mean ", "?"));
  }

  /** Other spellings of the same words: batch_size, batchSize, Batch-Size. */
  private static String plain(String key) {
    return key.replaceAll("(?<=\\p{Ll})(?=\\p{Lu})", "-")
        .replaceAll("[_ ]", "-")
        .toLowerCase(Locale.ROOT);
  }

  /** Returns -1 for keys that are not near. */
  private static int distance(String typed, String candidate) {
    if (isLeftOut(typed, candidate)) {
      return 0;
    }
    int whole = edits(typed, lastParts(candidate, parts(typed)));
    if (whole >= 0) {
      return 2 * whole;
    }
    // The right name in the wrong section.
    int ofName = edits(lastParts(typed, 1), lastParts(candidate, 1));
    return ofName < 0 ? -1 : 2 * ofName + 1;
  }

  /** Whether the typed key is the candidate with some parts left out. */
  private static boolean isLeftOut(String typed, String candidate) {
    Iterator<String> parts = List.of(candidate.split("\\.", -1)).iterator();
    for (String part : typed.split("\\.", -1)) {
      boolean found = false;
      while (!found && parts.hasNext()) {
        found = parts.next().equals(part);
      }
      if (!found) {
        return false;
      }
    }
    return true;
  }

  private static int edits(String a, String b) {
    return new LevenshteinDistance((a.length() + 1) / LETTERS_PER_MISTAKE).apply(a, b);
  }

  private static int parts(String key) {
    return key.split("\\.", -1).length;
  }

  private static String lastParts(String key, int count) {
    String[] parts = key.split("\\.", -1);
    int first = Math.max(0, parts.length - count);
    return String.join(".", List.of(parts).subList(first, parts.length));
  }
}
