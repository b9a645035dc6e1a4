package io.momentgan.evaluation;

import io.momentgan.moments.Moments;
import io.momentgan.quality.Bins;
import io.momentgan.quality.ClassStatistics;
import io.momentgan.quality.FeatureStatistics;
import io.momentgan.sampling.Pixels;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Sums over a set of images; mergeable.
 *
 * @param features of the features
 * @param moments of the pixels in [-1, 1]
 * @param classes of the predicted classes
 * @param binCounts images per bin; never mutated
 * @param pairs pairs of images whose distance was taken
 * @param pairDistance sum of their Euclidean distances in pixel space
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record SetStatistics(
    FeatureStatistics features,
    Moments moments,
    ClassStatistics classes,
    long[] binCounts,
    long pairs,
    double pairDistance)
    implements Serializable {
  /** Sums up a block; pairs are its first and second image, its third and fourth, ... */
  static SetStatistics of(Blocks.Block block, int dimension, int classes, Bins bins) {
    float[] rows = Pixels.toRows(block.pixels());
    int values = bins.dimension();
    double distance = 0;
    long pairs = 0;
    for (int row = 0; row + 2 * values <= rows.length; row += 2 * values, pairs++) {
      distance += distance(rows, row, values);
    }
    return new SetStatistics(
        FeatureStatistics.of(block.features(), dimension),
        Moments.of(rows, values),
        ClassStatistics.of(block.logProbabilities(), classes, block.labels()),
        bins.histogram(rows),
        pairs,
        distance);
  }

  private static double distance(float[] rows, int row, int values) {
    double squares = 0;
    for (int j = 0; j < values; j++) {
      double d = rows[row + j] - rows[row + values + j];
      squares += d * d;
    }
    return Math.sqrt(squares);
  }

  SetStatistics merge(SetStatistics other) {
    long[] counts = new long[binCounts.length];
    Arrays.setAll(counts, i -> binCounts[i] + other.binCounts[i]);
    return new SetStatistics(
        features.merge(other.features),
        moments.merge(other.moments),
        classes.merge(other.classes),
        counts,
        pairs + other.pairs,
        pairDistance + other.pairDistance);
  }
}
