package io.momentgan.kernels.loops;

import java.util.Arrays;

/**
 * Sums and changes by channel of a batch of vectors [n, channels] or images [n, channels, height,
 * width], in pieces that fit the first-level cache: parts of an image, or several small images.
 *
 * <p>What belongs to a channel is spread over the values of a piece first, and pieces are copied to
 * arrays of their own, so that all loops have one index for all their arrays: others the JVM's
 * compiler leaves scalar, at four times the time.
 *
 * @param count n
 * @param channels number of channels
 * @param plane values of an image's channel, 1 for vectors
 */
public record Channels(int count, int channels, int plane) {
  /** Values that are summed in float before the sum goes into one in double. */
  private static final int TOGETHER = 16;

  public static Channels of(long... shape) {
    int plane = 1;
    for (int i = 2; i < shape.length; i++) {
      plane *= (int) shape[i];
    }
    return new Channels((int) shape[0], (int) shape[1], plane);
  }

  /** A piece of an image, or of several. */
  @FunctionalInterface
  public interface Visitor {
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

  /** A number per channel as one per value of a piece, piece by piece. */
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
  public record Sums(double[] values, double[] products) {}

  /** What is added to the sums of a piece. */
  @FunctionalInterface
  public interface Summand {
    /**
     * Adds the values of a piece.
     *
     * @param piece number of the piece in its image
     * @param from where it begins in the batch
     * @param length its length, {@link Pieces#LENGTH} or less
     * @param sums of the values that stand there in each image
     * @param products of their products with others
     */
    void addTo(int piece, int from, int length, float[] sums, float[] products);
  }

  /** Sums over all pieces. */
  public Sums sums(Summand summand) {
    Sums all = new Sums(new double[channels], new double[channels]);
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

  /** Moves what has been summed in float to the sums in double. */
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

  /** Sum of each channel. */
  public double[] sums(float[] values) {
    float[] some = new float[Pieces.LENGTH];
    return sums(
        (piece, from, length, sums) -> {
          System.arraycopy(values, from, some, 0, length);
          add(some, sums, length);
        });
  }

  /** A {@link Summand} without products. */
  @FunctionalInterface
  private interface Term {
    void addTo(int piece, int from, int length, float[] sums);
  }

  private double[] sums(Term term) {
    double[] all = new double[channels];
    float[][] some = zeros();
    visitTogether(
        (piece, from, length) -> term.addTo(piece, from, length, some[piece]),
        () -> flush(some, all));
    return all;
  }

  public static void add(float[] values, float[] sums, int length) {
    for (int j = 0; j < length; j++) {
      sums[j] += values[j];
    }
  }

  public static void addProducts(float[] values, float[] others, float[] sums, int length) {
    for (int j = 0; j < length; j++) {
      sums[j] += values[j] * others[j];
    }
  }

  /**
   * A number per channel to take away, see {@link #spread}. Means may be large beside what is left:
   * what is lost by rounding them to a float is taken away too.
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Shift(float[][] coarse, float[][] fine) {
    public void subtract(float[] values, int piece, int length) {
      subtract(values, coarse[piece], fine[piece], length);
    }

    /** (values - shift) * factor + term. */
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

  /** To take a number per channel away. */
  public Shift shift(double[] less) {
    float[] coarse = HostArrays.floats(less);
    float[] fine = new float[channels];
    for (int c = 0; c < channels; c++) {
      fine[c] = (float) (less[c] - coarse[c]);
    }
    return new Shift(spread(coarse), spread(fine));
  }

  /**
   * The mean of each channel in the first image, or in some vectors: where values lie about. It is
   * of the batch, so n times the variance bounds its distance to the mean squared, and sums about
   * it lose little where those about 0 may lose all.
   */
  public float[] meansOfSome(float[] values) {
    int images = Math.min(count, (TOGETHER + plane - 1) / plane);
    Channels some = new Channels(images, channels, plane);
    float[] means = HostArrays.floats(some.sums(values));
    for (int c = 0; c < channels; c++) {
      means[c] /= some.perChannel();
    }
    return means;
  }

  /** The sums of what is left of values when a number per channel is taken away; of its squares. */
  public Sums sumsAbout(float[] values, float[] less) {
    float[][] all = spread(less);
    float[] left = new float[Pieces.LENGTH];
    return sums(
        (piece, from, length, sums, squares) -> {
          System.arraycopy(values, from, left, 0, length);
          addDifferences(left, all[piece], sums, squares, length);
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

  /** values * factor + others * otherFactor + shift, in place of the values. */
  public static void combine(
      float[] values, float[] factors, float[] others, float[] factors2, float[] add, int length) {
    for (int j = 0; j < length; j++) {
      values[j] = values[j] * factors[j] + others[j] * factors2[j] + add[j];
    }
  }

  /**
   * Adds a number per channel, and applies a function.
   *
   * @param values replaced
   * @param perChannel what is added
   * @param function of the sums
   */
  public void addAndActivate(float[] values, float[] perChannel, HeapActivation function) {
    float[][] all = spread(perChannel);
    float[] some = new float[Pieces.LENGTH];
    visit(
        (piece, from, length) -> {
          System.arraycopy(values, from, some, 0, length);
          add(all[piece], some, length);
          function.activate(some, 0, length);
          System.arraycopy(some, 0, values, from, length);
        });
  }
}
