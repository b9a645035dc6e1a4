package io.momentgan.extractor;

import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.data.StoredSizes;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Some images of another source, chosen by index.
 *
 * @param images the other source
 * @param chosen indices there; never mutated
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record SpreadImages(ImageSource images, int[] chosen) implements ImageSource {
  /** A number of images at equal distances. */
  static SpreadImages part(ImageSource images, int part) {
    return new SpreadImages(images, indices(images, i -> isOfPart(i, part, images.count())));
  }

  /** The images that are not in the part. */
  static SpreadImages rest(ImageSource images, int part) {
    return new SpreadImages(images, indices(images, i -> !isOfPart(i, part, images.count())));
  }

  private static boolean isOfPart(int index, int part, int count) {
    return (index + 1L) * part / count > (long) index * part / count;
  }

  private static int[] indices(ImageSource images, IntPredicate which) {
    return IntStream.range(0, images.count()).filter(which).toArray();
  }

  @Override
  public int count() {
    return chosen.length;
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
    return images.file(chosen[index]);
  }

  @Override
  public Images read(int[] indices) {
    return images.read(Arrays.stream(indices).map(i -> chosen[i]).toArray());
  }
}
