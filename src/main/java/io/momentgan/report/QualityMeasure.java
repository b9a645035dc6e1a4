package io.momentgan.report;

import io.momentgan.evaluation.Quality;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A measure as tables show it.
 *
 * @param name what it is called
 * @param better "lower", "higher" or "near real"
 * @param decimals shown
 * @param value takes it from the measures
 */
record QualityMeasure(String name, String better, int decimals, ToDoubleFunction<Quality> value) {
  static final QualityMeasure FD = new QualityMeasure("FD", "lower", 2, Quality::fd);
  static final QualityMeasure KID = new QualityMeasure("KID", "lower", 4, Quality::kid);
  static final QualityMeasure PRECISION =
      new QualityMeasure("Precision", "higher", 3, Quality::precision);
  static final QualityMeasure RECALL = new QualityMeasure("Recall", "higher", 3, Quality::recall);
  static final QualityMeasure DENSITY =
      new QualityMeasure("Density", "higher", 3, Quality::density);
  static final QualityMeasure COVERAGE =
      new QualityMeasure("Coverage", "higher", 3, Quality::coverage);
  static final QualityMeasure SCORE =
      new QualityMeasure("Classifier score", "higher", 2, Quality::classifierScore);
  static final QualityMeasure MISSING =
      new QualityMeasure("Missing classes", "lower", 1, Quality::missingModes);
  static final QualityMeasure MEMORISATION =
      new QualityMeasure("Memorisation", "near real", 3, Quality::memorisation);

  static final List<QualityMeasure> ALL =
      List.of(
          FD,
          new QualityMeasure("FD, infinitely many images", "lower", 2, Quality::fdInfinity),
          new QualityMeasure("FD, relative", "lower", 4, Quality::fdRelative),
          KID,
          PRECISION,
          RECALL,
          DENSITY,
          COVERAGE,
          SCORE,
          new QualityMeasure("Mode score", "higher", 2, Quality::modeScore),
          new QualityMeasure("Confident share", "higher", 3, Quality::confident),
          MISSING,
          new QualityMeasure("Class variation", "lower", 3, Quality::classVariation),
          new QualityMeasure("Class accuracy", "near real", 3, Quality::classAccuracy),
          new QualityMeasure("Different bins", "lower", 0, Quality::ndb),
          MEMORISATION,
          new QualityMeasure("Pair distance", "near real", 2, Quality::pairDistance),
          new QualityMeasure("Near duplicates", "lower", 3, Quality::nearDuplicates),
          new QualityMeasure("Moments: mean term", "lower", 2, Quality::momentMean),
          new QualityMeasure("Moments: variance term", "lower", 2, Quality::momentVar));

  /** The measure's value as text; "-" where there is none. */
  String text(double number) {
    return Double.isFinite(number)
        ? String.format(Locale.ROOT, "%." + decimals + "f", number)
        : "-";
  }

  /** The value of some images as text. */
  String of(Quality quality) {
    return text(value.applyAsDouble(quality));
  }
}
