package io.momentgan.run;

import io.momentgan.storage.Folder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** The evaluations of a run, {@code metrics/quality.jsonl}, in the order of its rounds. */
public final class QualityLog {
  /** The file's path in the run folder. */
  public static final String PATH = "metrics/quality.jsonl";

  private static final Comparator<QualityLine> ORDER =
      Comparator.comparingLong(QualityLine::round).thenComparing(QualityLine::weights);

  private final Folder folder;

  /**
   * The evaluations of a run.
   *
   * @param folder the run's folder
   */
  public QualityLog(Folder folder) {
    this.folder = folder;
  }

  /** All evaluations so far; empty when there are none. */
  public List<QualityLine> lines() {
    return folder.exists(PATH)
        ? folder
            .readText(PATH)
            .lines()
            .map(line -> QualityLine.parse(line, folder + "/" + PATH))
            .toList()
        : List.of();
  }

  /**
   * Adds an evaluation; an earlier one of the same images gives way.
   *
   * @param line the evaluation
   */
  public void add(QualityLine line) {
    List<QualityLine> lines = new ArrayList<>(lines());
    lines.removeIf(line::replaces);
    lines.add(line);
    write(lines);
  }

  /**
   * Drops the evaluations after a round, when a run goes on from an earlier one.
   *
   * @param round the last one whose evaluations stay
   */
  public void dropAfter(long round) {
    List<QualityLine> lines = lines();
    List<QualityLine> kept = lines.stream().filter(line -> line.round() <= round).toList();
    if (kept.size() < lines.size()) {
      write(kept);
    }
  }

  private void write(List<QualityLine> lines) {
    folder.publish(
        PATH,
        lines.stream().sorted(ORDER).map(line -> line.json() + "\n").collect(Collectors.joining()));
  }
}
