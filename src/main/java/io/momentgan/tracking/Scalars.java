package io.momentgan.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.storage.Folder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The numbers of one line of a run's metrics. Names are the table's and the column's, such as
 * {@code epochs/d_loss}; {@code quality/ema/fd} and {@code workers/0/seconds} where the lines of a
 * table are of several weights or workers. A number that is null, hence not finite, is left out.
 *
 * @param iteration iterations finished since the run's start: the step
 * @param time when the line was written
 * @param values by name, in the order of the line
 */
record Scalars(long iteration, Instant time, Map<String, Double> values) {
  /** Tables with a line per epoch at most. */
  static final List<MetricsTable<?>> OF_EPOCHS =
      List.of(
          MetricsTable.EPOCHS,
          MetricsTable.QUALITY,
          MetricsTable.CLASSIFICATION,
          MetricsTable.LIKELIHOOD);

  /** Tables with a line per round. */
  static final List<MetricsTable<?>> OF_ROUNDS = List.of(MetricsTable.ROUNDS, MetricsTable.WORKERS);

  /** Numbers that say which line it is, and measure nothing. */
  private static final Set<String> KEYS =
      Set.of("seed", "epoch", "round", "iteration", "rank", "latent_seed");

  /**
   * Reads lines of a run.
   *
   * @param folder the run's folder
   * @param tables which tables
   * @param after the lines' rounds are above it
   * @param upTo and at most this
   * @return table by table, in the order of the lines
   */
  static List<Scalars> read(Folder folder, List<MetricsTable<?>> tables, long after, long upTo) {
    Map<MetricsTable<?>, List<JsonNode>> lines = new LinkedHashMap<>();
    tables.forEach(table -> lines.put(table, lines(folder, table, after, upTo)));
    Map<Long, Long> iterations = new HashMap<>();
    // Evaluations know their round only; the lines of rounds and epochs know its iterations too.
    lines.values().stream()
        .flatMap(List::stream)
        .filter(line -> line.has("iteration"))
        .forEach(line -> iterations.put(round(line), line.get("iteration").longValue()));
    List<Scalars> scalars = new ArrayList<>();
    lines.forEach(
        (table, ofTable) ->
            ofTable.stream()
                .filter(line -> iterations.containsKey(round(line)))
                .map(line -> of(table, line, iterations.get(round(line))))
                .forEach(scalars::add));
    return scalars;
  }

  /** Reads the lines of some rounds. */
  static List<JsonNode> lines(Folder folder, MetricsTable<?> table, long after, long upTo) {
    return Jsonl.readJson(folder, table).stream()
        .filter(line -> round(line) > after && round(line) <= upTo)
        .toList();
  }

  private static long round(JsonNode line) {
    return line.path("round").longValue();
  }

  /** When a line was written. */
  static Instant time(JsonNode line) {
    return Instant.parse(line.path("time").textValue());
  }

  private static Scalars of(MetricsTable<?> table, JsonNode line, long iteration) {
    StringBuilder prefix = new StringBuilder(table.name()).append('/');
    for (String key : List.of("weights", "rank")) {
      if (line.has(key)) {
        prefix.append(line.get(key).asText()).append('/');
      }
    }
    Map<String, Double> values = new LinkedHashMap<>();
    add(line, prefix.toString(), values);
    return new Scalars(iteration, time(line), values);
  }

  private static void add(JsonNode object, String prefix, Map<String, Double> values) {
    object
        .fields()
        .forEachRemaining(
            field -> {
              JsonNode value = field.getValue();
              if (value.isObject()) {
                add(value, prefix + field.getKey() + '/', values);
              } else if (value.isNumber() && !KEYS.contains(field.getKey())) {
                values.put(prefix + field.getKey(), value.doubleValue());
              }
            });
  }
}
