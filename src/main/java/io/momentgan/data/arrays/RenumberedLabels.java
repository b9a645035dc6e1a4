package io.momentgan.data.arrays;

import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import java.util.Optional;

/**
 * Images whose stored labels are not the numbers of their classes.
 *
 * @param images images with the stored labels
 * @param numbering what the labels mean
 */
record RenumberedLabels(ImageSource images, Numbering numbering) implements ImageSource {
  /** How stored labels number the classes. */
  enum Numbering {
    /** A label is its class. */
    AS_STORED,
    /** Label 1 is class 0, and so on. */
    FROM_ONE,
    /** Labels are digits from 1 to 9, and 10 for 0. */
    TEN_IS_ZERO;

    static final int TEN = 10;

    private int of(int label) {
      return switch (this) {
        case AS_STORED -> label;
        case FROM_ONE -> label - 1;
        case TEN_IS_ZERO -> label % TEN;
      };
    }

    /** Returns the last class of labels up to the largest. */
    int last(int largest) {
      return this == TEN_IS_ZERO ? Math.min(largest, TEN - 1) : of(largest);
    }

    /** Says what became of labels up to the largest. */
    Optional<String> note(int largest) {
      return switch (this) {
        case AS_STORED -> Optional.empty();
        case FROM_ONE ->
            Optional.of("labels 1 to " + largest + " became classes 0 to " + last(largest));
        case TEN_IS_ZERO -> Optional.of("label 10 became class 0");
      };
    }

    /** Tells data apart whose files are the same. */
    String identity() {
      return switch (this) {
        case AS_STORED -> "";
        case FROM_ONE -> " labels from 1";
        case TEN_IS_ZERO -> " label 10 is 0";
      };
    }
  }

  @Override
  public int count() {
    return images.count();
  }

  @Override
  public ImageShape shape() {
    return images.shape();
  }

  @Override
  public Images read(int[] indices) {
    Images read = images.read(indices);
    byte[] labels = read.labels().clone();
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (byte) numbering.of(labels[i] & 0xFF);
    }
    return new Images(read.shape(), read.pixels(), labels);
  }
}
