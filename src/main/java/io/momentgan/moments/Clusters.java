package io.momentgan.moments;

import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Clusters of images that are compared with each other: one of all images, or one per class mean.
 * Real and generated images alike belong to the nearest mean, since generated images have no label.
 *
 * @param centres means of the classes, or one empty array where all images belong together; never
 *     mutated
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Clusters(double[][] centres) implements Serializable {
  /** All images belong together. */
  public static final Clusters ONE = new Clusters(new double[1][0]);

  /** Makes a cluster per class that has images, from the moments of each class. */
  public static Clusters around(List<Moments> classes) {
    return new Clusters(
        classes.stream().filter(c -> c.count() > 0).map(Moments::mean).toArray(double[][]::new));
  }

  public int count() {
    return centres.length;
  }

  /** Finds the nearest centre of each row, by Euclidean distance, in rows [n, features]. */
  public int[] assign(double[] rows, int features) {
    int[] nearest = new int[rows.length / features];
    for (int i = 0; i < nearest.length && count() > 1; i++) {
      int from = i * features;
      nearest[i] =
          IntStream.range(0, count())
              .boxed()
              .min((a, b) -> Double.compare(distance(rows, from, a), distance(rows, from, b)))
              .orElseThrow();
    }
    return nearest;
  }

  /** Takes the moments of each cluster's rows [n, features]; some may be of no rows. */
  public List<Moments> moments(double[] rows, int features, int[] assignment) {
    return count() == 1
        ? List.of(Moments.of(rows, features))
        : IntStream.range(0, count())
            .mapToObj(cluster -> Moments.of(select(rows, features, assignment, cluster), features))
            .toList();
  }

  private static double[] select(double[] rows, int features, int[] assignment, int cluster) {
    int[] chosen =
        IntStream.range(0, assignment.length).filter(i -> assignment[i] == cluster).toArray();
    double[] selected = new double[chosen.length * features];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(rows, chosen[i] * features, selected, i * features, features);
    }
    return selected;
  }

  private double distance(double[] rows, int from, int cluster) {
    double sum = 0;
    for (int j = 0; j < centres[cluster].length; j++) {
      double d = rows[from + j] - centres[cluster][j];
      sum += d * d;
    }
    return sum;
  }
}
