package io.momentgan.kernels;

import java.util.Arrays;

/**
 * Sums and changes by channel of a batch of vectors [n, channels] or images [n, channels, height,
 * width], in pieces of an image that fit the first-level cache.
 *
 * <p>What belongs to a channel is spread over the values of an image first, and pieces are copied
 * to arrays of their own, so that all loops have one index for all their arrays: others the JVM's
 * compiler leaves scalar, at four times the time.
 *
 * @param count n
 * @param channels number of channels
 * @param plane values of an image's channel, 1 for vectors
 */
record Channels(int count, int channels, int plane) {
  /** Images that are summed in float before the sum goes into one in double. */
  private static final int TOGETHER = 16;

  static Channels of(long... shape) {
    int plane = 1;
    for (int i = 2; i < shape.length; i++) {
      plane *= (int) shape[i];
    }
    return new Channels((int) shape[0], (int) shape[1], plane);
  }

  /** A piece of an image. */
  @FunctionalInterface
  interface Visitor {
    /**
     * Does something with a piece.
     *
     * @param piece number of the piece in its image
     * @param from where it begins in the batch
     * @param length its length, {@link Pieces#LENGTH} or less
     */
    void visit(int piece, int from, int length);
  }

  /** Visits the pieces of all images in order. */
  void visit(Visitor visitor) {
    visit(0, count, visitor);
  }

  private void visit(int first, int end, Visitor visitor) {
    for (int image = first; image < end; image++) {
      visitImage(image, visitor);
    }
  }

  private void visitImage(int image, Visitor visitor) {
    for (int piece = 0; piece < pieces(); piece++) {
      visitor.visit(piece, image * image() + piece * Pieces.LENGTH, length(piece));
    }
  }

  /** Values of each channel in the batch. */
  int perChannel() {
    return count * plane;
  }

  private int image() {
    return channels * plane;
  }

  private int pieces() {
    return (image() + Pieces.LENGTH - 1) / Pieces.LENGTH;
  }

  private int length(int piece) {
    return Math.min(Pieces.LENGTH, image() - piece * Pieces.LENGTH);
  }

  /** A number per channel as one per value of an image, piece by piece. */
  float[][] spread(float[] perChannel) {
    float[] all = new float[image()];
    for (int c = 0; c < channels; c++) {
      Arrays.fill(all, c * plane, (c + 1) * plane, perChannel[c]);
    }
    float[][] spread = zeros();
    for (int piece = 0; piece < spread.length; piece++) {
      System.arraycopy(all, piece * Pieces.LENGTH, spread[piece], 0, spread[piece].length);
    }
    return spread;
  }

  private float[][] zeros() {
    float[][] zeros = new float[pieces()][];
    for (int piece = 0; piece < zeros.length; piece++) {
      zeros[piece] = new float[length(piece)];
    }
    return zeros;
  }

  /**
   * Sums of each channel.
   *
   * @param values sums of the values
   * @param products sums of their products with others
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Sums(double[] values, double[] products) {}

  /** Sum of each channel. */
  double[] sums(float[] values) {
    double[] sums = new double[channels];
    float[][] some = zeros();
    float[] piece = new float[Pieces.LENGTH];
    for (int first = 0; first < count; first += TOGETHER) {
      visit(
          first,
          Math.min(count, first + TOGETHER),
          (number, from, length) -> {
            System.arraycopy(values, from, piece, 0, length);
            add(piece, some[number], length);
          });
      flush(some, sums);
    }
    return sums;
  }

  private static void add(float[] values, float[] sums, int length) {
    for (int j = 0; j < length; j++) {
      sums[j] += values[j];
    }
  }

  /** Sum of each channel, and of its products with the other values. */
  Sums sums(float[] values, float[] others) {
    float[] piece = new float[Pieces.LENGTH];
    float[] other = new float[Pieces.LENGTH];
    return sums(
        (number, from, length, sums, products) -> {
          System.arraycopy(values, from, piece, 0, length);
          System.arraycopy(others, from, other, 0, length);
          add(piece, sums, length);
          addProducts(piece, other, products, length);
        });
  }

