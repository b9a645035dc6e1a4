package io.momentgan.training.listeners;

import io.momentgan.data.ImageShape;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.Schedule;
import io.momentgan.report.ImageGrid;
import io.momentgan.report.RunPictures;
import io.momentgan.run.NpyArray;
import io.momentgan.run.Run;
import io.momentgan.run.RunProgress;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.run.metrics.SheetLine;
import io.momentgan.sampling.Sampler;
import io.momentgan.storage.Digests;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Draws samples: grids of the run's fixed z and new samples after each epoch, and grids at chosen
 * iterations ({@code samples.iterations}).
 *
 * <p>Between two averagings no network is shared by all workers, so a chosen iteration is drawn at
 * the end of its round and named after the iterations made until then. Rounds are not cut for it:
 * pictures must not change what is trained.
 */
public final class SamplesListener implements TrainingListener {
  private static final Logger LOG = LoggerFactory.getLogger(SamplesListener.class);

  private final Run run;
  private final Schedule schedule;
  private final List<Long> chosen;
  private final ImageShape shape;
  private Sampler sampler;

  /** Null where no iterations are chosen. */
  private Jsonl<SheetLine> sheets;

  /**
   * Draws a run's samples.
   *
   * @param run the run
   * @param schedule its rounds
   */
  public SamplesListener(Run run, Schedule schedule) {
    this.run = run;
    this.schedule = schedule;
    this.chosen = run.record().experiment().samples().iterations();
    this.shape = run.record().shape();
  }

  @Override
  public void begin(Snapshot start, RunProgress progress) {
    sampler = new Sampler(run.record().experiment(), shape);
    for (long iteration : chosen) {
      if (iteration > schedule.iterations()) {
        LOG.warn(
            "samples.iterations: {} is never reached, the run has {} iterations",
            iteration,
            schedule.iterations());
      }
    }
    if (!chosen.isEmpty()) {
      long seed = run.record().experiment().train().seed();
      sheets = Jsonl.reopen(run.folder(), MetricsTable.SHEETS, seed, start.round());
    }
  }

  @Override
  public void roundEnded(RoundEnd end) {
    List<Long> asked =
        chosen.stream()
            .filter(i -> i > end.round().iterationsBefore() && i <= end.snapshot().iteration())
            .sorted()
            .toList();
    if (!asked.isEmpty()) {
      sheet(end, asked);
    }
    if (end.round().lastOfEpoch()) {
      epoch(end.round().epoch(), end.snapshot());
    }
  }

  private void epoch(int epoch, Snapshot snapshot) {
    NetworkState generator = snapshot.generator();
    publish(RunPictures.samplesPath(epoch, "png"), grid(sampler.grid(generator)));
    snapshot
        .emaGenerator()
        .ifPresent(
            ema -> publish(RunPictures.samplesPath(epoch, "ema.png"), grid(sampler.grid(ema))));
    publish(RunPictures.samplesPath(epoch, "npy"), npy(sampler.stored(generator, epoch)));
  }

  private void sheet(RoundEnd end, List<Long> asked) {
    float[] z = sampler.gridLatent();
    float[][] images = sampler.draw(end.snapshot().generator(), z);
    long iteration = end.snapshot().iteration();
    publish(RunPictures.sheetPath(iteration, "png"), grid(images));
    publish(RunPictures.sheetPath(iteration, "npy"), npy(images));
    sheets.append(
        new SheetLine(
            end.round().epoch(),
            end.snapshot().round(),
            iteration,
            asked,
            images.length,
            sha256(z)));
  }

  private void publish(String path, byte[] bytes) {
    run.folder().publish(path, bytes);
  }

  private byte[] grid(float[][] images) {
    return ImageGrid.of(shape, sampler.columns(images.length)).enlarged().png(images);
  }

  private byte[] npy(float[][] images) {
    return NpyArray.ofRows(images, shape.channels(), shape.height(), shape.width()).bytes();
  }

  /** Of the values as little-endian floats. */
  static String sha256(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return Digests.sha256(bytes.array());
  }

  @Override
  public void close() {
    if (sheets != null) {
      sheets.close();
    }
  }
}
