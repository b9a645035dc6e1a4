package io.momentgan.evaluation;

import io.momentgan.data.ImageSource;
import io.momentgan.quality.Nearest;
import io.momentgan.sampling.RealDraw;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How varied the images of one sheet are, in pixel space: what mode collapse looks like in numbers.
 *
 * @param images number of images
 * @param pairDistance mean Euclidean distance between two of them, in [-1, 1] units
 * @param nearDuplicates number of images whose nearest other one is nearer than 99 % of real images
 *     have theirs in a sheet of that size
 */
public record SheetMeasures(int images, double pairDistance, int nearDuplicates) {
  private static final double DUPLICATE_QUANTILE = 0.01;

  /**
   * What sheets of real images of the same size have.
   *
   * @param sheets number of sheets that the images fill
   * @param pairDistance their mean distance between two images
   * @param bound distance that one real image in a hundred is nearer than to its nearest
   */
  public record Real(int sheets, double pairDistance, double bound) {
    /**
     * Measures real images, in a shuffled order.
     *
     * @param source the images
     * @param size images of a sheet, at most as many as there are
     * @param maxSheets as many sheets at most
     */
    public static Real of(ImageSource source, int size, int maxSheets) {
      int sheets = Math.min(maxSheets, source.count() / size);
      RealDraw draw = new RealDraw(source, 1);
      List<Double> nearest = new ArrayList<>();
      double pairs = 0;
      for (int sheet = 0; sheet < sheets; sheet++) {
        float[] rows = Pixels.toRows(draw.draw(sheet * size, (sheet + 1) * size).pixels());
        double[] distances = nearest(rows, source.shape().features());
        Arrays.stream(distances).forEach(nearest::add);
        pairs += meanPairDistance(rows, source.shape().features());
      }
      nearest.sort(null);
      return new Real(
          sheets, pairs / sheets, nearest.get((int) (DUPLICATE_QUANTILE * nearest.size())));
    }
  }

  /**
   * Measures a sheet.
   *
   * @param images [n][features] in [-1, 1], at least two
   * @param real what to read it against
   */
  public static SheetMeasures of(float[][] images, Real real) {
    int features = images[0].length;
    float[] rows = rows(images);
    int duplicates =
        (int) Arrays.stream(nearest(rows, features)).filter(d -> d < real.bound()).count();
    return new SheetMeasures(images.length, meanPairDistance(rows, features), duplicates);
  }

  /**
   * The mean Euclidean distance between two images of a sheet.
   *
   * @param images [n][features] in [-1, 1], at least two
   */
  public static double pairDistance(float[][] images) {
    return meanPairDistance(rows(images), images[0].length);
  }

  private static float[] rows(float[][] images) {
    int features = images[0].length;
    float[] rows = new float[images.length * features];
    for (int i = 0; i < images.length; i++) {
      System.arraycopy(images[i], 0, rows, i * features, features);
    }
    return rows;
  }

  private static double[] nearest(float[] rows, int features) {
    Nearest.Block block = new Nearest.Block(0, rows);
    float[] squared = Nearest.of(block, block, features, 1, true).squaredNearest();
    return IntStream.range(0, squared.length).mapToDouble(i -> Math.sqrt(squared[i])).toArray();
  }

  private static double meanPairDistance(float[] rows, int features) {
    int count = rows.length / features;
    double sum = 0;
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < i; j++) {
        sum += distance(rows, i * features, j * features, features);
      }
    }
    return sum / (count * (count - 1) / 2.0);
  }

  private static double distance(float[] rows, int a, int b, int features) {
    double squares = 0;
    for (int i = 0; i < features; i++) {
      double difference = (double) rows[a + i] - rows[b + i];
      squares += difference * difference;
    }
    return Math.sqrt(squares);
  }
}
