package io.momentgan.data.arrays;

import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Images of one or more arrays, one after the other, with their labels.
 *
 * <p>Only locations travel to the workers; each read passes once over the files.
 */
final class ArraySource implements ImageSource {
  private static final long serialVersionUID = 1L;

  private final List<ArrayPart> parts;
  private final PixelLayout layout;

  ArraySource(List<ArrayPart> parts, PixelLayout layout) {
    this.parts = List.copyOf(parts);
    this.layout = layout;
  }

  @Override
  public int count() {
    return parts.stream().mapToInt(ArrayPart::count).reduce(0, Math::addExact);
  }

  @Override
  public ImageShape shape() {
    return layout.shape();
  }

  @Override
  public Images read(int[] indices) {
    for (int index : indices) {
      Objects.checkIndex(index, count());
    }
    byte[] pixels = new byte[Math.multiplyExact(indices.length, shape().features())];
    byte[] labels = new byte[parts.get(0).labelled() ? indices.length : 0];
    int first = 0;
    for (ArrayPart part : parts) {
      int from = first;
      int[] at =
          IntStream.range(0, indices.length)
              .filter(i -> indices[i] >= from && indices[i] < from + part.count())
              .toArray();
      if (at.length > 0) {
        int[] own = IntStream.of(at).map(i -> indices[i] - from).toArray();
        part.read(own, at, layout, pixels, labels);
      }
      first += part.count();
    }
    return new Images(shape(), pixels, labels);
  }
}
