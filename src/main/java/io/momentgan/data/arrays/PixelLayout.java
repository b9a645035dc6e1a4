package io.momentgan.data.arrays;

import io.momentgan.data.ImageShape;
import java.io.Serializable;
import java.util.Optional;

/**
 * How the values of an image are stored.
 *
 * @param stored shape before rows and columns are swapped
 * @param channelsLast whether the channels of a pixel lie together
 * @param transposed whether rows and columns are swapped after reading
 * @param type how a value is stored
 * @param scale a value's factor to 0..255
 */
public record PixelLayout(
    ImageShape stored, boolean channelsLast, boolean transposed, SampleType type, int scale)
    implements Serializable {
  /** Extents of an item that {@link #of} takes. */
  public static final String EXPECTED =
      "[height, width], [height, width, channels] or [channels, height, width] with 1 or 3 channels";

  /**
   * The layout of items of some extents.
   *
   * @param item extents of an image
   * @param type how a value is stored
   * @param transposed whether rows and columns are swapped after reading
   * @return empty when no axis, or more than one, can hold the channels
   */
  public static Optional<PixelLayout> of(int[] item, SampleType type, boolean transposed) {
    if (item.length == 2) {
      return Optional.of(
          new PixelLayout(new ImageShape(1, item[0], item[1]), false, transposed, type, 1));
    }
    if (item.length != 3) {
      return Optional.empty();
    }
    boolean first = isChannels(item[0]);
    boolean last = isChannels(item[2]);
    if (first == last) {
      return Optional.empty();
    }
    ImageShape stored =
        first
            ? new ImageShape(item[0], item[1], item[2])
            : new ImageShape(item[2], item[0], item[1]);
    return Optional.of(new PixelLayout(stored, last, transposed, type, 1));
  }

  private static boolean isChannels(int extent) {
    return extent == 1 || extent == 3;
  }

  /** Unsigned bytes. */
  public static PixelLayout bytes(ImageShape stored, boolean channelsLast, boolean transposed) {
    return new PixelLayout(stored, channelsLast, transposed, SampleType.BYTE, 1);
  }

  /** Copies this layout with another factor to 0..255. */
  public PixelLayout withScale(int factor) {
    return new PixelLayout(stored, channelsLast, transposed, type, factor);
  }

  /** Shape of the images as they are used. */
  public ImageShape shape() {
    return transposed
        ? new ImageShape(
            stored.channels(), /* height= */ stored.width(), /* width= */ stored.height())
        : stored;
  }

  /**
   * Copies an image into channel, row, column order.
   *
   * @param from stored bytes
   * @param at where the image begins
   * @param to values in 0..255 (unsigned)
   * @param toAt where they begin
   */
  public void unpack(byte[] from, int at, byte[] to, int toAt) {
    boolean plain = !transposed && (!channelsLast || stored.channels() == 1);
    if (plain && type.equals(SampleType.BYTE) && scale == 1) {
      System.arraycopy(from, at, to, toAt, stored.features());
      return;
    }
    int next = toAt;
    ImageShape shape = shape();
    for (int channel = 0; channel < shape.channels(); channel++) {
      for (int row = 0; row < shape.height(); row++) {
        for (int column = 0; column < shape.width(); column++) {
          int index = transposed ? index(channel, column, row) : index(channel, row, column);
          to[next++] = (byte) Math.round(scale * type.value(from, at + index * type.bytes()));
        }
      }
    }
  }

  private int index(int channel, int row, int column) {
    return channelsLast
        ? (row * stored.width() + column) * stored.channels() + channel
        : (channel * stored.height() + row) * stored.width() + column;
  }
}
