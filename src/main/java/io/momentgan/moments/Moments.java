package io.momentgan.moments;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Number, mean and summed squared deviations per feature of a set of rows, in double.
 *
 * <p>Mergeable without loss of precision: {@code M2 = M2a + M2b + d^2 na nb / (na + nb)} with d the
 * difference of means (Chan, Golub and LeVeque, STAN-CS-79-773).
 *
 * @param count number of rows
 * @param mean mean of each feature; never mutated
 * @param m2 sum of squared deviations from the mean of each feature; never mutated
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode are overridden
public record Moments(long count, double[] mean, double[] m2) implements Serializable {
  private static final int ROWS_IN_FLOAT = 16;

  public Moments {
    if (count < 0 || mean.length != m2.length) {
      throw new IllegalArgumentException(
          "Invalid moments: count %d, %d means, %d M2".formatted(count, mean.length, m2.length));
    }
  }

  /** The moments of no rows. */
  public static Moments empty(int features) {
    return new Moments(0, new double[features], new double[features]);
  }

  /** Takes the moments of rows [count, features], row after row, in two passes. */
  public static Moments of(double[] rows, int features) {
    int count = rows.length / features;
    double[] mean = new double[features];
    for (int i = 0, at = 0; i < count; i++, at += features) {
      for (int j = 0; j < features; j++) {
        mean[j] += rows[at + j];
      }
    }
    for (int j = 0; j < features; j++) {
      mean[j] /= Math.max(1, count);
    }
    double[] m2 = new double[features];
    for (int i = 0, at = 0; i < count; i++, at += features) {
      for (int j = 0; j < features; j++) {
        double d = rows[at + j] - mean[j];
        m2[j] += d * d;
      }
    }
    return new Moments(count, mean, m2);
  }

  /**
   * Takes the moments of rows [count, features], in two passes of which the first is for a value
   * near the mean only. The deviations from it are summed in float over a few rows, which the JVM's
   * compiler vectorises, and from there on in double: no more is lost than the floats themselves
   * have lost.
   */
  public static Moments of(float[] rows, int features) {
    int count = rows.length / features;
    float[] near = new float[features];
    float[] row = new float[features];
    for (int i = 0; i < count; i++) {
      System.arraycopy(rows, i * features, row, 0, features);
      add(row, near);
    }
    for (int j = 0; j < features; j++) {
      near[j] /= Math.max(1, count);
    }
    double[] mean = new double[features];
    double[] m2 = new double[features];
    for (int first = 0; first < count; first += ROWS_IN_FLOAT) {
      float[] sums = new float[features];
      float[] squares = new float[features];
      for (int i = first; i < Math.min(count, first + ROWS_IN_FLOAT); i++) {
        System.arraycopy(rows, i * features, row, 0, features);
        addDeviations(row, near, sums, squares);
      }
      for (int j = 0; j < features; j++) {
        mean[j] += sums[j];
        m2[j] += squares[j];
      }
    }
    for (int j = 0; j < features && count > 0; j++) {
      double off = mean[j] / count;
      m2[j] = Math.max(0, m2[j] - off * mean[j]);
      mean[j] = near[j] + off;
    }
    return new Moments(count, mean, m2);
  }

  // One index for all arrays: the compiler leaves other loops scalar.
  private static void add(float[] row, float[] sums) {
    for (int j = 0; j < sums.length; j++) {
      sums[j] += row[j];
    }
  }

  private static void addDeviations(float[] row, float[] near, float[] sums, float[] squares) {
    for (int j = 0; j < near.length; j++) {
      float d = row[j] - near[j];
      sums[j] += d;
      squares[j] += d * d;
    }
  }

  public int features() {
    return mean.length;
  }

  /** The moments of both sets of rows together. */
  public Moments merge(Moments other) {
    if (other.features() != features()) {
      throw new IllegalArgumentException(
          "Invalid merge: %d and %d features".formatted(features(), other.features()));
    }
    if (other.count == 0) {
      return this;
    }
    if (count == 0) {
      return other;
    }
    long total = count + other.count;
    double share = (double) other.count / total;
    double product = (double) count * share;
    double[] newMean = new double[mean.length];
    double[] newM2 = new double[m2.length];
    for (int j = 0; j < mean.length; j++) {
      double d = other.mean[j] - mean[j];
      newMean[j] = mean[j] + d * share;
      newM2[j] = m2[j] + other.m2[j] + d * d * product;
    }
    return new Moments(total, newMean, newM2);
  }

  /** The moments of the same rows after a vector was added to each; of no rows: the same. */
  public Moments plus(double[] vector) {
    return moved(vector, 1);
  }

  /** The moments of the same rows after a vector was subtracted from each; of no rows: the same. */
  public Moments minus(double[] vector) {
    return moved(vector, -1);
  }

  private Moments moved(double[] vector, int sign) {
    if (count == 0) {
      return this;
    }
    double[] moved = new double[mean.length];
    for (int j = 0; j < moved.length; j++) {
      moved[j] = mean[j] + sign * vector[j];
    }
    return new Moments(count, moved, m2);
  }

  /**
   * Merges lists place by place, in the order of the lists.
   *
   * @throws IllegalArgumentException when lengths or numbers of features differ
   */
  public static List<Moments> fold(List<List<Moments>> lists) {
    int places = lists.get(0).size();
    if (lists.stream().anyMatch(list -> list.size() != places)) {
      throw new IllegalArgumentException(
          "Invalid merge: found lists of %s moments, expected one length"
              .formatted(lists.stream().map(List::size).toList()));
    }
    return IntStream.range(0, places)
        .mapToObj(
            place -> lists.stream().map(l -> l.get(place)).reduce(Moments::merge).orElseThrow())
        .toList();
  }

  /** The biased variance of a feature: M2 / count. */
  public double variance(int feature) {
    return m2[feature] / count;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Moments other
        && count == other.count
        && Arrays.equals(mean, other.mean)
        && Arrays.equals(m2, other.m2);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(new Object[] {count, Arrays.hashCode(mean), Arrays.hashCode(m2)});
  }
}
