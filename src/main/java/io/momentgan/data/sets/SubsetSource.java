package io.momentgan.data.sets;

import io.momentgan.data.ImageSource;
import java.util.Objects;

/**
 * Consecutive images of another source.
 *
 * @param images the other source
 * @param from index there of the first image
 * @param to index there after the last image
 */
record SubsetSource(ImageSource images, int from, int to) implements Selection {
  SubsetSource {
    Objects.checkFromToIndex(from, to, images.count());
  }

  @Override
  public int count() {
    return to - from;
  }

  @Override
  public int at(int index) {
    return from + Objects.checkIndex(index, count());
  }
}
