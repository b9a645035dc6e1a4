package io.momentgan.data.arrays;

import io.momentgan.data.DataException;

/** Finds the range of labels and refuses those that are no class. */
public final class LabelCheck implements StoredItems.Visitor {
  private static final int LARGEST = 255;

  private final Object location;
  private final SampleType type;
  private final int itemBytes;
  private final int at;
  private final int largest;
  private int min = Integer.MAX_VALUE;
  private int max = -1;

  /**
   * Prepares the check.
   *
   * @param location names the labels in messages
   * @param type how a label is stored
   * @param itemBytes bytes of an item
   * @param at where the label lies in the item
   * @param largest largest class
   */
  LabelCheck(Object location, SampleType type, int itemBytes, int at, int largest) {
    this.location = location;
    this.type = type;
    this.itemBytes = itemBytes;
    this.at = at;
    this.largest = largest;
  }

  /** A check of labels in 0..255. */
  public static LabelCheck of(Object location, SampleType type, int itemBytes) {
    return new LabelCheck(location, type, itemBytes, 0, LARGEST);
  }

  @Override
  public void visit(byte[] block, int items, int first) {
    for (int i = 0; i < items; i++) {
      add(type.value(block, i * itemBytes + at), first + i);
    }
  }

  /**
   * Checks a label.
   *
   * @param value the label
   * @param index of its image
   */
  public void add(double value, int index) {
    if (!(value >= 0 && value <= largest) || value != Math.rint(value)) {
      throw new DataException(
          "%s: found label %s of image %d, expected a class from 0 to %d; number the classes from 0"
              .formatted(location, text(value), index, largest));
    }
    min = Math.min(min, (int) value);
    max = Math.max(max, (int) value);
  }

  /** Writes a value, whole numbers without a point. */
  public static String text(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1L << 53
        ? String.valueOf((long) value)
        : String.valueOf(value);
  }

  /** Whether labels begin with 1. */
  public boolean fromOne() {
    return min == 1;
  }

  int min() {
    return min;
  }

  int max() {
    return max;
  }
}
