package io.momentgan.report;

import io.momentgan.config.Experiment;
import io.momentgan.config.SettingDifferences;
import io.momentgan.config.UserException;
import io.momentgan.evaluation.LogLikelihood;
import io.momentgan.evaluation.Measure;
import io.momentgan.evaluation.SheetMeasures;
import io.momentgan.run.RunRecord;
import io.momentgan.run.metrics.ClassificationLine;
import io.momentgan.run.metrics.EpochLine;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.LikelihoodLine;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.run.metrics.QualityLine;
import io.momentgan.run.metrics.RoundLine;
import io.momentgan.run.metrics.SheetLine;
import io.momentgan.storage.Folder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;

/**
 * Runs that differ in their seeds alone.
 *
 * @param label the experiment's name, with the settings that tell groups of one name apart
 * @param settings all but the seed
 * @param runs in the order given
 */
record RunGroup(String label, Map<String, String> settings, List<Member> runs) {
  /**
   * A run.
   *
   * @param label of its group
   * @param folder its folder; nothing lies there before the training
   * @param experiment its settings
   * @param epochs its epochs
   * @param quality its evaluations
   * @param classification its errors on test images
   * @param real measures of sheets of real images, if they are known
   */
  record Member(
      String label,
      Folder folder,
      Experiment experiment,
      List<EpochLine> epochs,
      List<QualityLine> quality,
      List<ClassificationLine> classification,
      Optional<SheetMeasures.Real> real) {
    static Member of(Folder folder, Experiment experiment, Optional<SheetMeasures.Real> real) {
      return new Member(
          experiment.name(),
          folder,
          experiment,
          Jsonl.read(folder, MetricsTable.EPOCHS),
          Jsonl.read(folder, MetricsTable.QUALITY),
          Jsonl.read(folder, MetricsTable.CLASSIFICATION),
          real);
    }

    static Member of(Folder folder) {
      return of(folder, RunRecord.read(folder).experiment(), Optional.empty());
    }

    long seed() {
      return experiment.train().seed();
    }

    String name() {
      return "%s, seed %d".formatted(label, seed());
    }

    Member labelled(String ofGroup) {
      return new Member(ofGroup, folder, experiment, epochs, quality, classification, real);
    }

    /** The run as it was after an epoch; a run without that epoch has nothing. */
    Member at(int epoch) {
      boolean reached = epochs.stream().anyMatch(line -> line.epoch() == epoch);
      return new Member(
          label,
          folder,
          experiment,
          kept(epochs, line -> reached && line.epoch() <= epoch),
          kept(quality, line -> reached && line.epoch() == epoch),
          kept(classification, line -> reached && line.epoch() == epoch),
          real);
    }

    /** Values of a measure after some epochs; NaN where it has none. */
    double[] curve(Measure<Member> measure, Collection<Integer> numbers) {
      return numbers.stream().mapToDouble(e -> measure.value().applyAsDouble(at(e))).toArray();
    }

    private static <T> List<T> kept(List<T> lines, Predicate<T> condition) {
      return lines.stream().filter(condition).toList();
    }

    Optional<EpochLine> last() {
      return epochs.isEmpty() ? Optional.empty() : Optional.of(epochs.get(epochs.size() - 1));
    }

    /** The newest evaluation, of the raw weights if there is one. */
    Optional<QualityLine> newest() {
      return newest("raw").or(() -> newest("ema"));
    }

    Optional<QualityLine> newest(String weights) {
      return quality.stream()
          .filter(line -> line.weights().equals(weights))
          .max(Comparator.comparingLong(QualityLine::round));
    }

    /** The errors on test images after the last epoch. */
    Optional<ClassificationLine> errors() {
      return classification.stream().reduce((earlier, later) -> later);
    }

    /** Rounds up to the last epoch; read anew, as there may be many. */
    List<RoundLine> rounds() {
      int last = last().map(EpochLine::epoch).orElse(0);
      return kept(Jsonl.read(folder, MetricsTable.ROUNDS), line -> line.at().epoch() <= last);
    }

    /** The newest log-likelihood up to the last epoch, of the raw weights if there is one. */
    Optional<LogLikelihood> likelihood() {
      int last = last().map(EpochLine::epoch).orElse(0);
      return kept(Jsonl.read(folder, MetricsTable.LIKELIHOOD), line -> line.epoch() <= last)
          .stream()
          .max(
              Comparator.comparingLong(LikelihoodLine::round)
                  .thenComparing(LikelihoodLine::weights)) // raw is after ema
          .map(LikelihoodLine::likelihood);
    }

    /** Sheets at chosen iterations, up to the last epoch. */
    List<SheetLine> sheets() {
      int last = last().map(EpochLine::epoch).orElse(0);
      return kept(Jsonl.read(folder, MetricsTable.SHEETS), line -> line.epoch() <= last);
    }

    /** Measures a sheet; nothing if real sheets are unknown. */
    Optional<SheetMeasures> measured(SheetLine sheet) {
      String path = RunPictures.sheetPath(sheet.iteration(), "npy");
      return real.map(r -> SheetMeasures.of(new RunPictures(folder).images(path), r));
    }

    /** Epochs finished, such as "20" or "3 of 20". */
    String progress() {
      int wanted = experiment.train().epochs();
      return epochs.size() == wanted ? "" + wanted : epochs.size() + " of " + wanted;
    }
  }

