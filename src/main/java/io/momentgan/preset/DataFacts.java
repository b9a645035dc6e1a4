package io.momentgan.preset;

import io.momentgan.data.DataSet;
import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Facts of a data set that settings are chosen from.
 *
 * @param resized whether images are resized to the shape of the settings, as those of folders are
 * @param shape shape of the images, by the settings so far
 * @param count number of images, before any are held out
 * @param originalSide smaller side of the commonest size before images are resized, in pixels;
 *     empty if unknown
 * @param grey whether a sample of the images has no colours
 * @param classes number of classes in a sample of the images; 0 without classes
 * @param ownValidation whether the data come with validation images
 */
public record DataFacts(
    boolean resized,
    ImageShape shape,
    int count,
    OptionalInt originalSide,
    boolean grey,
    int classes,
    boolean ownValidation) {
  private static final int SAMPLE = 200;

  /**
   * Reads the facts of data that are opened without mirroring.
   *
   * @param data the data, with nothing held out
   */
  public static DataFacts of(DataSet data) {
    int count = data.training().count();
    int sampled = Math.min(SAMPLE, count);
    Images sample =
        data.training()
            .read(
                IntStream.range(0, sampled).map(i -> (int) ((long) i * count / sampled)).toArray());
    long distinct =
        IntStream.range(0, sample.labels().length).map(i -> sample.labels()[i]).distinct().count();
    return new DataFacts(
        data.kind() == DataSet.Kind.IMAGES,
        data.shape(),
        count,
        data.training()
            .originals()
            .map(o -> OptionalInt.of(o.commonest().side()))
            .orElse(OptionalInt.empty()),
        isGrey(sample),
        Math.max(data.classes().size(), (int) distinct),
        data.validation().isPresent());
  }

  /** The number of images in words. */
  public String images() {
    return String.format(Locale.ROOT, count == 1 ? "%d image" : "%,d images", count);
  }

  private static boolean isGrey(Images images) {
    ImageShape shape = images.shape();
    int plane = shape.height() * shape.width();
    byte[] pixels = images.pixels();
    for (int at = 0; at < pixels.length; at += plane) {
      int first = at - at % shape.features();
      if (!Arrays.equals(pixels, first, first + plane, pixels, at, at + plane)) {
        return false;
      }
    }
    return true;
  }
}
