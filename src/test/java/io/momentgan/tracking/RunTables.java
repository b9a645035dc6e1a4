package io.momentgan.tracking;

import io.momentgan.Experiments;
import io.momentgan.config.Experiment;
import io.momentgan.partition.WorkerHistory;
import io.momentgan.report.RunPictures;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
import io.momentgan.run.metrics.ClassificationLine;
import io.momentgan.run.metrics.EpochLine;
import io.momentgan.run.metrics.Figures;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.run.metrics.Position;
import io.momentgan.run.metrics.QualityLineTest;
import io.momentgan.run.metrics.RoundLine;
import io.momentgan.run.metrics.SheetLine;
import io.momentgan.run.metrics.WorkerLine;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A run without a training: eleven rounds of two iterations in an epoch, two workers. */
final class RunTables {
  /** A grey picture of 3 x 2 pixels. */
  static final byte[] PNG =
      Base64.getDecoder()
          .decode(
              "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAEElEQVR4nGNgaPjP8N9BAAALkALPO7kizgAAAABJRU5ErkJggg==");

  static final int ROUNDS = 11;

  private final Jsonl<EpochLine> epochs;
  private final Jsonl<RoundLine> rounds;
  private final Jsonl<WorkerLine> workers;
  private final Jsonl<ClassificationLine> errors;
  final Run run;

  private RunTables(Run run, long lastRound) {
    this.run = run;
    this.epochs = Jsonl.reopen(run.folder(), MetricsTable.EPOCHS, 1, lastRound);
    this.rounds = Jsonl.reopen(run.folder(), MetricsTable.ROUNDS, 1, lastRound);
    this.workers = Jsonl.reopen(run.folder(), MetricsTable.WORKERS, 1, lastRound);
    this.errors = Jsonl.reopen(run.folder(), MetricsTable.CLASSIFICATION, 1, lastRound);
  }

  static RunTables create(Path out, String... settings) {
    return create(out, Experiments.small(settings));
  }

  private static RunTables create(Path out, Experiment experiment) {
    RunRecord record =
        new RunRecord(
            experiment,
            Map.of("momentgan", "0.1.0"),
            new RunRecord.Data("glyphs", "glyphs", "abc", 400, "1x28x28", List.of()),
            "2026-01-01T00:00:00Z",
            "1",
            WorkerHistory.of(1));
    return new RunTables(Run.create(out.toString(), record, Map.of()), 0);
  }

  /** The same run as a training resumes it. */
  RunTables resumedAt(long round) {
    Jsonl.reopen(run.folder(), MetricsTable.QUALITY, 1, round).close();
    return new RunTables(run, round);
  }

  /** Writes what a training writes in an epoch. */
  void epoch(int epoch) {
    for (int i = 1; i <= ROUNDS; i++) {
      round(epoch, ROUNDS * (epoch - 1L) + i);
    }
    long last = (long) ROUNDS * epoch;
    EpochLine line =
        new EpochLine(
            position(epoch, last),
            figures(epoch),
            new Figures.Context(0.1, 0.2, 0.8, Double.NaN),
            figures(epoch + 0.5),
            List.of("An alarm"));
    epochs.append(line);
    errors.append(new ClassificationLine(epoch, last, "test", 1000, 7 * epoch, 0.007, "raw"));
    Jsonl.add(run.folder(), MetricsTable.QUALITY, 1, QualityLineTest.line(epoch, "ema", 3.5));
    run.folder().publish(RunPictures.samplesPath(epoch, "png"), PNG);
    rounds.publish();
    workers.publish();
  }

  private void round(int epoch, long round) {
    rounds.append(
        new RoundLine(
            position(epoch, round),
            figures((double) round),
            new Figures.Context(0.1, 0.2, 0.8, 0.3),
            figures(-(double) round),
            new RoundLine.Cost(1, 0.5, 1L << 33, 4, 5, 6, 7, 0.25, 8, Double.POSITIVE_INFINITY)));
    for (int rank = 0; rank < 2; rank++) {
      workers.append(new WorkerLine(epoch, round, rank, "host", 2, 40, 0.5, 0.1, 0, 2, 8, 8));
    }
  }

  /** Writes a sheet of the first round. */
  void sheet() {
    try (Jsonl<SheetLine> sheets = Jsonl.create(run.folder(), MetricsTable.SHEETS, 1)) {
      sheets.append(new SheetLine(1, 1, 2, List.of(1L), 16, "abc"));
    }
    run.folder().publish(RunPictures.sheetPath(2, "png"), PNG);
  }

  private static Position position(int epoch, long round) {
    return new Position(epoch, round, 2 * round, 200 * round, 2 * round, 2 * round, 0.5 * round);
  }

  private static Figures figures(double value) {
    return new Figures(value, value / 3, 0.7, Double.NaN, 1e-3 * value, 0);
  }
}
