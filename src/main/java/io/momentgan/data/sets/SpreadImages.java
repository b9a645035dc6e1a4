package io.momentgan.data.sets;

import io.momentgan.data.ImageSource;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Images at equal distances of another source, or those between: of data in the order of classes
 * they are of all classes.
 *
 * @param images the other source
 * @param chosen indices there, ascending; never mutated
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record SpreadImages(ImageSource images, int[] chosen) implements Selection {
  private static final int LOOKED_AT = 64;

  /**
   * Chooses a number of images.
   *
   * @param part how many
   * @param together neighbours that stay together, such as an image and its mirror image; divides
   *     {@code part} and the number of images
   */
  static SpreadImages part(ImageSource images, int part, int together) {
    return new SpreadImages(images, indices(images, i -> isOfPart(i, part, images, together)));
  }

  /** The images that are not in the part. */
  static SpreadImages rest(ImageSource images, int part, int together) {
    return new SpreadImages(images, indices(images, i -> !isOfPart(i, part, images, together)));
  }

  private static boolean isOfPart(int index, int part, ImageSource images, int together) {
    long group = index / together;
    long count = images.count() / together;
    long wanted = part / together;
    return (group + 1) * wanted / count > group * wanted / count;
  }

  private static int[] indices(ImageSource images, IntPredicate which) {
    return IntStream.range(0, images.count()).filter(which).toArray();
  }

  /** Whether images have labels of several classes, the images of each class in a row. */
  static boolean isInOrderOfClasses(ImageSource images) {
    int looked = Math.min(LOOKED_AT, images.count());
    // The head is read at once, and shows any other order.
    byte[] head = images.read(IntStream.range(0, looked).toArray()).labels();
    if (head.length == 0 || !isGrouped(head)) {
      return false;
    }
    byte[] all =
        images
            .read(
                IntStream.range(0, looked)
                    .map(i -> (int) ((long) i * images.count() / looked))
                    .toArray())
            .labels();
    return all[0] != all[all.length - 1] && isGrouped(all);
  }

  /** Whether no class comes again after another one. */
  private static boolean isGrouped(byte[] labels) {
    long runs =
        1 + IntStream.range(1, labels.length).filter(i -> labels[i] != labels[i - 1]).count();
    return runs == IntStream.range(0, labels.length).map(i -> labels[i]).distinct().count();
  }

  @Override
  public int count() {
    return chosen.length;
  }

  @Override
  public int at(int index) {
    return chosen[index];
  }
}
