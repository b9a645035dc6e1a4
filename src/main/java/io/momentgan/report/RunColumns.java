package io.momentgan.report;

import io.momentgan.config.Suggestion;
import io.momentgan.config.UserException;
import io.momentgan.evaluation.Measure;
import io.momentgan.evaluation.Measure.Better;
import io.momentgan.evaluation.Quality;
import io.momentgan.report.RunGroup.Member;
import io.momentgan.report.page.Table;
import io.momentgan.run.RunRecord;
import io.momentgan.run.metrics.ClassificationLine;
import io.momentgan.run.metrics.EpochLine;
import io.momentgan.run.metrics.Figures;
import io.momentgan.run.metrics.QualityLine;
import io.momentgan.run.metrics.RoundLine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

/** The measures of a run by their keys, and the table of runs. */
final class RunColumns {
  static final Measure<Member> LOG_RATIO =
      new Measure<EpochLine>(
              "log-ratio",
              "Log loss ratio",
              LossRatio.AXIS,
              3,
              Better.NEITHER,
              e -> LossRatio.of(e).log())
          .on(Member::last);
  static final Measure<Member> MEAN_RATIO =
      epoch(
          "moment-mean-ratio",
          "Mean term over floor",
          2,
          e -> e.mean().momentMean() / e.context().momentMeanFloor());
  static final Measure<Member> VAR_RATIO =
      epoch(
          "moment-var-ratio",
          "Variance term over floor",
          2,
          e -> e.mean().momentVar() / e.context().momentVarFloor());

  private static final Pattern AFTER_EPOCH = Pattern.compile("(?<key>.+)@(?<epoch>\\d{1,6})");
  private static final ToDoubleFunction<Figures> D_LOSS = Figures::dLoss;
  private static final ToDoubleFunction<Figures> G_BCE = Figures::gBce;
  private static final double MEBIBYTE = 1024 * 1024;
  private static final int LAST_EPOCHS = 5;

  /** Moments of a run of at least {@link #LONG_RUN} epochs count as settled from here on. */
  private static final int SETTLED_EPOCH = 15;

  private static final int LONG_RUN = 20;
  private static final Map<String, Measure<Member>> ALL = new LinkedHashMap<>();

  static {
    Stream.of(
            LOG_RATIO,
            MEAN_RATIO,
            VAR_RATIO,
            epoch("d-updates", "D updates", 0, e -> e.at().dUpdates()),
            epoch("g-updates", "G updates", 0, e -> e.at().gUpdates()),
            epoch("seconds", "Seconds", 1, e -> e.at().seconds()),
            epoch(
                "seconds-per-d-update",
                "Seconds per D update",
                3,
                e -> e.at().seconds() / e.at().dUpdates()),
            ClassificationLine.ERRORS.on(Member::errors),
            parameters("g-parameters", "G parameters", RunRecord::generatorParameters),
            parameters("d-parameters", "D parameters", RunRecord::discriminatorParameters),
            cost("worker-seconds", "Worker seconds", RoundLine.Cost::workerSeconds),
            cost("network-mib", "Networks, MiB", RunColumns::networks),
            cost("moment-mib", "Moments and gradients, MiB", RunColumns::moments),
            cost("mib", "Sent and received, MiB", c -> networks(c) + moments(c)),
            run("d-loss-5", "D loss, 5 epochs", 3, r -> lastFive(r, D_LOSS).getMean()),
            run("d-loss-5-sd", "D loss, deviation", 3, r -> deviation(lastFive(r, D_LOSS))),
            run("g-bce-5", "G loss, adversarial, 5 epochs", 3, r -> lastFive(r, G_BCE).getMean()),
            run("g-bce-5-sd", "G loss, deviation", 3, r -> deviation(lastFive(r, G_BCE))),
            settled(
                "moment-mean-settled",
                "Settled mean term over floor",
                e -> e.last().momentMean(),
                e -> e.context().momentMeanFloor()),
            settled(
                "moment-var-settled",
                "Settled variance term over floor",
                e -> e.last().momentVar(),
                e -> e.context().momentVarFloor()),
            run(
                "log-ratio-half",
                "Mean |ln(G / D)|, last half",
                3,
                r -> LossRatio.meanAbsoluteOfLastHalf(r.epochs())),
            run(
                "flagged-epochs",
                "Flagged epochs",
                0,
                r -> r.epochs().isEmpty() ? Double.NaN : LossRatio.flags("", r.epochs()).size()),
            run("grid-pair-distance", "Pair distance, stored samples", 2, RunColumns::pairDistance),
            run("sheet-near-duplicates", "Near-duplicates, last sheet", 0, RunColumns::duplicates))
        .forEach(RunColumns::add);
    Measure.OF_LIKELIHOOD.forEach(m -> add(m.on(Member::likelihood)));
    Figures.MEASURES.forEach(m -> add(m.on(r -> r.last().map(EpochLine::mean))));
    for (Measure<Quality> m : Measure.OF_QUALITY) {
      add(m.on(r -> r.newest().map(QualityLine::quality)));
      add(
          m.named("ema-" + m.key(), m.name() + " of the average")
              .on(r -> r.newest("ema").map(QualityLine::quality)));
    }
  }

