package io.momentgan.data.numpy;

import io.momentgan.data.DataException;
import io.momentgan.data.arrays.LabelCheck;
import io.momentgan.data.arrays.SampleType;
import io.momentgan.data.arrays.StoredItems;

/**
 * Finds the factor that takes pixel values of any type to whole numbers from 0 to 255, and refuses
 * values that would be rounded.
 */
final class PixelCheck implements StoredItems.Visitor {
  private static final int LARGEST = 255;

  /** Error of k / 255 in 32-bit floats, times 255. */
  private static final double ROUNDING = 1e-4;

  private final Object location;
  private final SampleType type;
  private final int itemBytes;

  private double max;
  private boolean whole = true;

  PixelCheck(Object location, SampleType type, int itemBytes) {
    this.location = location;
    this.type = type;
    this.itemBytes = itemBytes;
  }

  @Override
  public void visit(byte[] block, int items, int first) {
    if (type.equals(SampleType.BYTE)) {
      return;
    }
    for (int at = 0; at < items * itemBytes; at += type.bytes()) {
      double value = type.value(block, at);
      boolean integral = value == Math.rint(value);
      boolean share = Math.abs(value * LARGEST - Math.rint(value * LARGEST)) < ROUNDING;
      whole &= integral;
      max = Math.max(max, value);
      boolean fits = value >= 0 && value <= LARGEST && (integral || (share && value < 1));
      if (!fits || (!whole && max > 1)) {
        throw new DataException(
            "%s: found value %s in image %d, expected whole numbers from 0 to 255, or multiples of 1/255 from 0 to 1; store the images as uint8"
                .formatted(location, LabelCheck.text(value), first + at / itemBytes));
      }
    }
  }

  /** Returns 255 for floats of which none is above 1, otherwise 1. */
  int scale() {
    return type.kind() == SampleType.Kind.FLOAT && max <= 1 ? LARGEST : 1;
  }
}
