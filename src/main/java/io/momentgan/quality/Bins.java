package io.momentgan.quality;

import java.io.Serializable;
import java.util.Arrays;
import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * Bins of similar images, for the number of statistically different bins (NDB, Richardson and Weiss
 * 2018, arXiv 1805.12462): it needs no classifier.
 *
 * @param centres centres in pixel space [bins, dimension], row after row; never mutated
 * @param dimension values of an image
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Bins(float[] centres, int dimension) implements Serializable {
  /** Probability of a difference by chance below which it counts. */
  private static final double SIGNIFICANCE = 0.05;

  public int count() {
    return centres.length / dimension;
  }

  /** Finds the bin of each of some images [n, dimension]: the one with the nearest centre. */
  public int[] assign(float[] rows) {
    return Nearest.of(
            new Nearest.Block(0, rows), new Nearest.Block(0, centres), dimension, 1, false)
        .indices();
  }

  /** Counts images [n, dimension] per bin. */
  public long[] histogram(float[] rows) {
    long[] counts = new long[count()];
    for (int bin : assign(rows)) {
      counts[bin]++;
    }
    return counts;
  }

  /** Takes a step of Lloyd's algorithm: each centre moves to the mean of its images. */
  public Bins moved(Sums sums) {
    float[] moved = centres.clone();
    for (int bin = 0; bin < count(); bin++) {
      for (int j = 0; j < dimension && sums.counts()[bin] > 0; j++) {
        moved[bin * dimension + j] =
            (float) (sums.values()[bin * dimension + j] / sums.counts()[bin]);
      }
    }
    return new Bins(moved, dimension);
  }

  /** Sums up the images [n, dimension] of each bin. */
  public Sums sums(float[] rows) {
    Sums sums = new Sums(new long[count()], new double[centres.length]);
    int[] bins = assign(rows);
    for (int i = 0; i < bins.length; i++) {
      sums.counts()[bins[i]]++;
      for (int j = 0; j < dimension; j++) {
        sums.values()[bins[i] * dimension + j] += rows[i * dimension + j];
      }
    }
    return sums;
  }

  /**
   * Images per bin and their sums; mergeable.
   *
   * @param counts images per bin; never mutated
   * @param values sums [bins, dimension]; never mutated
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Sums(long[] counts, double[] values) implements Serializable {
    public Sums merge(Sums other) {
      long[] newCounts = new long[counts.length];
      double[] newValues = new double[values.length];
      Arrays.setAll(newCounts, i -> counts[i] + other.counts[i]);
      Arrays.setAll(newValues, i -> values[i] + other.values[i]);
      return new Sums(newCounts, newValues);
    }
  }

  /**
   * Tells per bin whether the shares of two sets differ, by a two-proportion z-test.
   *
   * @param a images per bin of one set
   * @param b images per bin of the other
   * @return false where both are empty
   */
  public static boolean[] different(long[] a, long[] b) {
    double bound = new NormalDistribution().inverseCumulativeProbability(1 - SIGNIFICANCE / 2);
    double na = Arrays.stream(a).sum();
    double nb = Arrays.stream(b).sum();
    boolean[] different = new boolean[a.length];
    for (int i = 0; i < a.length; i++) {
      double pooled = (a[i] + b[i]) / (na + nb);
      double error = Math.sqrt(pooled * (1 - pooled) * (1 / na + 1 / nb));
      different[i] = error > 0 && Math.abs(a[i] / na - b[i] / nb) / error > bound;
    }
    return different;
  }

  /** Counts the bins in which the shares of two sets differ; a twentieth do so by chance. */
  public static int differentCount(long[] a, long[] b) {
    int count = 0;
    for (boolean each : different(a, b)) {
      count += each ? 1 : 0;
    }
    return count;
  }
}
