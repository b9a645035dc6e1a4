package io.momentgan.output;

import com.fasterxml.jackson.databind.JsonNode;

/** The networks of a run, from its settings. */
final class NetworkTable {
  private NetworkTable() {}

  /** A table of the layers of both networks. */
  static String html(RunRecord run) {
    boolean known = !run.data("shape").equals("?");
    int features = known ? run.shape().features() : 0;
    return "<div class=\"scroll\"><table>\n<tr><th>Network</th><th>Layer</th>"
        + "<th class=\"number\">Units</th><th class=\"number\">Weights and biases</th>"
        + "<th>With</th></tr>\n"
        + rows(run, "generator", run.number("/latent/size"), features)
        + rows(run, "discriminator", features, 1)
        + "</table></div>\n";
  }

  private static String rows(RunRecord run, String network, double inputs, int outputs) {
    StringBuilder rows = new StringBuilder();
    JsonNode settings = run.root().at("/experiment/" + network);
    long width = Math.round(inputs);
    int number = 1;
    for (JsonNode layer : settings.path("layers")) {
      long units = layer.path("units").asLong();
      rows.append(row(network, "hidden " + number++, width, units, extras(layer)));
      width = units;
    }
    return rows.append(row(network, "output", width, outputs, settings.path("output").asText("")))
        .toString();
  }

  private static String extras(JsonNode layer) {
    String norm = layer.path("batch-norm").asBoolean() ? "batch normalisation " : "";
    double dropout = layer.path("dropout").asDouble();
    return (norm + (dropout > 0 ? "dropout " + dropout : "")).strip();
  }

  private static String row(String network, String layer, long inputs, long units, String with) {
    return ("<tr><td>%s</td><td>%s</td><td class=\"number\">%d</td><td class=\"number\">%,d</td>"
            + "<td>%s</td></tr>\n")
        .formatted(network, layer, units, inputs * units + units, HtmlPage.escape(with));
  }
}
