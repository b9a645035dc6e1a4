package io.momentgan.run.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.momentgan.config.UserException;
import io.momentgan.run.Json;
import io.momentgan.storage.Folder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes and reads a table of metrics as JSON lines, readable by {@code spark.read.json(path)}
 * during the run.
 *
 * <p>Each line starts with {@code run} (name of the run's folder), {@code seed} and {@code time}
 * (UTC, ISO 8601). The record follows, its components in snake_case. Belongs to one thread.
 *
 * @param <T> type of the lines
 */
public final class Jsonl<T> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Jsonl.class);

  /** Publishing takes at most about this part of the time, however long the file grows. */
  private static final int MIN_PAUSE_PER_PUBLICATION = 20;

  /** Bytes of a table's file, its text and its lines, for each byte of the file. */
  private static final int HEAP_PER_BYTE = 4;

  private static final long MOST_BYTES = 1 << 30;

  private final Folder folder;
  private final MetricsTable<T> table;
  private final long seed;
  private final LongSupplier nanoTime;
  // S3 objects cannot be appended to, so the lines stay in memory and the whole file is published.
  private final StringBuilder lines = new StringBuilder();
  private boolean changed;
  private long nextNanos;

  Jsonl(Folder folder, MetricsTable<T> table, long seed, LongSupplier nanoTime) {
    this.folder = folder;
    this.table = table;
    this.seed = seed;
    this.nanoTime = nanoTime;
    this.nextNanos = nanoTime.getAsLong();
  }

  /**
   * Opens the table of a new run.
   *
   * @param folder the run's folder
   * @param table which table
   * @param seed the run's seed
   */
  public static <T> Jsonl<T> create(Folder folder, MetricsTable<T> table, long seed) {
    return new Jsonl<>(folder, table, seed, System::nanoTime);
  }

  /**
   * Opens the table of an earlier run.
   *
   * @param folder the run's folder
   * @param table which table
   * @param seed the run's seed
   * @param lastRound round of the checkpoint: lines up to it stay byte for byte; later ones are
   *     dropped, for their rounds are run again
   */
  public static <T> Jsonl<T> reopen(
      Folder folder, MetricsTable<T> table, long seed, long lastRound) {
    Jsonl<T> log = create(folder, table, seed);
    for (String line : texts(folder, table)) {
      if (round(line, folder, table) <= lastRound) {
        log.lines.append(line).append('\n');
      } else {
        log.changed = true;
      }
    }
    return log;
  }

  private static long round(String line, Folder folder, MetricsTable<?> table) {
    try {
      JsonNode round = Json.MAPPER.readTree(line).path("round");
      if (round.isIntegralNumber()) {
        return round.longValue();
      }
    } catch (JsonProcessingException e) {
      LOG.debug("Not JSON", e);
    }
    LOG.warn("{}/{}: dropping a line without a round: {}", folder, table.path(), line);
    return Long.MAX_VALUE;
  }

  /**
   * Reads a table.
   *
   * @param folder the run's folder
   * @param table which table
   * @return in the order of the file; empty if there is no file
   * @throws UserException naming a line that this version does not write
   */
  public static <T> List<T> read(Folder folder, MetricsTable<T> table) {
    return texts(folder, table).stream().map(text -> parse(text, folder, table)).toList();
  }

  /**
   * Reads a table's lines as they are, with {@code run}, {@code seed} and {@code time}.
   *
   * @param folder the run's folder
   * @param table which table
   * @return in the order of the file; empty if there is no file
   * @throws UserException naming a line that is not JSON
   */
  public static List<JsonNode> readJson(Folder folder, MetricsTable<?> table) {
    return texts(folder, table).stream().map(text -> tree(text, folder, table)).toList();
  }

  private static List<String> texts(Folder folder, MetricsTable<?> table) {
    long most = Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / HEAP_PER_BYTE);
    return folder.exists(table.path())
        ? folder.readText(table.path(), (int) most).lines().toList()
        : List.of();
  }

  private static <T> T parse(String text, Folder folder, MetricsTable<T> table) {
    try {
      return Json.record(tree(text, folder, table), table.type());
    } catch (IllegalArgumentException e) {
      throw refused(text, folder, table, e);
    }
  }

  private static JsonNode tree(String text, Folder folder, MetricsTable<?> table) {
    try {
      JsonNode line = Json.MAPPER.readTree(text);
      List.of("run", "seed", "time").forEach(line::required);
      return line;
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw refused(text, folder, table, e);
    }
  }

  private static UserException refused(
      String text, Folder folder, MetricsTable<?> table, Exception e) {
    return new UserException(
        "%s/%s: found %s, expected a line as this version writes it (%s)"
            .formatted(folder, table.path(), text, e.getMessage().lines().findFirst().orElse("")),
        e);
  }

  /**
   * Adds an evaluation in the order of rounds; it replaces one of the same images.
   *
   * @param folder the run's folder
   * @param table which table
   * @param seed the run's seed
   * @param line the evaluation
   */
  public static <T extends EvaluationLine<T>> void add(
      Folder folder, MetricsTable<T> table, long seed, T line) {
    List<String> texts = new ArrayList<>(texts(folder, table));
    texts.removeIf(text -> line.replaces(parse(text, folder, table)));
    int place = 0;
    while (place < texts.size() && parse(texts.get(place), folder, table).compareTo(line) < 0) {
      place++;
    }
    texts.add(place, text(folder, seed, line));
    folder.publish(table.path(), String.join("\n", texts) + "\n");
  }

  private static String text(Folder folder, long seed, Object line) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("run", folder.name()).put("seed", seed);
    node.put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
    return Json.line(node.setAll((ObjectNode) Json.MAPPER.valueToTree(line)));
  }

  /** Adds a line; NaN and infinities are written as null. */
  public void append(T line) {
    lines.append(text(folder, seed, line)).append('\n');
    changed = true;
    if (nanoTime.getAsLong() - nextNanos >= 0) {
      publish();
    }
  }

  /** Makes all lines visible to readers now. */
  public void publish() {
    if (!changed) {
      return;
    }
    long start = nanoTime.getAsLong();
    folder.publish(table.path(), lines.toString());
    changed = false;
    long end = nanoTime.getAsLong();
    nextNanos = end + pauseNanos(end - start);
  }

  private long pauseNanos(long publicationNanos) {
    return table.interval().isZero()
        ? 0
        : Math.max(table.interval().toNanos(), MIN_PAUSE_PER_PUBLICATION * publicationNanos);
  }

  /** Publishes the remaining lines. */
  @Override
  public void close() {
    publish();
  }
}
