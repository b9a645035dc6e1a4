package io.momentgan.evaluation;

import io.momentgan.data.ImageSource;
import io.momentgan.quality.NearDuplicates;
import io.momentgan.quality.Nearest;
import io.momentgan.sampling.Pixels;
import io.momentgan.sampling.RealDraw;
import java.util.Arrays;
import org.apache.commons.lang3.ArrayUtils;

/**
 * Variety of the images of one sheet in pixel space: it shows mode collapse in numbers.
 *
 * @param images number of images
 * @param pairDistance mean Euclidean distance between two of them, in [-1, 1] units
 * @param nearDuplicates number of images nearer to another one than 99 % of real images are in a
 *     sheet of that size
 */
public record SheetMeasures(int images, double pairDistance, int nearDuplicates) {
  /**
   * Sheets of real images of the same size.
   *
   * @param sheets number of sheets that the images fill
   * @param pairDistance their mean distance between two images
   * @param duplicates the bound of near-duplicates
   */
  public record Real(int sheets, double pairDistance, NearDuplicates duplicates) {
    /**
     * Measures real images in a shuffled order.
     *
     * @param source the images
     * @param size images of a sheet, at most as many as there are
     * @param maxSheets most sheets to measure
     */
    public static Real of(ImageSource source, int size, int maxSheets) {
      int sheets = Math.min(maxSheets, source.count() / size);
      RealDraw draw = new RealDraw(source, 1);
      float[] nearest = new float[0];
      double pairs = 0;
      for (int sheet = 0; sheet < sheets; sheet++) {
        float[] rows = Pixels.toRows(draw.draw(sheet * size, (sheet + 1) * size).pixels());
        nearest = ArrayUtils.addAll(nearest, squaredNearest(rows, source.shape().features()));
        pairs += meanPairDistance(rows, source.shape().features());
      }
      return new Real(sheets, pairs / sheets, NearDuplicates.amongReal(nearest));
    }
  }

  /**
   * Measures a sheet.
   *
   * @param images [n][features] in [-1, 1], at least two
   * @param real sheets of real images
   */
  public static SheetMeasures of(float[][] images, Real real) {
    int features = images[0].length;
    float[] rows = rows(images);
    int duplicates = real.duplicates().count(squaredNearest(rows, features));
    return new SheetMeasures(images.length, meanPairDistance(rows, features), duplicates);
  }

  /**
   * Takes the mean Euclidean distance between two images of a sheet.
   *
   * @param images [n][features] in [-1, 1], at least two
   */
  public static double pairDistance(float[][] images) {
    return meanPairDistance(rows(images), images[0].length);
  }

  private static float[] rows(float[][] images) {
    return Arrays.stream(images).reduce(new float[0], ArrayUtils::addAll);
  }

  private static float[] squaredNearest(float[] rows, int features) {
    Nearest.Block block = new Nearest.Block(0, rows);
    return Nearest.of(block, block, features, 1, true).squaredNearest();
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
