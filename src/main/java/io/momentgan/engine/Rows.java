package io.momentgan.engine;

import io.momentgan.moments.Moments;

/**
 * Images, latent vectors or gradients [n, features], where an engine computes. Only {@link
 * #addAffine} and {@link #add} change them.
 */
public interface Rows {
  /** Returns n. */
  int count();

  /** Returns the number of values of a row. */
  int features();

  /** Returns whether values are floats; else they are doubles, for checks. */
  boolean isFloat();

  /** Copies the values to the heap, row after row; doubles are rounded. */
  float[] floats();

  /** Copies the values to the heap, row after row. */
  double[] doubles();

  /** Returns the moments of each feature over all rows. */
  Moments moments();

  /** Returns new rows with terms added, given row after row. */
  Rows plus(float[] terms);

  /**
   * Returns new rows x + share (other - x).
   *
   * @param other rows of the same shape and engine
   * @param shares one of each row
   */
  Rows towards(Rows other, double[] shares);

  /** Returns new rows of the same number and type with other values, given row after row. */
  Rows withValues(double[] values);

  /**
   * Returns new rows, some of which are replaced.
   *
   * @param at numbers of the replaced rows, in any order
   * @param by a row for each of them
   */
  Rows replaced(int[] at, float[][] by);

  /**
   * Adds {@code shift_j + factor_j * x_ij} to each value in place.
   *
   * @param at rows x of the same shape and engine
   * @param factor of each feature
   * @param shift of each feature
   */
  void addAffine(Rows at, double[] factor, double[] shift);

  /** Adds terms in place, given row after row. */
  void add(double[] terms);
}
