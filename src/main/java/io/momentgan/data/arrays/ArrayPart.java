package io.momentgan.data.arrays;

import java.io.Serializable;

/**
 * One array of images and the labels of its images.
 *
 * @param images the images
 * @param pixelsAt where the values begin in an item of images
 * @param labels items with the labels, perhaps the same as of the images; null without labels
 * @param labelAt where the label lies in such an item
 * @param labelType how a label is stored
 */
public record ArrayPart(
    StoredItems images, int pixelsAt, StoredItems labels, int labelAt, SampleType labelType)
    implements Serializable {
  int count() {
    return images.count();
  }

  boolean labelled() {
    return labels != null;
  }

  /**
   * Reads images.
   *
   * @param indices of the images
   * @param at where each goes
   * @param layout how values are stored
   * @param toPixels values of all images
   * @param toLabels labels of all images; left alone without labels
   */
  void read(int[] indices, int[] at, PixelLayout layout, byte[] toPixels, byte[] toLabels) {
    byte[] stored = images.read(indices);
    int features = layout.stored().features();
    for (int i = 0; i < at.length; i++) {
      layout.unpack(stored, i * images.itemBytes() + pixelsAt, toPixels, at[i] * features);
    }
    if (labelled()) {
      byte[] beside = labels.equals(images) ? stored : labels.read(indices);
      for (int i = 0; i < at.length; i++) {
        toLabels[at[i]] = (byte) labelType.value(beside, i * labels.itemBytes() + labelAt);
      }
    }
  }
}
