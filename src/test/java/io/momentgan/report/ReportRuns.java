package io.momentgan.report;

import io.momentgan.Experiments;
import io.momentgan.data.ImageShape;
import io.momentgan.partition.WorkerHistory;
import io.momentgan.run.NpyArray;
import io.momentgan.run.RunRecord;
import io.momentgan.run.Runs;
import io.momentgan.run.metrics.EpochLine;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.run.metrics.QualityLineTest;
import io.momentgan.storage.Folder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Run folders without a training. */
final class ReportRuns {
  static final ImageShape SHAPE = new ImageShape(1, 28, 28);

  private ReportRuns() {}

  /** A run of four planned epochs. */
  static Folder of(Path out, String name, int seed, List<EpochLine> epochs, String... settings) {
    String[] all =
        Stream.concat(
                Stream.of(
                    "name=" + name,
                    "description=Two layers <b>with</b> moments & | pipes",
                    "loss.real-target=0.9",
                    "train.epochs=4",
                    "train.batch-size=100",
                    "train.workers=2",
                    "train.seed=" + seed),
                Stream.of(settings))
            .toArray(String[]::new);
    Folder folder = Runs.create(out.toString(), name, Map.of());
    RunRecord.Data data =
        new RunRecord.Data("glyphs", "glyphs", "abc", 60000, "1x28x28", List.of());
    Map<String, String> versions = Map.of("momentgan", "0.1.0", "spark", "3.5.6");
    RunRecord record =
        new RunRecord(
            Experiments.small(all),
            versions,
            data,
            "2026-01-01T00:00:00Z",
            "1",
            WorkerHistory.of(2));
    folder.publish("run.yaml", record.toYaml());
    try (Jsonl<EpochLine> log = Jsonl.create(folder, MetricsTable.EPOCHS, seed)) {
      epochs.forEach(log::append);
    }
    return folder;
  }

  /** Adds samples of an epoch, as they are stored and as a grid. */
  static void addSamples(Folder run, int epoch) {
    float[][] samples = PicturesTest.samples(16, SHAPE, epoch);
    run.publish(RunPictures.samplesPath(epoch, "npy"), NpyArray.ofRows(samples, 1, 28, 28).bytes());
    run.publish(RunPictures.samplesPath(epoch, "png"), ImageGrid.of(SHAPE, 4).png(samples));
  }

  static void addQuality(Folder run, int epoch, String weights, double fd) {
    Jsonl.add(run, MetricsTable.QUALITY, 1, QualityLineTest.line(epoch, weights, fd));
  }
}