  private RunColumns() {}

  private static void add(Measure<Member> measure) {
    ALL.put(measure.key(), measure);
  }

  private static Measure<Member> run(
      String key, String name, int decimals, ToDoubleFunction<Member> value) {
    return new Measure<>(key, name, "", decimals, Better.NEITHER, value);
  }

  private static Measure<Member> epoch(
      String key, String name, int decimals, ToDoubleFunction<EpochLine> value) {
    return new Measure<>(key, name, "", decimals, Better.NEITHER, value).on(Member::last);
  }

  /** A number of parameters, of runs that have begun. */
  private static Measure<Member> parameters(
      String key, String name, ToDoubleFunction<RunRecord> count) {
    return run(
        key,
        name,
        0,
        r -> r.last().isPresent() ? count.applyAsDouble(RunRecord.read(r.folder())) : Double.NaN);
  }

  /** A sum over the rounds. */
  private static Measure<Member> cost(
      String key, String name, ToDoubleFunction<RoundLine.Cost> value) {
    return run(
        key,
        name,
        1,
        r -> {
          List<RoundLine> rounds = r.rounds();
          double sum = rounds.stream().map(RoundLine::cost).mapToDouble(value).sum();
          return rounds.isEmpty() ? Double.NaN : sum;
        });
  }

  private static double networks(RoundLine.Cost cost) {
    return (cost.bytesOut() + cost.bytesIn()) / MEBIBYTE;
  }

  private static double moments(RoundLine.Cost cost) {
    return (cost.momentBytesOut() + cost.momentBytesIn()) / MEBIBYTE;
  }

  /** Over the last five epochs, each by its last batch. */
  private static DescriptiveStatistics lastFive(Member run, ToDoubleFunction<Figures> value) {
    int from = Math.max(0, run.epochs().size() - LAST_EPOCHS);
    return statistics(
        run.epochs().subList(from, run.epochs().size()), e -> value.applyAsDouble(e.last()));
  }

  private static double deviation(DescriptiveStatistics values) {
    return values.getN() < 2 ? Double.NaN : values.getStandardDeviation();
  }

  /**
   * Median over the floor's median, by last batches, from epoch 15 on; of the last quarter in runs
   * of fewer than 20 epochs.
   */
  private static Measure<Member> settled(
      String key,
      String name,
      ToDoubleFunction<EpochLine> value,
      ToDoubleFunction<EpochLine> floor) {
    return run(
        key,
        name,
        2,
        r -> {
          int count = r.epochs().size();
          int from = count >= LONG_RUN ? SETTLED_EPOCH - 1 : count - Math.max(1, count / 4);
          List<EpochLine> settled = r.epochs().subList(Math.max(0, from), count);
          return statistics(settled, value).getPercentile(50)
              / statistics(settled, floor).getPercentile(50);
        });
  }

  private static DescriptiveStatistics statistics(
      List<EpochLine> epochs, ToDoubleFunction<EpochLine> value) {
    return new DescriptiveStatistics(
        epochs.stream().mapToDouble(value).filter(Double::isFinite).toArray());
  }

  private static double pairDistance(Member run) {
    return run.last()
        .map(e -> new RunPictures(run.folder()).pairDistance(e.epoch()))
        .orElse(Double.NaN);
  }

  private static double duplicates(Member run) {
    return run.sheets().stream()
        .reduce((earlier, later) -> later)
        .flatMap(run::measured)
        .map(measures -> (double) measures.nearDuplicates())
        .orElse(Double.NaN);
  }

