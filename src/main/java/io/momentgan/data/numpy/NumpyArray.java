package io.momentgan.data.numpy;

import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.arrays.ArrayName;
import io.momentgan.data.arrays.ArrayName.Split;
import io.momentgan.data.arrays.Contents;
import io.momentgan.data.arrays.FlatPixels;
import io.momentgan.data.arrays.FoundArrays;
import io.momentgan.data.arrays.LabelCheck;
import io.momentgan.data.arrays.PixelLayout;
import io.momentgan.data.arrays.SampleType;
import io.momentgan.data.arrays.StoredItems;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * An array in a {@code .npy} file or a member of an {@code .npz}, found by its name.
 *
 * @param file path of the file
 * @param contents where the array lies
 * @param group arrays of one group belong together
 * @param name what its name says
 */
record NumpyArray(String file, Contents contents, String group, ArrayName name)
    implements FoundArrays.Named {
  private static final String SAVE = "save it by numpy.save as uint8 in C order";

  /**
   * An opened array.
   *
   * @param items its items
   * @param layout how images are stored; null for labels
   * @param labels range of labels; null for images
   * @param type how a value is stored
   */
  record Opened(StoredItems items, PixelLayout layout, LabelCheck labels, SampleType type) {}

  @Override
  public Split part() {
    return name.part();
  }

  @Override
  public boolean holdsLabels() {
    return name.labels().orElse(false);
  }

  NpyHeader header() {
    return StoredItems.guarded(
        contents,
        () -> {
          try (InputStream in = contents.open()) {
            return NpyHeader.read(in, contents);
          }
        });
  }

  /** Returns why labels are not one class per image; empty if they are. */
  Optional<String> whyNoClasses() {
    int[] shape = header().shape();
    boolean column = shape.length == 1 || (shape.length == 2 && shape[1] == 1);
    return column
        ? Optional.empty()
        : Optional.of(
            "labels of shape %s, not one class per image: store y.argmax(axis=1) if they are one-hot"
                .formatted(Arrays.toString(shape)));
  }

  Opened open(DataConfig config) {
    NpyHeader header = header();
    SampleType type =
        header
            .sampleType()
            .orElseThrow(
                () ->
                    new DataException(
                        "%s: found values of type %s, expected integers or 32- or 64-bit floats; %s"
                            .formatted(contents, header.type(), SAVE)));
    if (header.fortranOrder() && header.shape().length > 1) {
      throw new DataException(
          "%s: found an array in Fortran order, expected C order; save numpy.ascontiguousarray of it"
              .formatted(contents));
    }
    requireExtents(header);
    long values = Arrays.stream(header.shape()).skip(1).asLongStream().reduce(1, (a, b) -> a * b);
    int itemBytes = Math.toIntExact(values * type.bytes());
    StoredItems.Layout layout =
        new StoredItems.Layout(holdsLabels() ? "labels" : "images", itemBytes, header.shape()[0]);
    return holdsLabels() ? labels(layout, type) : images(layout, type, header, config);
  }

  private void requireExtents(NpyHeader header) {
    int mostValues = 1 << 24;
    double values = 1;
    for (int i = 1; i < header.shape().length; i++) {
      values *= header.shape()[i];
    }
    boolean sound = header.shape().length > 0 && Arrays.stream(header.shape()).allMatch(e -> e > 0);
    if (!sound || values > mostValues) {
      throw new DataException(
          "%s: found shape %s, expected positive extents and at most %d values per image; %s"
              .formatted(contents, header.shapeText(), mostValues, SAVE));
    }
  }

  private Opened labels(StoredItems.Layout layout, SampleType type) {
    LabelCheck check = LabelCheck.of(contents, type, layout.itemBytes());
    return new Opened(inspect(layout, check), null, check, type);
  }

  private Opened images(
      StoredItems.Layout layout, SampleType type, NpyHeader header, DataConfig config) {
    PixelLayout pixels = pixels(header, type, config);
    PixelCheck check = new PixelCheck(contents, type, layout.itemBytes());
    StoredItems items = inspect(layout, check);
    return new Opened(items, pixels.withScale(check.scale()), null, type);
  }

  private StoredItems inspect(StoredItems.Layout layout, StoredItems.Visitor visitor) {
    return StoredItems.inspect(
        contents,
        in -> {
          NpyHeader.read(in, contents);
          return layout;
        },
        visitor);
  }

  private PixelLayout pixels(NpyHeader header, SampleType type, DataConfig config) {
    int[] item = Arrays.copyOfRange(header.shape(), 1, header.shape().length);
    // As many rows as columns: 64 images of 8 by 8, or one image?
    boolean oneSquare = item.length == 1 && item[0] == header.shape()[0];
    if (item.length == 1 && !oneSquare) {
      return FlatPixels.shape(item[0], config.images())
          .map(shape -> new PixelLayout(shape, true, config.transpose(), type, 1))
          .orElseThrow(() -> FlatPixels.noShape(contents, item[0]));
    }
    boolean oneImage = oneSquare || (item.length == 2 && item[1] == 3);
    Optional<PixelLayout> layout =
        oneImage ? Optional.empty() : PixelLayout.of(item, type, config.transpose());
    return layout.orElseThrow(
        () ->
            new DataException(
                "%s: found shape %s, expected [n] and %s; %s"
                    .formatted(contents, header.shapeText(), PixelLayout.EXPECTED, SAVE)));
  }
}
