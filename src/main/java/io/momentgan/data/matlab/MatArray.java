package io.momentgan.data.matlab;

import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageShape;
import io.momentgan.data.arrays.ArrayName.Split;
import io.momentgan.data.arrays.ArrayPart;
import io.momentgan.data.arrays.ArraySplit;
import io.momentgan.data.arrays.Contents;
import io.momentgan.data.arrays.FoundArrays;
import io.momentgan.data.arrays.LabelCheck;
import io.momentgan.data.arrays.PixelLayout;
import io.momentgan.data.arrays.SampleType;
import io.momentgan.data.arrays.StoredItems;
import java.util.List;
import java.util.Optional;

/**
 * A variable that by its name holds images or labels.
 *
 * @param contents where its values lie
 * @param variable the variable
 * @param group arrays of one group belong together
 * @param family what the file's name says beside its split
 * @param split the split that a name says
 * @param holdsLabels whether it holds labels
 */
record MatArray(
    Contents contents,
    MatVariable variable,
    String group,
    String family,
    Optional<Split> split,
    boolean holdsLabels)
    implements FoundArrays.Named {
  private static final String EXPECTED =
      "uint8 of shape [height, width, n] or [height, width, channels, n] with 1 or 3 channels and n labels";
  private static final long MOST_VALUES = 1 << 24;

  @Override
  public Split part() {
    return split.orElse(Split.TRAINING);
  }

  String location() {
    return contents.toString();
  }

  /** Reads these images with their labels once from end to end. */
  ArraySplit split(Optional<MatArray> labels, DataConfig config) {
    MatArray classes =
        labels.orElseThrow(
            () ->
                new DataException(
                    "%s: found images without labels, expected a variable y with one label per image; is the file truncated? Copy it again, or save y with X"
                        .formatted(contents)));
    int count = classes.labelCount();
    ImageShape stored = stored(classes, count);
    StoredItems pixels =
        inspect(
            new StoredItems.Layout("images", stored.features(), count), (block, n, first) -> {});
    SampleType type = classes.variable().stored();
    LabelCheck check = LabelCheck.of(classes.contents(), type, type.bytes());
    StoredItems numbers =
        classes.inspect(new StoredItems.Layout("labels", type.bytes(), count), check);
    // The first extent varies fastest: an image lies column by column, one channel after the other.
    PixelLayout layout = PixelLayout.bytes(stored, false, !config.transpose());
    return ArraySplit.of(
        List.of(new ArrayPart(pixels, 0, numbers, 0, type)),
        layout,
        Optional.of(check),
        List.of(describe(pixels), describe(numbers)));
  }

  private static DataSet.StoredFile describe(StoredItems items) {
    return items.describe("nothing to compare the MD5 with");
  }

  private int labelCount() {
    boolean column = variable.extents().stream().filter(extent -> extent != 1).count() <= 1;
    int count =
        variable.extents().stream()
            .mapToInt(Integer::intValue)
            .filter(e -> e != 1)
            .findFirst()
            .orElse(1);
    if (!column || count == 0) {
      throw new DataException(
          "%s: found labels of shape %s, expected [n, 1] with one class per image; save y(:)"
              .formatted(contents, variable.extents()));
    }
    return count;
  }

  /** Finds the shape in which an image lies: MATLAB leaves out a last extent of 1. */
  private ImageShape stored(MatArray labels, int count) {
    List<Integer> extents = variable.extents();
    int rank = extents.size();
    int last = extents.get(rank - 1);
    boolean one = count == 1 && last != 1;
    List<Integer> image = one || last != count ? extents : extents.subList(0, rank - 1);
    boolean counted = one || last == count;
    int channels = image.size() == 3 ? image.get(2) : 1;
    double values = image.stream().mapToDouble(Integer::doubleValue).reduce(1, (a, b) -> a * b);
    boolean sound =
        (image.size() == 2 || (image.size() == 3 && (channels == 1 || channels == 3)))
            && values >= 1
            && values <= MOST_VALUES;
    boolean bytes = variable.type().equals("uint8") && variable.stored().equals(SampleType.BYTE);
    if (!counted || !sound || !bytes) {
      throw new DataException(
          "%s: found %s with %d labels in %s, expected %s; save them so"
              .formatted(contents, variable.text(), count, labels.variable().name(), EXPECTED));
    }
    return new ImageShape(channels, /* height= */ image.get(1), /* width= */ image.get(0));
  }

  private StoredItems inspect(StoredItems.Layout layout, StoredItems.Visitor visitor) {
    return StoredItems.inspect(contents, in -> layout, visitor);
  }
}