  private static void addProducts(float[] values, float[] others, float[] sums, int length) {
    for (int j = 0; j < length; j++) {
      sums[j] += values[j] * others[j];
    }
  }

  /** What is added to the sums of a piece. */
  @FunctionalInterface
  private interface Summand {
    void addTo(int piece, int from, int length, float[] sums, float[] products);
  }

  private Sums sums(Summand summand) {
    Sums all = new Sums(new double[channels], new double[channels]);
    float[][] some = zeros();
    float[][] products = zeros();
    for (int first = 0; first < count; first += TOGETHER) {
      visit(
          first,
          Math.min(count, first + TOGETHER),
          (piece, from, length) ->
              summand.addTo(piece, from, length, some[piece], products[piece]));
      flush(some, all.values);
      flush(products, all.products);
    }
    return all;
  }

  /** Moves what has been summed in float to the sums in double. */
  private void flush(float[][] images, double[] sums) {
    for (int c = 0; c < channels; c++) {
      double sum = 0;
      for (int j = c * plane; j < (c + 1) * plane; j++) {
        sum += images[j / Pieces.LENGTH][j % Pieces.LENGTH];
      }
      sums[c] += sum;
    }
    for (float[] piece : images) {
      Arrays.fill(piece, 0);
    }
  }

  /**
   * Takes a number per channel away. Means may be large beside what is left: what is lost by
   * rounding them to a float is taken away too.
   *
   * @return the sums of what is left, and of its squares
   */
  Sums shift(float[] values, double[] less) {
    float[] coarse = new float[channels];
    float[] fine = new float[channels];
    for (int c = 0; c < channels; c++) {
      coarse[c] = (float) less[c];
      fine[c] = (float) (less[c] - coarse[c]);
    }
    float[][] first = spread(coarse);
    float[][] then = spread(fine);
    float[] left = new float[Pieces.LENGTH];
    return sums(
        (piece, from, length, sums, squares) -> {
          System.arraycopy(values, from, left, 0, length);
          subtract(left, first[piece], then[piece], length);
          add(left, sums, length);
          addProducts(left, left, squares, length);
          System.arraycopy(left, 0, values, from, length);
        });
  }

  private static void subtract(float[] values, float[] first, float[] then, int length) {
    for (int j = 0; j < length; j++) {
      values[j] = values[j] - first[j] - then[j];
    }
  }

  /** values * factor + shift. */
  static void scaleAndShift(
      float[] values, float[] factors, float[] shifts, float[] into, int length) {
    for (int j = 0; j < length; j++) {
      into[j] = values[j] * factors[j] + shifts[j];
    }
  }

  /** values * factor + others * otherFactor + shift, per channel. */
  void combine(
      float[] values, float[] factors, float[] others, float[] otherFactors, float[] shifts) {
    float[][] all = spread(factors);
    float[][] allOther = spread(otherFactors);
    float[][] allShifts = spread(shifts);
    float[] some = new float[Pieces.LENGTH];
    float[] other = new float[Pieces.LENGTH];
    visit(
        (piece, from, length) -> {
          System.arraycopy(values, from, some, 0, length);
          System.arraycopy(others, from, other, 0, length);
          combine(some, all[piece], other, allOther[piece], allShifts[piece], length);
          System.arraycopy(some, 0, values, from, length);
        });
  }

  private static void combine(
      float[] values, float[] factors, float[] others, float[] factors2, float[] add, int length) {
    for (int j = 0; j < length; j++) {
      values[j] = values[j] * factors[j] + others[j] * factors2[j] + add[j];
    }
  }

  /**
   * Adds a number per channel to some images, and applies a function.
   *
   * @param values replaced
   * @param first the first image
   * @param end one past the last
   * @param perChannel what is added, see {@link #spread}
   * @param function of the sums
   */
  void addAndActivate(
      float[] values, int first, int end, float[][] perChannel, HeapActivation function) {
    float[] some = new float[Pieces.LENGTH];
    visit(
        first,
        end,
        (piece, from, length) -> {
          System.arraycopy(values, from, some, 0, length);
          add(perChannel[piece], some, length);
          function.activate(some, 0, length);
          System.arraycopy(some, 0, values, from, length);
        });
  }
}
