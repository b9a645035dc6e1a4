package io.momentgan.report.page;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.text.StringEscapeUtils;

/** A table of plain texts, rendered as Markdown or HTML, which escape them. */
public final class Table {
  private final List<String> heads;
  private final String alignment;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * Starts a table.
   *
   * @param alignment 'l' or 'r' for each column
   * @param heads the columns' names
   */
  public Table(String alignment, List<String> heads) {
    this.alignment = alignment;
    this.heads = List.copyOf(heads);
  }

  /** Starts a table. */
  public Table(String alignment, String... heads) {
    this(alignment, List.of(heads));
  }

  /** Adds a row; missing cells at its end are empty. */
  public Table row(List<String> cells) {
    rows.add(Stream.concat(cells.stream(), Stream.generate(() -> "")).limit(heads.size()).toList());
    return this;
  }

  /** Adds a row; missing cells at its end are empty. */
  public Table row(String... cells) {
    return row(List.of(cells));
  }

  /** The table in Markdown. */
  public String markdown() {
    return line(heads)
        + alignment.replace("l", "|---").replace("r", "|---:")
        + "|\n"
        + rows.stream().map(Table::line).collect(Collectors.joining());
  }

  private static String line(List<String> cells) {
    return cells.stream().map(Table::plain).collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  /** Keeps a text from breaking a Markdown page or a table in it. */
  public static String plain(String text) {
    return text.strip()
        .replaceAll("\\s+", " ")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace("|", "\\|");
  }

  /** The table in HTML, which scrolls sideways where it does not fit. */
  public String html() {
    return "<div class=\"scroll\"><table>\n"
        + line(heads, "th")
        + rows.stream().map(cells -> line(cells, "td")).collect(Collectors.joining())
        + "</table></div>\n";
  }

  private String line(List<String> cells, String element) {
    StringBuilder line = new StringBuilder("<tr>");
    for (int i = 0; i < cells.size(); i++) {
      String type = alignment.charAt(i) == 'l' ? "" : " class=\"number\"";
      line.append("<%s%s>%s</%1$s>".formatted(element, type, escape(cells.get(i))));
    }
    return line.append("</tr>\n").toString();
  }

  /** Makes a text safe in HTML content and attributes. */
  public static String escape(String text) {
    return StringEscapeUtils.escapeXml10(text);
  }
}