  /**
   * Finds a measure.
   *
   * @param key its key, of the newest value; {@code KEY@N} is the value after epoch N
   * @throws UserException that lists the keys if there is none of this one
   */
  static Measure<Member> of(String key) {
    Matcher found = AFTER_EPOCH.matcher(key);
    if (found.matches()) {
      return after(Integer.parseInt(found.group("epoch")), of(found.group("key")));
    }
    if (!ALL.containsKey(key)) {
      throw new UserException(
          "Measure %s: unknown, expected one of %s%s"
              .formatted(key, String.join(", ", ALL.keySet()), Suggestion.of(key, ALL.keySet())));
    }
    return ALL.get(key);
  }

  /** A measure of a run as it was after an epoch; NaN for a run that has not reached it. */
  static Measure<Member> after(int epoch, Measure<Member> measure) {
    return measure
        .named("%s@%d".formatted(measure.key(), epoch), measure.name() + ", epoch " + epoch)
        .on(run -> Optional.of(run.at(epoch)));
  }

  /** The value of a measure for held-out real images; only quality has one. */
  static Measure<Member> ofReal(String key) {
    if (!isQuality(key)) {
      List<String> known = Measure.OF_QUALITY.stream().map(Measure::key).toList();
      throw new UserException(
          "Measure real(%s): found no quality of images, expected one of %s%s"
              .formatted(key, String.join(", ", known), Suggestion.of(key, known)));
    }
    return quality(key, QualityLine::real);
  }

  private static Measure<Member> quality(String key, Function<QualityLine, Quality> part) {
    String plain = ofImages(key);
    return Measure.OF_QUALITY.stream()
        .filter(measure -> measure.key().equals(plain))
        .findFirst()
        .map(measure -> measure.on((Member run) -> run.newest().map(part)))
        .orElse(new Measure<>(key, "", "", 0, Better.NEITHER, run -> Double.NaN));
  }

  /**
   * Makes the table of runs, a row for each group.
   *
   * @param groups the runs
   * @param columns keys of measures, and of settings
   */
  static Table table(List<RunGroup> groups, List<String> columns) {
    requireSettings(groups, columns);
    List<String> heads = new ArrayList<>(List.of("Run", "Seeds", "Epochs"));
    columns.forEach(key -> heads.add(isSetting(groups, key) ? key : of(key).name()));
    Table table = new Table("lll" + "r".repeat(columns.size()), heads);
    for (RunGroup group : groups) {
      List<String> cells =
          new ArrayList<>(
              List.of(
                  group.label(),
                  group.seeds(columns.stream().anyMatch(RunColumns::isQuality)),
                  group.progress()));
      columns.forEach(
          key -> cells.add(isSetting(groups, key) ? group.setting(key) : group.text(of(key))));
      table.row(cells);
    }
    groups.stream()
        .flatMap(group -> group.runs().stream())
        .filter(run -> run.newest().isPresent())
        .findFirst()
        .ifPresent(
            run -> {
              table.row(bound("real images", run, columns, QualityLine::real));
              table.row(bound("independent pixels", run, columns, QualityLine::independentPixels));
            });
    return table;
  }

  private static void requireSettings(List<RunGroup> groups, List<String> columns) {
    Set<String> known = new TreeSet<>();
    groups.forEach(group -> known.addAll(group.settings().keySet()));
    columns.stream()
        .filter(key -> isSetting(groups, key) && !known.contains(key))
        .findFirst()
        .ifPresent(
            key -> {
              throw new UserException(
                  "Column %s: found an unknown setting, expected one of the runs' or a measure%s"
                      .formatted(key, Suggestion.of(key, known)));
            });
  }

  static boolean isQuality(String key) {
    return Measure.OF_QUALITY.stream().anyMatch(m -> m.key().equals(ofImages(key)));
  }

  /** The key without what tells which images were measured. */
  private static String ofImages(String key) {
    return key.replaceFirst("^ema-", "").replaceFirst("@.*", "");
  }

  /** A few settings have no dot, such as the engine. */
  private static boolean isSetting(List<RunGroup> groups, String key) {
    return key.contains(".")
        || groups.stream().anyMatch(group -> group.settings().containsKey(key));
  }

  private static List<String> bound(
      String name, Member run, List<String> columns, Function<QualityLine, Quality> part) {
    List<String> cells = new ArrayList<>(List.of(name, "", ""));
    columns.forEach(key -> cells.add(quality(key, part).of(run)));
    return cells;
  }
}
