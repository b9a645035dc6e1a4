package io.momentgan.quality;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The k nearest candidates of each of some rows, found block by block: tables of different
 * candidates merge. At equal distance the lower index is nearer.
 *
 * @param k candidates kept per row
 * @param squared squared distances [rows * k] in ascending order; infinite beyond the last
 *     candidate; never mutated
 * @param indices indices of the candidates [rows * k]; -1 beyond the last; never mutated
 */
@SuppressWarnings("ArrayRecordComponent") // tables are compared by nobody
public record Nearest(int k, float[] squared, int[] indices) implements Serializable {
  /**
   * A block of rows.
   *
   * @param first index of its first row among all of its kind
   * @param rows values [n, dimension]; never mutated
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Block(int first, float[] rows) implements Serializable {}

  /**
   * Finds the nearest within a block.
   *
   * @param queries rows whose neighbours are searched
   * @param candidates possible neighbours
   * @param dimension values of a row
   * @param k neighbours kept per row
   * @param same whether both are of one set, where an index is no neighbour of itself
   */
  public static Nearest of(Block queries, Block candidates, int dimension, int k, boolean same) {
    float[] distances = Gram.squaredDistances(queries.rows(), candidates.rows(), dimension);
    int columns = candidates.rows().length / dimension;
    int rows = queries.rows().length / dimension;
    Nearest table = empty(rows, k);
    for (int i = 0; i < rows; i++) {
      int self = same ? queries.first() + i - candidates.first() : -1;
      for (int j = 0; j < columns; j++) {
        float distance = distances[i * columns + j];
        if (distance < table.squared[i * k + k - 1] && j != self) {
          table.insert(i, distance, candidates.first() + j);
        }
      }
    }
    return table;
  }

  private static Nearest empty(int rows, int k) {
    float[] squared = new float[rows * k];
    int[] indices = new int[rows * k];
    Arrays.fill(squared, Float.POSITIVE_INFINITY);
    Arrays.fill(indices, -1);
    return new Nearest(k, squared, indices);
  }

  private void insert(int row, float distance, int index) {
    int at = row * k + k - 1;
    while (at > row * k && isNearer(distance, index, at - 1)) {
      squared[at] = squared[at - 1];
      indices[at] = indices[at - 1];
      at--;
    }
    squared[at] = distance;
    indices[at] = index;
  }

  private boolean isNearer(float distance, int index, int at) {
    return distance < squared[at]
        || (distance == squared[at] && indices[at] >= 0 && index < indices[at]);
  }

  /** Merges with a table of the same rows and other candidates. */
  public Nearest merge(Nearest other) {
    Nearest merged = new Nearest(k, squared.clone(), indices.clone());
    for (int at = 0; at < other.squared.length; at++) {
      int row = at / k;
      if (other.indices[at] >= 0
          && merged.isNearer(other.squared[at], other.indices[at], row * k + k - 1)) {
        merged.insert(row, other.squared[at], other.indices[at]);
      }
    }
    return merged;
  }

  private int rows() {
    return squared.length / k;
  }

  /** Squared distance of each row's farthest kept neighbour: the radius of its ball [rows]. */
  public float[] squaredRadii() {
    return squaredTo(k - 1);
  }

  /** Squared distance of each row's nearest neighbour [rows]. */
  public float[] squaredNearest() {
    return squaredTo(0);
  }

  private float[] squaredTo(int neighbour) {
    float[] distances = new float[rows()];
    for (int i = 0; i < distances.length; i++) {
      distances[i] = squared[i * k + neighbour];
    }
    return distances;
  }
}
