package io.momentgan.evaluation;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A measure, declared once for files, prints, tables, charts and claims.
 *
 * @param key name in study files, such as {@code fd-infinity}
 * @param name name in tables
 * @param unit such as "nats"; empty for shares and distances without one
 * @param decimals number of decimals shown
 * @param better which values are better
 * @param value takes the value; NaN where there is none
 * @param <T> type of what is measured
 */
public record Measure<T>(
    String key,
    String name,
    String unit,
    int decimals,
    Better better,
    ToDoubleFunction<? super T> value) {
  /** Every measure of a set of images. */
  public static final List<Measure<Quality>> OF_QUALITY =
      List.of(
          quality("fd", "FD", 2, Better.LOWER, Quality::fd),
          quality(
              "fd-infinity", "FD, infinitely many images", 2, Better.LOWER, Quality::fdInfinity),
          quality("fd-relative", "FD, relative", 4, Better.LOWER, Quality::fdRelative),
          quality("kid", "KID", 4, Better.LOWER, Quality::kid),
          quality("precision", "Precision", 3, Better.HIGHER, Quality::precision),
          quality("recall", "Recall", 3, Better.HIGHER, Quality::recall),
          quality("density", "Density", 3, Better.HIGHER, Quality::density),
          quality("coverage", "Coverage", 3, Better.HIGHER, Quality::coverage),
          quality(
              "classifier-score", "Classifier score", 2, Better.HIGHER, Quality::classifierScore),
          quality("mode-score", "Mode score", 2, Better.HIGHER, Quality::modeScore),
          quality("confident", "Confident share", 3, Better.HIGHER, Quality::confident),
          quality("missing-modes", "Missing classes", 1, Better.LOWER, Measure::missing),
          quality("class-variation", "Class variation", 3, Better.LOWER, Quality::classVariation),
          quality("class-accuracy", "Class accuracy", 3, Better.NEAR_REAL, Quality::classAccuracy),
          quality("ndb", "Different bins", 0, Better.LOWER, Quality::ndb),
          quality("memorisation", "Memorisation", 3, Better.NEAR_REAL, Quality::memorisation),
          quality("pair-distance", "Pair distance", 2, Better.NEAR_REAL, Quality::pairDistance),
          quality("near-duplicates", "Near duplicates", 3, Better.LOWER, Quality::nearDuplicates),
          quality("image-moment-mean", "Moments: mean term", 2, Better.LOWER, Quality::momentMean),
          quality(
              "image-moment-var", "Moments: variance term", 2, Better.LOWER, Quality::momentVar));

  /** Every measure of a log-likelihood. */
  public static final List<Measure<LogLikelihood>> OF_LIKELIHOOD =
      List.of(
          new Measure<>("parzen", "Log-likelihood", "nats", 1, Better.HIGHER, LogLikelihood::nats),
          new Measure<>(
              "parzen-se",
              "Log-likelihood, standard error",
              "nats",
              1,
              Better.NEITHER,
              LogLikelihood::standardError),
          new Measure<>(
              "parzen-sigma",
              "Parzen window's sigma",
              "",
              3,
              Better.NEITHER,
              LogLikelihood::sigma));

  private static double missing(Quality quality) {
    Integer classes = quality.missingModes();
    return classes == null ? Double.NaN : classes;
  }

  /** Which values of a measure are better. */
  public enum Better {
    LOWER("lower"),
    HIGHER("higher"),
    NEAR_REAL("near real"),
    NEITHER("");

    private final String text;

    Better(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  private static Measure<Quality> quality(
      String key, String name, int decimals, Better better, ToDoubleFunction<Quality> value) {
    return new Measure<>(key, name, "", decimals, better, value);
  }

  /**
   * The measure of a quality by its key.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Measure<Quality> ofQuality(String key) {
    return OF_QUALITY.stream()
        .filter(measure -> measure.key().equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("Invalid measure: " + key));
  }

  /** Applies the measure to a part of something larger, NaN where the part is missing. */
  public <S> Measure<S> on(Function<S, Optional<T>> part) {
    return new Measure<>(
        key,
        name,
        unit,
        decimals,
        better,
        whole -> part.apply(whole).map(value::applyAsDouble).orElse(Double.NaN));
  }

  /** Copies the measure under another key and name. */
  public Measure<T> named(String newKey, String newName) {
    return new Measure<>(newKey, newName, unit, decimals, better, value);
  }

  /** Formats a value; "-" if it is not finite. */
  public String text(double number) {
    return Double.isFinite(number)
        ? String.format(Locale.ROOT, "%." + decimals + "f", number)
        : "-";
  }

  /** Formats the value of what is measured. */
  public String of(T measured) {
    return text(value.applyAsDouble(measured));
  }
}
