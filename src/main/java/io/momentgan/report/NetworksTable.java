package io.momentgan.report;

import io.momentgan.config.Experiment;
import io.momentgan.config.LayerConfig;
import io.momentgan.config.NetworkConfig;
import io.momentgan.config.SettingDifferences;
import io.momentgan.report.page.Table;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The layers of both networks. */
final class NetworksTable {
  private NetworksTable() {}

  /** A row for each layer. */
  static Table of(Experiment experiment) {
    Table table = new Table("llll", "Network", "Layer", "Kind", "Settings");
    Map<String, String> settings = SettingDifferences.settings(experiment);
    Map<String, NetworkConfig> networks =
        Map.of("generator", experiment.generator(), "discriminator", experiment.discriminator());
    for (String network : List.of("generator", "discriminator")) {
      List<LayerConfig> layers = networks.get(network).layers();
      IntStream.range(0, layers.size())
          .forEach(
              i ->
                  table.row(
                      network,
                      "hidden " + (i + 1),
                      kind(settings, "%s.layers.%d.".formatted(network, i)),
                      layer(settings, "%s.layers.%d.".formatted(network, i))));
      String output = network + ".output-layer.";
      String activation = settings.get(network + ".output").replace("\"", "");
      table.row(
          network,
          "output",
          kind(settings, output),
          (layer(settings, output) + ", " + activation).replaceFirst("^, ", ""));
    }
    return table;
  }

  private static String kind(Map<String, String> settings, String prefix) {
    return settings.getOrDefault(prefix + "type", "dense").replace("\"", "");
  }

  /** Lists a layer's settings, without those that are off or that its kind does not use. */
  private static String layer(Map<String, String> settings, String prefix) {
    boolean dense = kind(settings, prefix).equals("dense");
    return settings.entrySet().stream()
        .filter(setting -> setting.getKey().startsWith(prefix))
        .map(s -> Map.entry(s.getKey().substring(prefix.length()), s.getValue().replace("\"", "")))
        .filter(s -> !s.getValue().matches("false|0|0\\.0|1\\.0|none|same|leaky-relu"))
        .filter(s -> !s.getKey().matches(dense ? "type|kernel|stride" : "type"))
        .map(s -> s.getValue().equals("true") ? s.getKey() : s.getKey() + " " + s.getValue())
        .collect(Collectors.joining(", "));
  }
}
