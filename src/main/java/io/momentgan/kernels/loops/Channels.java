package io.momentgan.kernels.loops;

import java.util.Arrays;

/**
 * Loops by channel over a batch of vectors [n, channels] or images [n, channels, height, width], in
 * pieces that fit the first-level cache: parts of an image, or several small images.
 *
 * @param count n
 * @param channels number of channels
 * @param plane values of an image's channel, 1 for vectors
 */
// Values of a channel are spread over a piece first, and pieces are copied to arrays of their own.
// So all loops have one index for all arrays: others the JIT compiler leaves scalar, at four times
// the time.
public record Channels(int count, int channels, int plane) {
  private static final int TOGETHER = 16; // values summed in float before a sum in double

  public static Channels of(long... shape) {
    int plane = 1;
    for (int i = 2; i < shape.length; i++) {
      plane *= (int) shape[i];
    }
    return new Channels((int) shape[0], (int) shape[1], plane);
  }

  /** Visits a piece of an image, or of several images. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Visits a piece.
     *
     * @param piece number of the piece in its image
     * @param from its start in the batch
     * @param length its length, {@link Pieces#LENGTH} or less
     */
    void visit(int piece, int from, int length);
  }

  /** Visits the pieces of all images in order. */
  public void visit(Visitor visitor) {
    visit(0, count, visitor);
  }

  private void visit(int first, int end, Visitor visitor) {
    for (int i = first; i < end; i += perPiece()) {
      int values = Math.min(perPiece(), end - i) * image();
      for (int piece = 0; piece * Pieces.LENGTH < values; piece++) {
        int within = piece * Pieces.LENGTH;
        visitor.visit(piece, i * image() + within, Math.min(Pieces.LENGTH, values - within));
      }
    }
  }

  /** Values of each channel in the batch. */
  public int perChannel() {
    return count * plane;
  }

  /** Values of all channels in the batch. */
  public int length() {
    return count * image();
  }

  private int image() {
    return channels * plane;
  }

  /** Images in a piece, where they are small; else 1. */
  private int perPiece() {
    return Math.max(1, Pieces.LENGTH / image());
  }

  /** Repeats the number of each channel for its values: [piece][value]. */
  public float[][] spread(float[] perChannel) {
    float[] all = new float[perPiece() * image()];
    for (int c = 0; c < channels; c++) {
      Arrays.fill(all, c * plane, (c + 1) * plane, perChannel[c]);
    }
    for (int i = 1; i < perPiece(); i++) {
      System.arraycopy(all, 0, all, i * image(), image());
    }
    float[][] spread = zeros();
    for (int piece = 0; piece < spread.length; piece++) {
      System.arraycopy(all, piece * Pieces.LENGTH, spread[piece], 0, spread[piece].length);
    }
    return spread;
  }

  private float[][] zeros() {
    int values = perPiece() * image();
    float[][] zeros = new float[(values + Pieces.LENGTH - 1) / Pieces.LENGTH][];
    for (int piece = 0; piece < zeros.length; piece++) {
      zeros[piece] = new float[Math.min(Pieces.LENGTH, values - piece * Pieces.LENGTH)];
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
  public record ChannelSums(double[] values, double[] products) {}

  /** Adds a piece to sums. */
  @FunctionalInterface
  public interface Summand {
    /**
     * Adds a piece.
     *
     * @param piece number of the piece in its image
     * @param from its start in the batch
     * @param length its length, {@link Pieces#LENGTH} or less
     * @param sums of the values at the same place of each image
     * @param products sums of their products with others
     */
    void addTo(int piece, int from, int length, float[] sums, float[] products);
  }

  /** Sums all pieces by channel. */
  public ChannelSums sums(Summand summand) {
    ChannelSums all = new ChannelSums(new double[channels], new double[channels]);
    float[][] some = zeros();
    float[][] products = zeros();
    visitTogether(
        (piece, from, length) -> summand.addTo(piece, from, length, some[piece], products[piece]),
        () -> {
          flush(some, all.values);
          flush(products, all.products);
        });
    return all;
  }

  private void visitTogether(Visitor visitor, Runnable flush) {
    int together = TOGETHER * perPiece();
    for (int first = 0; first < count; first += together) {
      visit(first, Math.min(count, first + together), visitor);
      flush.run();
    }
  }

  /** Moves sums in float to the sums in double. */
  private void flush(float[][] pieces, double[] sums) {
    int channel = 0;
    int within = 0;
    for (float[] piece : pieces) {
      for (float value : piece) {
        sums[channel] += value;
        if (++within == plane) {
          within = 0;
          channel = channel + 1 == channels ? 0 : channel + 1;
        }
      }
      Arrays.fill(piece, 0);
    }
  }

  /** Sums the values of each channel. */
  public double[] sums(float[] values) {
    double[] all = new double[channels];
    float[][] sums = zeros();
    float[] some = new float[Pieces.LENGTH];
    visitTogether(
        (piece, from, length) -> {
          System.arraycopy(values, from, some, 0, length);
          Vectors.add(sums[piece], some, length);
        },
        () -> flush(sums, all));
    return all;
  }

  public static void addProducts(float[] values, float[] others, float[] sums, int length) {
    for (int j = 0; j < length; j++) {
      sums[j] += values[j] * others[j];
    }
  }

  /** Numbers per channel to subtract, see {@link #spread}: floats, and their rounding errors. */
  // Means may be large beside the differences from them.
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Shift(float[][] coarse, float[][] fine) {
    public void subtract(float[] values, int piece, int length) {
      subtract(values, coarse[piece], fine[piece], length);
    }

    /** Computes (values - shift) * factor + term in place. */
    public void scaleAndAdd(float[] values, float[] factors, float[] terms, int piece, int length) {
      scaleAndAdd(values, coarse[piece], fine[piece], factors, terms, length);
    }

    private static void scaleAndAdd(
        float[] values, float[] first, float[] then, float[] factors, float[] terms, int length) {
      for (int j = 0; j < length; j++) {
        values[j] = (values[j] - first[j] - then[j]) * factors[j] + terms[j];
      }
    }

    private static void subtract(float[] values, float[] first, float[] then, int length) {
      for (int j = 0; j < length; j++) {
        values[j] = values[j] - first[j] - then[j];
      }
    }
  }

  /** Splits a number per channel for subtraction. */
  public Shift shift(double[] perChannel) {
    float[] coarse = HostArrays.floats(perChannel);
    float[] fine = new float[channels];
    for (int c = 0; c < channels; c++) {
      fine[c] = (float) (perChannel[c] - coarse[c]);
    }
    return new Shift(spread(coarse), spread(fine));
  }

  /** Computes a rough mean of each channel, from the first image or some vectors. */
  // Its squared distance to the mean is n times the variance at most. So sums of differences from
  // it
  // lose little precision, while sums of the values may lose all.
  public float[] meansOfSome(float[] values) {
    int images = Math.min(count, (TOGETHER + plane - 1) / plane);
    Channels some = new Channels(images, channels, plane);
    float[] means = HostArrays.floats(some.sums(values));
    for (int c = 0; c < channels; c++) {
      means[c] /= some.perChannel();
    }
    return means;
  }

  /** Sums the differences from a number per channel, and their squares. */
  public ChannelSums sumsAbout(float[] values, float[] perChannel) {
    float[][] all = spread(perChannel);
    float[] some = new float[Pieces.LENGTH];
    return sums(
        (piece, from, length, sums, squares) -> {
          System.arraycopy(values, from, some, 0, length);
          addDifferences(some, all[piece], sums, squares, length);
        });
  }

  private static void addDifferences(
      float[] values, float[] less, float[] sums, float[] squares, int length) {
    for (int j = 0; j < length; j++) {
      float difference = values[j] - less[j];
      sums[j] += difference;
      squares[j] += difference * difference;
    }
  }

  /** Computes values * factors + others * factors2 + add in place. */
  public static void combine(
      float[] values, float[] factors, float[] others, float[] factors2, float[] add, int length) {
    for (int j = 0; j < length; j++) {
      values[j] = values[j] * factors[j] + others[j] * factors2[j] + add[j];
    }
  }

  /** Adds a number per channel and applies a function, in place. */
  public void addAndActivate(float[] values, float[] perChannel, HeapActivation function) {
    float[][] all = spread(perChannel);
    float[] some = new float[Pieces.LENGTH];
    visit(
        (piece, from, length) -> {
          System.arraycopy(values, from, some, 0, length);
          Vectors.add(some, all[piece], length);
          function.activate(some, 0, length);
          System.arraycopy(some, 0, values, from, length);
        });
  }
}
