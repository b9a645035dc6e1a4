package io.momentgan.evaluation;

import io.momentgan.quality.Nearest;
import java.io.Serializable;

/**
 * Some images with what the extractor says of them; blocks stay on the workers.
 *
 * @param number number of the block
 * @param first index of its first image
 * @param pixels values in 0..255 (unsigned), image after image; never mutated
 * @param features feature vectors, row after row; never mutated
 * @param logProbabilities of the classes, row after row; never mutated
 * @param labels the class of each image, or the one that was asked for; empty where there is none;
 *     never mutated
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record FeatureBlock(
    int number, int first, byte[] pixels, float[] features, float[] logProbabilities, byte[] labels)
    implements Serializable {
  /** The features as rows to compare. */
  Nearest.Block featureRows() {
    return new Nearest.Block(first, features);
  }

  /** The images as rows to compare, in [-1, 1]. */
  Nearest.Block pixelRows() {
    return new Nearest.Block(first, Pixels.toRows(pixels));
  }
}
