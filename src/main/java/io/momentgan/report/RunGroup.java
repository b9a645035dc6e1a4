package io.momentgan.report;

import io.momentgan.run.EpochLine;
import io.momentgan.run.QualityLine;
import io.momentgan.run.QualityLog;
import io.momentgan.storage.Folder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Runs of one experiment on the same data that differ in their seeds.
 *
 * @param name of the experiment
 * @param runs in the order given
 */
record RunGroup(String name, List<Member> runs) {
  /**
   * A run.
   *
   * @param folder its folder
   * @param record its record
   * @param epochs its epochs
   * @param quality its evaluations
   */
  record Member(Folder folder, RunText record, List<EpochLine> epochs, List<QualityLine> quality) {
    static Member of(Folder folder) {
      return new Member(
          folder, RunText.of(folder), EpochLine.readAll(folder), new QualityLog(folder).lines());
    }

    String seed() {
      return record.setting("/train/seed");
    }

    /** The newest evaluation. */
    Optional<QualityLine> newest() {
      return quality.stream().max(Comparator.comparingLong(QualityLine::round));
    }
  }

  /** Groups runs by the names of their experiments, in the order of their first runs. */
  static List<RunGroup> of(List<Folder> folders) {
    Map<String, List<Member>> byName = new LinkedHashMap<>();
    for (Folder folder : folders) {
      Member member = Member.of(folder);
      byName.computeIfAbsent(member.record().name(), n -> new ArrayList<>()).add(member);
    }
    return byName.entrySet().stream().map(e -> new RunGroup(e.getKey(), e.getValue())).toList();
  }

  /** Mean and spread of a measure over the newest evaluations. */
  Spread spread(QualityMeasure measure) {
    return Spread.of(
        runs.stream()
            .mapToDouble(
                run ->
                    run.newest()
                        .map(line -> measure.value().applyAsDouble(line.quality()))
                        .orElse(Double.NaN))
            .toArray());
  }

  /** Mean and spread of a figure of the last epochs. */
  Spread lastEpoch(ToDoubleFunction<EpochLine> value) {
    return Spread.of(
        runs.stream()
            .filter(run -> !run.epochs().isEmpty())
            .mapToDouble(run -> value.applyAsDouble(run.epochs().get(run.epochs().size() - 1)))
            .toArray());
  }

  /** Whether any of them was measured. */
  boolean isMeasured() {
    return runs.stream().anyMatch(run -> run.newest().isPresent());
  }

  /** What was measured of them, such as "2 of 3"; empty where it is all. */
  String measured() {
    long count = runs.stream().filter(run -> run.newest().isPresent()).count();
    return count == runs.size() ? "" : "%d of %d measured".formatted(count, runs.size());
  }

  /** The seeds, such as "1, 2, 3". */
  String seeds() {
    return String.join(", ", runs.stream().map(Member::seed).toList());
  }

  /** Epochs that the runs have finished, such as "20" or "18 to 20". */
  String epochs() {
    List<Integer> counts = runs.stream().map(run -> run.epochs().size()).sorted().toList();
    int least = counts.get(0);
    int most = counts.get(counts.size() - 1);
    return least == most ? String.valueOf(most) : least + " to " + most;
  }
}
