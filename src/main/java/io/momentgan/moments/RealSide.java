package io.momentgan.moments;

import java.io.Serializable;
import java.util.List;

/**
 * Clusters and moments of the real images, as known before the training.
 *
 * @param clusters which images are compared with which
 * @param whole moments of all training images per cluster; empty where nothing needs them
 */
public record RealSide(Clusters clusters, List<Moments> whole) implements Serializable {
  /** Nothing is known, and all images belong together. */
  public static final RealSide UNKNOWN = new RealSide(Clusters.ONE, List.of());

  public RealSide {
    whole = List.copyOf(whole);
  }
}
