package io.momentgan.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import io.momentgan.config.UserException;
import io.momentgan.report.RunPictures;
import io.momentgan.run.Run;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.storage.Folder;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The event files of a run, in its folder {@code tensorboard}: each holds the metrics and sample
 * grids of some rounds, and is named after the last of them.
 *
 * <p>A file is written once, whole, as an object store appends to none. TensorBoard reads the files
 * of a folder in the order of their names, and hence of rounds: the time in them is the run's own,
 * since clocks of machines differ.
 */
public final class EventFiles {
  /** Where they are in the run's folder. */
  public static final String FOLDER = "tensorboard";

  private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\..*\\.(\\d{10})");

  private final Folder folder;
  private final Instant created;

  /** The newest round that a file holds. */
  private long newest;

  /** The files of a run. */
  public EventFiles(Run run) {
    this.folder = run.folder();
    this.created = Instant.parse(run.record().created());
  }

  /**
   * Begins a training, or goes on with it: deletes files with later rounds, for these are run
   * again, and writes what no file holds, as of a run that had none.
   *
   * @param round the round to start from
   */
  public void begin(long round) {
    newest = 0;
    for (Folder.Entry entry : folder.list(FOLDER)) {
      Matcher matcher = NAME.matcher(entry.name());
      if (matcher.matches()) {
        long last = Long.parseLong(matcher.group(1));
        if (last > round) {
          folder.delete(FOLDER + "/" + entry.name());
        } else {
          newest = Math.max(newest, last);
        }
      }
    }
    write(round);
  }

  /**
   * Writes a file of the rounds that no file holds; none without metrics of them.
   *
   * @param round the last of them
   */
  public void write(long round) {
    List<MetricsTable<?>> tables =
        Stream.concat(Scalars.OF_EPOCHS.stream(), Scalars.OF_ROUNDS.stream()).toList();
    List<Scalars> scalars = Scalars.read(folder, tables, newest, round);
    if (scalars.isEmpty()) {
      return;
    }
    EventFile file = new EventFile(created);
    scalars.forEach(file::add);
    for (JsonNode epoch : Scalars.lines(folder, MetricsTable.EPOCHS, newest, round)) {
      int number = epoch.path("epoch").intValue();
      picture(file, "samples/grid", epoch, RunPictures.samplesPath(number, "png"));
      picture(file, "samples/grid_ema", epoch, RunPictures.samplesPath(number, "ema.png"));
    }
    for (JsonNode sheet : Scalars.lines(folder, MetricsTable.SHEETS, newest, round)) {
      long iteration = sheet.path("iteration").longValue();
      picture(file, "sheets/grid", sheet, RunPictures.sheetPath(iteration, "png"));
    }
    folder.publish(FOLDER + "/" + name(round), file.bytes());
    newest = round;
  }

  private void picture(EventFile file, String name, JsonNode line, String path) {
    if (!folder.exists(path)) {
      return;
    }
    try {
      file.add(name, line.path("iteration").longValue(), Scalars.time(line), folder.read(path));
    } catch (IllegalArgumentException | UncheckedIOException e) {
      throw new UserException(
          "%s/%s: found a damaged file, expected a picture; delete it".formatted(folder, path), e);
    }
  }

  private String name(long round) {
    return String.format(
        Locale.ROOT,
        "events.out.tfevents.%010d.%s.%010d",
        created.getEpochSecond(),
        folder.name(),
        round);
  }
}
