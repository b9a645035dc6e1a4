package io.momentgan.data.arrays;

import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;

/**
 * Images whose classes are numbered from 0 where the stored labels begin with 1.
 *
 * @param images images with labels of at least 1
 */
record ShiftedLabels(ImageSource images) implements ImageSource {
  @Override
  public int count() {
    return images.count();
  }

  @Override
  public ImageShape shape() {
    return images.shape();
  }

  @Override
  public Images read(int[] indices) {
    Images read = images.read(indices);
    byte[] labels = read.labels().clone();
    for (int i = 0; i < labels.length; i++) {
      labels[i]--;
    }
    return new Images(read.shape(), read.pixels(), labels);
  }
}
