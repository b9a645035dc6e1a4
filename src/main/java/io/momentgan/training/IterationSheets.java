package io.momentgan.training;

import io.momentgan.data.ImageShape;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.Round;
import io.momentgan.partition.Schedule;
import io.momentgan.report.RunReport;
import io.momentgan.run.MetricsLog;
import io.momentgan.run.NpyArray;
import io.momentgan.run.RunRecord;
import io.momentgan.run.SheetLine;
import io.momentgan.sampling.Sampler;
import io.momentgan.storage.Folder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Grids of the run's fixed z at chosen iterations ({@code samples.iterations}).
 *
 * <p>Between two averagings there is no network that all workers share, so a grid is drawn at the
 * first round's end from the chosen iteration on, and named after the iterations made until then.
 * Rounds are not cut for it: pictures must not change what is trained.
 */
final class IterationSheets implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IterationSheets.class);

  private final Folder folder;
  private final List<Long> chosen;
  private final ImageShape shape;
  private final Sampler sampler;
  private final MetricsLog log;

  private IterationSheets(Folder folder, RunRecord record, MetricsLog log) {
    this.folder = folder;
    this.chosen = record.experiment().samples().iterations();
    this.shape = record.shape();
    this.sampler = log == null ? null : new Sampler(record.experiment(), shape);
    this.log = log;
  }

  /**
   * The sheets of a training that begins or goes on; where none are chosen, nothing is written.
   *
   * @param folder the run's folder
   * @param record its record
   * @param schedule its rounds
   * @param round after which the training goes on
   */
  static IterationSheets open(Folder folder, RunRecord record, Schedule schedule, long round) {
    List<Long> chosen = record.experiment().samples().iterations();
    chosen.stream()
        .filter(iteration -> iteration > schedule.iterations())
        .forEach(
            iteration ->
                LOG.warn(
                    "samples.iterations: {} is never reached, the run has {} iterations",
                    iteration,
                    schedule.iterations()));
    return new IterationSheets(
        folder,
        record,
        chosen.isEmpty() ? null : MetricsLog.reopen(folder, MetricsLog.Table.SHEETS, round));
  }

  /** Draws a sheet where a chosen iteration lies in the round that is over. */
  void after(Round round, Snapshot snapshot) {
    List<Long> asked =
        chosen.stream()
            .filter(i -> i > round.iterationsBefore() && i <= snapshot.iteration())
            .sorted()
            .toList();
    if (asked.isEmpty()) {
      return;
    }
    float[] z = sampler.gridLatent();
    float[][] images = sampler.draw(snapshot.generator(), z);
    int columns = sampler.columns(images.length);
    long iteration = snapshot.iteration();
    folder.publish(RunReport.sheetPath(iteration, "png"), Outputs.grid(shape, columns).png(images));
    folder.publish(
        RunReport.sheetPath(iteration, "npy"),
        NpyArray.ofRows(images, shape.channels(), shape.height(), shape.width()).bytes());
    log.append(
        new SheetLine(round.epoch(), snapshot.round(), iteration, asked, images.length, sha256(z)));
  }

  /** Of the values as little-endian floats. */
  static String sha256(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  @Override
  public void close() {
    if (log != null) {
      log.close();
    }
  }
}
