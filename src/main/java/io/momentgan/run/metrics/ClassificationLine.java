package io.momentgan.run.metrics;

import io.momentgan.classification.ErrorCount;
import io.momentgan.evaluation.Measure;

/**
 * One line of {@code metrics/classification.jsonl}: errors of the discriminator as a classifier.
 *
 * @param epoch from 1 on
 * @param round rounds finished since the run's start
 * @param split the images: "test", or "validation" where the data have no test images
 * @param images number of images
 * @param errors images whose label is not the most probable class
 * @param errorShare errors / images
 * @param weights "ema" for the discriminator's moving average, else "raw"
 */
public record ClassificationLine(
    int epoch,
    long round,
    String split,
    int images,
    int errors,
    double errorShare,
    String weights) {
  /** The number of errors. */
  public static final Measure<ClassificationLine> ERRORS =
      new Measure<>("errors", "Errors", "", 1, Measure.Better.LOWER, ClassificationLine::errors);

  /**
   * Makes the line of an epoch.
   *
   * @param epoch from 1 on
   * @param round rounds finished
   * @param count the errors of the discriminator alone
   * @param weights "ema" or "raw"
   */
  public static ClassificationLine of(int epoch, long round, ErrorCount count, String weights) {
    return new ClassificationLine(
        epoch, round, count.split(), count.images(), count.together(), count.share(), weights);
  }
}
