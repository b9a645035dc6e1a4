package io.momentgan.extractor;

import io.momentgan.data.ImageShape;
import java.util.Locale;

/** The task that an extractor is trained on. */
public enum ExtractorTask {
  /** Names the class of an image, for data with labels. */
  CLASSES("lenet"),

  /**
   * Tells how far an image was turned, for data without labels (Gidaris et al. 2018, arXiv
   * 1803.07728): by 0, 90, 180 or 270 degrees where it is square, by 0 or 180 where it is not.
   */
  ROTATION("rotation");

  /** Fewest rows and columns that two layers of pooling leave something of. */
  public static final int LEAST_SIDE_PIXELS = 16;

  private final String prefix;

  ExtractorTask(String prefix) {
    this.prefix = prefix;
  }

  /** Begins the names of the task's extractors. */
  String prefix() {
    return prefix;
  }

  /** The task of an extractor by its name. */
  public static ExtractorTask of(String extractor) {
    return extractor.startsWith(ROTATION.prefix) ? ROTATION : CLASSES;
  }

  /**
   * Names an extractor beside figures, such as "a rotation network trained on this data
   * (rotation-v1-1a2b3c4d, 71.00 % of rotations right)".
   *
   * @param extractor its name
   * @param accuracy share of right answers on held-out images
   */
  public static String describe(String extractor, double accuracy) {
    return String.format(
        Locale.ROOT,
        of(extractor) == ROTATION
            ? "a rotation network trained on this data (%s, %.2f %% of rotations right)"
            : "%s (accuracy %.4f)",
        extractor,
        of(extractor) == ROTATION ? 100 * accuracy : accuracy);
  }

  /** Number of angles that images of a shape can be turned by. */
  static int angles(ImageShape shape) {
    return shape.height() == shape.width() ? 4 : 2;
  }

  /**
   * Turns an image in place, anticlockwise.
   *
   * @param rows images in channel, row, column order
   * @param from index of the image's first value
   * @param shape its shape
   * @param angle 0 to {@link #angles} - 1, in equal parts of 360 degrees
   */
  static void turn(float[] rows, int from, ImageShape shape, int angle) {
    int height = shape.height();
    int width = shape.width();
    int quarters = angle * 4 / angles(shape);
    float[] plane = new float[height * width];
    for (int channel = 0; quarters > 0 && channel < shape.channels(); channel++) {
      int start = from + channel * plane.length;
      System.arraycopy(rows, start, plane, 0, plane.length);
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int source =
              switch (quarters) {
                case 1 -> x * width + width - 1 - y;
                case 2 -> plane.length - 1 - (y * width + x);
                default -> (height - 1 - x) * width + y;
              };
          rows[start + y * width + x] = plane[source];
        }
      }
    }
  }
}
