package io.momentgan.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.momentgan.config.UserException;
import io.momentgan.run.Json;
import io.momentgan.run.MetricsLog;
import io.momentgan.storage.Folder;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a run sent, and what came of it.
 *
 * @param scope over which batches its moments were taken
 * @param frequency iterations per round
 * @param epochs epochs made
 * @param networkBytes bytes of networks sent and received by all workers
 * @param momentBytes bytes of moments and gradients sent and received by all workers
 * @param seconds time spent on rounds
 * @param raw newest evaluation of the trained generator, null where there is none
 * @param ema newest evaluation of its moving average, null where there is none
 */
public record FrontierRow(
    String scope,
    int frequency,
    int epochs,
    long networkBytes,
    long momentBytes,
    double seconds,
    JsonNode raw,
    JsonNode ema) {
  private static final String QUALITY = "metrics/quality.jsonl";

  /**
   * Reads a run's records.
   *
   * @param run the run's folder
   * @param scope of its settings
   * @param frequency of its settings
   * @throws UserException when the run was not evaluated
   */
  public static FrontierRow of(Folder run, String scope, int frequency) {
    List<JsonNode> rounds = lines(run, MetricsLog.Table.ROUNDS.path());
    JsonNode last = rounds.get(rounds.size() - 1);
    if (!run.exists(QUALITY)) {
      throw new UserException(
          "%s: found no %s, expected an evaluated run; evaluate it first (submit/local evaluate)"
              .formatted(run, QUALITY));
    }
    return new FrontierRow(
        scope,
        frequency,
        last.get("epoch").asInt(),
        sum(rounds, "bytes_out", "bytes_in"),
        sum(rounds, "moment_bytes_out", "moment_bytes_in"),
        last.get("seconds").asDouble(),
        newest(run, "raw"),
        newest(run, "ema"));
  }

  private static long sum(List<JsonNode> rounds, String... fields) {
    return rounds.stream()
        .flatMap(round -> Stream.of(fields).map(round::get))
        .mapToLong(JsonNode::asLong)
        .sum();
  }

  private static JsonNode newest(Folder run, String weights) {
    return lines(run, QUALITY).stream()
        .filter(line -> line.path("weights").asText().equals(weights))
        .reduce((earlier, later) -> later)
        .orElse(null);
  }

  private static List<JsonNode> lines(Folder run, String path) {
    return run.readText(path)
        .lines()
        .map(
            line -> {
              try {
                return Json.MAPPER.readTree(line);
              } catch (JsonProcessingException e) {
                throw new UserException("%s/%s: not JSON: %s".formatted(run, path, line), e);
              }
            })
        .toList();
  }

  /** All that was sent and received, in bytes. */
  public long bytes() {
    return networkBytes + momentBytes;
  }

  /** Frechet distance of the trained generator; NaN where it was not measured. */
  public double frechetDistance() {
    return value(raw, "fd");
  }

  private static double value(JsonNode quality, String field) {
    return Optional.ofNullable(quality)
        .map(q -> q.path(field).asDouble(Double.NaN))
        .orElse(Double.NaN);
  }

  String markdown() {
    return String.format(
        Locale.ROOT,
        "| %d | %s | %,.1f | %,.1f | %,.1f | %.2f | %.2f | %.2f | %.2f | %.0f |%n",
        frequency,
        scope,
        mebibytes(networkBytes),
        mebibytes(momentBytes),
        mebibytes(bytes()),
        value(raw, "moment_mean"),
        value(raw, "moment_var"),
        value(raw, "fd"),
        value(ema, "fd"),
        seconds);
  }

  private static double mebibytes(long bytes) {
    return bytes / 1048576.0;
  }
}
