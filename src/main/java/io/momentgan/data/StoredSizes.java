package io.momentgan.data;

import java.io.Serializable;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sizes of stored pictures before they were resized.
 *
 * @param smallest size of fewest pixels
 * @param largest size of most pixels
 * @param commonest size of most pictures
 * @param ofCommonest number of pictures of that size
 * @param count number of all pictures
 */
public record StoredSizes(Size smallest, Size largest, Size commonest, int ofCommonest, int count)
    implements Serializable {
  /**
   * The size of a picture.
   *
   * @param height rows
   * @param width columns
   */
  public record Size(int height, int width) implements Serializable {
    /** The smaller of height and width. */
    public int side() {
      return Math.min(height, width);
    }

    @Override
    public String toString() {
      return height + "x" + width;
    }
  }

  /**
   * Counts sizes.
   *
   * @param sizes of at least one picture
   */
  public static StoredSizes of(List<Size> sizes) {
    Comparator<Size> byPixels = Comparator.comparingLong(s -> (long) s.height() * s.width());
    Map<Size, Integer> counts = new LinkedHashMap<>();
    sizes.forEach(size -> counts.merge(size, 1, Integer::sum));
    Map.Entry<Size, Integer> commonest =
        counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
    return new StoredSizes(
        sizes.stream().min(byPixels).orElseThrow(),
        sizes.stream().max(byPixels).orElseThrow(),
        commonest.getKey(),
        commonest.getValue(),
        sizes.size());
  }

  @Override
  public String toString() {
    return ofCommonest == count
        ? "all " + commonest
        : "%s to %s, most often %s (%d of %d)"
            .formatted(smallest, largest, commonest, ofCommonest, count);
  }
}
