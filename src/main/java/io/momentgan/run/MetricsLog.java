package io.momentgan.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.momentgan.storage.Folder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A table of metrics as JSON lines, readable by {@code spark.read.json(path)} while the run goes
 * on.
 *
 * <p>Objects on S3 cannot be appended to, so the lines are kept in memory and the whole file is
 * published anew, at most once per interval. Belongs to one thread.
 */
public final class MetricsLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsLog.class);

  /** Publishing takes at most about this part of the time, however long the file grows. */
  private static final int MIN_PAUSE_PER_PUBLICATION = 20;

  private final Folder folder;
  private final Table table;
  private final LongSupplier nanoTime;
  private final StringBuilder lines;
  private boolean changed;
  private long nextNanos;

  MetricsLog(Folder folder, Table table, String lines, LongSupplier nanoTime) {
    this.folder = folder;
    this.table = table;
    this.lines = new StringBuilder(lines);
    this.nanoTime = nanoTime;
    this.nextNanos = nanoTime.getAsLong();
  }

  /** The tables of a run. */
  public enum Table {
    /** One {@link EpochLine} per epoch, published at once. */
    EPOCHS(Duration.ZERO),
    /** One line per round, published every five seconds at most. */
    ROUNDS(Duration.ofSeconds(5)),
    /** One {@link WorkerLine} per worker and round, published every five seconds at most. */
    WORKERS(Duration.ofSeconds(5)),
    /** One {@link SheetLine} per sheet at a chosen iteration, published at once. */
    SHEETS(Duration.ZERO);

    private final Duration interval;

    Table(Duration interval) {
      this.interval = interval;
    }

    /** The file's path in the run folder. */
    public String path() {
      return "metrics/%s.jsonl".formatted(name().toLowerCase(Locale.ROOT));
    }
  }

  /**
   * The table of a new run.
   *
   * @param folder the run's folder
   * @param table which table
   */
  public static MetricsLog create(Folder folder, Table table) {
    return new MetricsLog(folder, table, "", System::nanoTime);
  }

  /**
   * Goes on with the table of an earlier run.
   *
   * @param folder the run's folder
   * @param table which table
   * @param lastRound round of the checkpoint: lines up to it stay as they are, byte for byte; later
   *     ones are dropped, for their rounds will be run again
   */
  public static MetricsLog reopen(Folder folder, Table table, long lastRound) {
    StringBuilder kept = new StringBuilder();
    if (folder.exists(table.path())) {
      folder
          .readText(table.path())
          .lines()
          .filter(line -> round(line, folder, table) <= lastRound)
          .forEach(line -> kept.append(line).append('\n'));
    }
    MetricsLog log = new MetricsLog(folder, table, kept.toString(), System::nanoTime);
    log.changed = true;
    return log;
  }

  private static long round(String line, Folder folder, Table table) {
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
   * Adds a line.
   *
   * @param line a record or map with a field {@code round}; NaN and infinities are written as null
   */
  public void append(Object line) {
    lines.append(Json.line(line)).append('\n');
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
    folder.publish(table.path(), lines.toString().getBytes(StandardCharsets.UTF_8));
    changed = false;
    long end = nanoTime.getAsLong();
    nextNanos = end + pauseNanos(end - start);
  }

  private long pauseNanos(long publicationNanos) {
    return table.interval.isZero()
        ? 0
        : Math.max(table.interval.toNanos(), MIN_PAUSE_PER_PUBLICATION * publicationNanos);
  }

  /** Publishes what is left. */
  @Override
  public void close() {
    publish();
  }
}
