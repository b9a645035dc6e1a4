package io.momentgan.data.pictures;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Orders names as people do: runs of digits by their number, "2" before "10". */
final class NaturalOrder implements Comparator<String> {
  private static final Pattern PARTS = Pattern.compile("[0-9]+|[^0-9]+");
  private static final Pattern LEADING_ZEROS = Pattern.compile("^0+(?=.)");

  @Override
  public int compare(String left, String right) {
    Matcher first = PARTS.matcher(left);
    Matcher second = PARTS.matcher(right);
    while (true) {
      boolean more = first.find();
      if (!second.find()) {
        return more ? 1 : left.compareTo(right); // "01" and "1" are two names
      }
      if (!more) {
        return -1;
      }
      int order = parts(first.group(), second.group());
      if (order != 0) {
        return order;
      }
    }
  }

  private static int parts(String left, String right) {
    if (!isNumber(left) || !isNumber(right)) {
      return left.compareTo(right);
    }
    String first = LEADING_ZEROS.matcher(left).replaceFirst("");
    String second = LEADING_ZEROS.matcher(right).replaceFirst("");
    int byLength = Integer.compare(first.length(), second.length());
    return byLength != 0 ? byLength : first.compareTo(second);
  }

  private static boolean isNumber(String part) {
    return part.charAt(0) >= '0' && part.charAt(0) <= '9';
  }
}
