package io.momentgan.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The networks of a run, from its settings. */
final class NetworkTable {
  private NetworkTable() {}

  /** A table of the layers of both networks. */
  static String html(RunText run) {
    return "<div class=\"scroll\"><table>\n<tr><th>Network</th><th>Layer</th><th>Kind</th>"
        + "<th>Settings</th></tr>\n"
        + rows(run, "generator")
        + rows(run, "discriminator")
        + "</table></div>\n";
  }

  private static String rows(RunText run, String network) {
    StringBuilder rows = new StringBuilder();
    JsonNode settings = run.root().at("/experiment/" + network);
    int number = 1;
    for (JsonNode layer : settings.path("layers")) {
      rows.append(row(network, "hidden " + number++, layer, ""));
    }
    JsonNode last = settings.path("output-layer");
    return rows.append(row(network, "output", last, settings.path("output").asText(""))).toString();
  }

  private static String row(String network, String layer, JsonNode settings, String activation) {
    String kind = settings.path("type").asText("dense");
    List<String> all = new ArrayList<>();
    settings.properties().stream()
        .filter(setting -> says(kind, setting))
        .map(setting -> text(setting.getKey(), setting.getValue()))
        .forEach(all::add);
    if (!activation.isEmpty()) {
      all.add(activation);
    }
    return "<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n"
        .formatted(network, layer, HtmlPage.escape(kind), HtmlPage.escape(String.join(", ", all)));
  }

  /** Whether a setting says something of a layer: neither its kind nor what is off or unused. */
  private static boolean says(String kind, Map.Entry<String, JsonNode> setting) {
    JsonNode value = setting.getValue();
    boolean off = value.isBoolean() ? !value.asBoolean() : value.asDouble() == 0;
    boolean unused =
        kind.equals("dense")
            && !List.of("units", "batch-norm", "dropout").contains(setting.getKey());
    return !setting.getKey().equals("type") && !off && !unused;
  }

  private static String text(String key, JsonNode value) {
    return value.isBoolean() ? key : key + " " + value.asText();
  }
}