  /**
   * Groups runs by their settings, in the order of their first runs.
   *
   * @throws UserException if two runs of a group have one seed
   */
  static List<RunGroup> of(List<Member> runs) {
    Map<Map<String, String>, List<Member>> bySettings = new LinkedHashMap<>();
    for (Member run : runs) {
      List<Member> group =
          bySettings.computeIfAbsent(
              SettingDifferences.compared(run.experiment()), s -> new ArrayList<>());
      group.stream()
          .filter(other -> other.seed() == run.seed())
          .findFirst()
          .ifPresent(other -> refuse(other, run));
      group.add(run);
    }
    List<Map<String, String>> settings = List.copyOf(bySettings.keySet());
    List<String> labels = SettingDifferences.labels(settings);
    return IntStream.range(0, labels.size())
        .mapToObj(i -> of(labels.get(i), settings.get(i), bySettings.get(settings.get(i))))
        .toList();
  }

  private static RunGroup of(String label, Map<String, String> settings, List<Member> runs) {
    return new RunGroup(label, settings, runs.stream().map(run -> run.labelled(label)).toList());
  }

  private static void refuse(Member one, Member other) {
    throw new UserException(
        "%s and %s: found the same settings and seed %d twice, expected each seed once; give one of the runs"
            .formatted(one.folder(), other.folder(), one.seed()));
  }

  /** The value of a setting, "-" if there is none. */
  String setting(String key) {
    return SettingDifferences.unquoted(settings.getOrDefault(key, "-"));
  }

  /** Values over the runs, those that are not finite left out. */
  SummaryStatistics values(Measure<Member> measure) {
    SummaryStatistics values = new SummaryStatistics();
    runs.stream().mapToDouble(measure.value()).filter(Double::isFinite).forEach(values::addValue);
    return values;
  }

  /** Mean ± sample standard deviation over the runs. */
  String text(Measure<Member> measure) {
    SummaryStatistics values = values(measure);
    return values.getN() < 2
        ? measure.text(values.getMean())
        : measure.text(values.getMean()) + " ± " + measure.text(values.getStandardDeviation());
  }

  /** How the newest evaluations were made; more than one text means that they do not compare. */
  static List<String> measured(List<RunGroup> groups) {
    return groups.stream()
        .flatMap(group -> group.runs().stream())
        .flatMap(run -> run.newest().stream())
        .map(
            line ->
                String.format(
                    Locale.ROOT, "%,d images, features of %s", line.quality().n(), line.features()))
        .distinct()
        .toList();
  }

  /**
   * The seeds, such as "1, 2, 3".
   *
   * @param quality whether to tell that not all of the runs were measured
   */
  String seeds(boolean quality) {
    String seeds = runs.stream().map(r -> "" + r.seed()).collect(Collectors.joining(", "));
    long measured = runs.stream().filter(run -> run.newest().isPresent()).count();
    return !quality || measured == runs.size()
        ? seeds
        : "%s (%d of %d measured)".formatted(seeds, measured, runs.size());
  }

  String progress() {
    return runs.stream().map(Member::progress).distinct().collect(Collectors.joining(", "));
  }
}
