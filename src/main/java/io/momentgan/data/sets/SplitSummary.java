package io.momentgan.data.sets;

import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.data.StoredSizes;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Statistics of one pass over the images of a split.
 *
 * @param name training, validation or test
 * @param count number of images
 * @param min smallest value, 0..255
 * @param max largest value, 0..255
 * @param mean mean of all values, 0..255
 * @param deviation standard deviation of all values about the mean
 * @param labels number of images per label; empty without labels
 * @param originals sizes of stored pictures that were resized
 */
public record SplitSummary(
    String name,
    int count,
    int min,
    int max,
    double mean,
    double deviation,
    SortedMap<Integer, Long> labels,
    Optional<StoredSizes> originals) {
  /** Bytes of images in memory at a time, at least one image. */
  private static final int BLOCK_BYTES = 1 << 26;

  /** Reads all images of a source, a block at a time. */
  public static SplitSummary of(String name, ImageSource images) {
    long[] values = new long[256];
    SortedMap<Integer, Long> labels = new TreeMap<>();
    int block = Math.max(1, BLOCK_BYTES / images.shape().features());
    for (int from = 0; from < images.count(); from += block) {
      int to = Math.min(from + block, images.count());
      Images read = images.read(IntStream.range(from, to).toArray());
      for (byte value : read.pixels()) {
        values[value & 0xFF]++;
      }
      for (byte label : read.labels()) {
        labels.merge(label & 0xFF, 1L, Long::sum);
      }
    }
    return of(name, images, values, labels);
  }

  private static SplitSummary of(
      String name, ImageSource images, long[] values, SortedMap<Integer, Long> labels) {
    double total = 0;
    double sum = 0;
    double squares = 0;
    int min = 255;
    int max = 0;
    for (int value = 0; value < values.length; value++) {
      total += values[value];
      sum += (double) value * values[value];
      squares += (double) value * value * values[value];
      min = values[value] > 0 ? Math.min(min, value) : min;
      max = values[value] > 0 ? value : max;
    }
    double mean = sum / total;
    double variance = Math.max(0, squares / total - mean * mean);
    return new SplitSummary(
        name, images.count(), min, max, mean, Math.sqrt(variance), labels, images.originals());
  }

  /**
   * Lists classes with their number of images, such as "0: 5444, 1: 6179".
   *
   * @param classes their names; empty where labels are only numbers
   */
  String labelText(List<String> classes) {
    return labels.isEmpty()
        ? "none"
        : labels.entrySet().stream()
            .map(entry -> name(classes, entry.getKey()) + ": " + entry.getValue())
            .collect(Collectors.joining(", "));
  }

  private static String name(List<String> classes, int label) {
    return label < classes.size() ? classes.get(label) : Integer.toString(label);
  }
}
