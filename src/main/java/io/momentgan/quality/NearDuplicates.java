package io.momentgan.quality;

import java.util.Arrays;

/**
 * Images that are nearer to another image of their set than 99 % of real images are to theirs.
 *
 * @param squaredBound squared Euclidean distance in pixel space below which an image is one
 */
public record NearDuplicates(float squaredBound) {
  private static final double QUANTILE = 0.01;

  /**
   * Takes the bound from real images.
   *
   * @param squaredNearest squared distance of each to its nearest other one; sorted here
   */
  public static NearDuplicates amongReal(float[] squaredNearest) {
    Arrays.sort(squaredNearest);
    return new NearDuplicates(squaredNearest[(int) (QUANTILE * squaredNearest.length)]);
  }

  /**
   * Counts near-duplicates.
   *
   * @param squaredNearest squared distance of each image to its nearest other one
   */
  public int count(float[] squaredNearest) {
    int count = 0;
    for (float squared : squaredNearest) {
      count += squared < squaredBound ? 1 : 0;
    }
    return count;
  }
}
