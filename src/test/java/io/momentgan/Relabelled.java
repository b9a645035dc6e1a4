package io.momentgan;

import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import java.io.Serializable;
import java.util.function.IntUnaryOperator;

/**
 * The same images with other labels.
 *
 * @param images the images
 * @param label gives the new label for an old one
 */
public record Relabelled(ImageSource images, Labels label) implements ImageSource {
  /** A change of labels that travels to workers. */
  @FunctionalInterface
  public interface Labels extends IntUnaryOperator, Serializable {}

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
    return of(images.read(indices), label);
  }

  /** Returns images with other labels. */
  public static Images of(Images images, Labels label) {
    byte[] labels = images.labels().clone();
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (byte) label.applyAsInt(labels[i]);
    }
    return new Images(images.shape(), images.pixels(), labels);
  }
}
