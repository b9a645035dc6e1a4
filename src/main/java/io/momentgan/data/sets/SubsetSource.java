package io.momentgan.data.sets;

import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.data.StoredSizes;
import java.util.Objects;
import java.util.Optional;

/**
 * Consecutive images of another source.
 *
 * @param images the other source
 * @param from index there of the first image
 * @param to index there after the last image
 */
record SubsetSource(ImageSource images, int from, int to) implements ImageSource {
  SubsetSource {
    Objects.checkFromToIndex(from, to, images.count());
  }

  @Override
  public int count() {
    return to - from;
  }

  @Override
  public ImageShape shape() {
    return images.shape();
  }

  @Override
  public Optional<StoredSizes> originals() {
    return images.originals();
  }

  @Override
  public Optional<String> file(int index) {
    return images.file(from + Objects.checkIndex(index, count()));
  }

  @Override
  public Images read(int[] indices) {
    int[] shifted = new int[indices.length];
    for (int i = 0; i < indices.length; i++) {
      shifted[i] = from + Objects.checkIndex(indices[i], count());
    }
    return images.read(shifted);
  }
}
