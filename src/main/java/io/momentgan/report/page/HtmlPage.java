package io.momentgan.report.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.momentgan.run.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.io.IOUtils;

/**
 * A page that needs nothing beside it: styles, scripts, pictures and the charting library
 * (Chart.js) are in it. Texts are escaped by whoever adds them.
 */
public final class HtmlPage {
  private static final String LIBRARY = "/META-INF/maven/org.webjars.npm/chart.js/pom.properties";
  private static final String LIBRARY_FILE =
      "/META-INF/resources/webjars/chart.js/%s/dist/chart.umd.js";

  private final String title;
  private final StringBuilder body = new StringBuilder();
  private final List<Chart> charts = new ArrayList<>();
  private final ArrayNode grids = Json.MAPPER.createArrayNode();
  private int reloadSeconds;

  /**
   * Begins a page.
   *
   * @param title of the browser's window
   */
  public HtmlPage(String title) {
    this.title = title;
  }

  /** Adds HTML. */
  public HtmlPage add(String html) {
    body.append(html);
    return this;
  }

  /** Adds charts side by side, where there is room. */
  public HtmlPage add(List<Chart> more) {
    charts.addAll(more);
    return more.isEmpty()
        ? this
        : add(
            more.stream()
                .map(Chart::html)
                .collect(Collectors.joining("", "<div class=\"charts\">\n", "</div>\n")));
  }

  /**
   * Makes the page load itself again after so many seconds, unless a reader moves its slider; 0 for
   * never.
   */
  public HtmlPage reloading(int seconds) {
    reloadSeconds = seconds;
    return this;
  }

  public boolean isReloading() {
    return reloadSeconds > 0;
  }

  /** Adds a picture that the slider shows. */
  public HtmlPage addGrid(int epoch, byte[] png) {
    grids.addArray().add(epoch).add(dataUri(png));
    return this;
  }

  /** The page. */
  public String html() {
    ObjectNode data = Json.MAPPER.createObjectNode();
    data.set("charts", Json.MAPPER.valueToTree(charts));
    data.set("grids", grids);
    data.set("colours", Json.MAPPER.valueToTree(colours()));
    data.put("reload", reloadSeconds);
    String library = charts.isEmpty() ? "const Chart = class {};" : library();
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <link rel="icon" href="data:,">
        <title>%s</title>
        <style>
        %s</style>
        </head>
        <body>
        %s
        <script type="application/json" id="report-data">%s</script>
        <script>%s</script>
        <script>
        %s</script>
        </body>
        </html>
        """
        .formatted(
            Table.escape(title),
            resource("/io/momentgan/report/report.css"),
            body,
            // "<!--<script" or "</script" in a text would change what the element holds.
            Json.line(data).replace("<", "\\u003c"),
            library,
            resource("/io/momentgan/report/report.js"));
  }

  private static List<String> colours() {
    return Stream.of(Drawing.COLOURS).map(Drawing::hex).toList();
  }

  private static String library() {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(resource(LIBRARY)));
    } catch (IOException e) {
      throw new UncheckedIOException("The version of Chart.js cannot be read", e);
    }
    return resource(LIBRARY_FILE.formatted(properties.getProperty("version")))
        .replace("//# sourceMappingURL=chart.umd.js.map", "");
  }

  private static String resource(String name) {
    // By this class's loader: on a cluster, commons-io's own is Spark's and sees no application
    // jar.
    try (InputStream in = HtmlPage.class.getResourceAsStream(name)) {
      return IOUtils.toString(in, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be read", e);
    }
  }

  /** A part that is folded up at first. */
  public static String details(String summary, String content) {
    return "<details><summary>%s</summary>%s</details>\n".formatted(summary, content);
  }

  /** A picture under a heading; nothing where there is none. */
  public static String picture(String heading, byte[] png, String alt, String caption) {
    return png.length == 0
        ? ""
        : "<h2>%s</h2>\n<figure><img src=\"%s\" alt=\"%s\"><figcaption>%s</figcaption></figure>\n"
            .formatted(
                Table.escape(heading), dataUri(png), Table.escape(alt), Table.escape(caption));
  }

  /** A PNG file as an address that a page can hold. */
  public static String dataUri(byte[] png) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
  }
}
