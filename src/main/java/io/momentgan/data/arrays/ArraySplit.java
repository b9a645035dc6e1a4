package io.momentgan.data.arrays;

import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageSource;
import java.util.List;
import java.util.Optional;

/**
 * Images of one split with what their check found.
 *
 * @param location names the images
 * @param images the images
 * @param labels range of their labels; empty without labels
 * @param files files behind them
 */
public record ArraySplit(
    String location,
    ImageSource images,
    Optional<LabelCheck> labels,
    List<DataSet.StoredFile> files) {
  /** Images of arrays. */
  public static ArraySplit of(
      List<ArrayPart> parts,
      PixelLayout layout,
      Optional<LabelCheck> labels,
      List<DataSet.StoredFile> files) {
    return new ArraySplit(
        parts.get(0).images().contents().toString(), new ArraySource(parts, layout), labels, files);
  }

  void requireShapeOf(ArraySplit training) {
    if (!images.shape().equals(training.images().shape())) {
      throw new DataException(
          "%s: found images of %s, expected %s as in %s; give files that belong together"
              .formatted(location, images.shape(), training.images().shape(), training.location()));
    }
  }
}
