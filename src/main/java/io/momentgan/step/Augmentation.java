package io.momentgan.step;

import io.momentgan.config.AugmentConfig;
import io.momentgan.data.ImageShape;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The augmentation of one image (Zhao et al. 2020): brightness, saturation, contrast, translation,
 * cutout, in this order. Each is affine in the pixels, so one draw serves the image and the
 * gradient with respect to it.
 *
 * @param brightness summand of every value
 * @param saturation factor of a pixel's distance from the mean of its channels
 * @param contrast factor of a value's distance from the mean of the image
 * @param down rows that the image is moved down; what comes in is 0
 * @param right columns that the image is moved to the right; what comes in is 0
 * @param cut the part set to 0
 */
record Augmentation(
    double brightness, double saturation, double contrast, int down, int right, Rectangle cut) {
  /**
   * A part of an image.
   *
   * @param top its first row
   * @param bottom one past its last row
   * @param left its first column
   * @param right one past its last column
   */
  record Rectangle(int top, int bottom, int left, int right) {
    private static final Rectangle NONE = new Rectangle(0, 0, 0, 0);
  }

  /**
   * Draws an augmentation.
   *
   * @param config its strengths
   * @param shape of the image
   * @param range difference of white and black, 2 for images in [-1, 1]
   * @param random source of the draws
   */
  static Augmentation draw(
      AugmentConfig config, ImageShape shape, double range, SplittableRandom random) {
    double strength = config.colour();
    boolean colour = strength > 0;
    // The paper's brightness moves by half the distance between grey and white.
    double brightness = colour ? strength * (random.nextDouble() - 0.5) * range / 2 : 0;
    double saturation = colour ? 1 + strength * (2 * random.nextDouble() - 1) : 1;
    double contrast = colour ? 1 + strength * (random.nextDouble() - 0.5) : 1;
    int rows = pixels(config.translation(), shape.height());
    int columns = pixels(config.translation(), shape.width());
    int down = random.nextInt(-rows, rows + 1);
    int right = random.nextInt(-columns, columns + 1);
    return new Augmentation(
        brightness, saturation, contrast, down, right, cut(config.cutout(), shape, random));
  }

  // As in the paper's code, the square may reach beyond the image.
  private static Rectangle cut(double share, ImageShape shape, SplittableRandom random) {
    int height = pixels(share, shape.height());
    int width = pixels(share, shape.width());
    if (height == 0 || width == 0) {
      return Rectangle.NONE;
    }
    int top = random.nextInt(shape.height() + 1 - height % 2) - height / 2;
    int left = random.nextInt(shape.width() + 1 - width % 2) - width / 2;
    return new Rectangle(
        Math.max(0, top),
        Math.min(shape.height(), top + height),
        Math.max(0, left),
        Math.min(shape.width(), left + width));
  }

  private static int pixels(double share, int side) {
    return (int) (share * side + 0.5);
  }

  /**
   * Augments an image in place.
   *
   * @param values images in channel, row, column order
   * @param from index of the image's first value
   * @param shape of the image
   */
  void apply(double[] values, int from, ImageShape shape) {
    if (brightness != 0) {
      for (int i = from; i < from + shape.features(); i++) {
        values[i] += brightness;
      }
    }
    saturate(values, from, shape);
    contrast(values, from, shape);
    move(values, from, shape, down, right);
    cut(values, from, shape);
  }

  /**
   * Turns the gradient with respect to the augmented image into the gradient with respect to the
   * image, in place: the transpose of {@link #apply}. Saturation and contrast are their own
   * transposes.
   */
  void backpropagate(double[] gradients, int from, ImageShape shape) {
    cut(gradients, from, shape);
    move(gradients, from, shape, -down, -right);
    contrast(gradients, from, shape);
    saturate(gradients, from, shape);
  }

  private void saturate(double[] values, int from, ImageShape shape) {
    int pixels = shape.height() * shape.width();
    if (saturation == 1 || shape.channels() == 1) {
      return;
    }
    for (int i = from; i < from + pixels; i++) {
      double mean = 0;
      for (int c = 0; c < shape.channels(); c++) {
        mean += values[i + c * pixels] / shape.channels();
      }
      for (int c = 0; c < shape.channels(); c++) {
        int at = i + c * pixels;
        values[at] = mean + saturation * (values[at] - mean);
      }
    }
  }

  private void contrast(double[] values, int from, ImageShape shape) {
    if (contrast == 1) {
      return;
    }
    int to = from + shape.features();
    double mean = Arrays.stream(values, from, to).sum() / shape.features();
    for (int i = from; i < to; i++) {
      values[i] = mean + contrast * (values[i] - mean);
    }
  }

  private static void move(double[] values, int from, ImageShape shape, int down, int right) {
    if (down == 0 && right == 0) {
      return;
    }
    double[] image = Arrays.copyOfRange(values, from, from + shape.features());
    Arrays.fill(values, from, from + shape.features(), 0);
    int width = shape.width() - Math.abs(right);
    for (int c = 0; c < shape.channels(); c++) {
      for (int y = Math.max(0, down); y < Math.min(shape.height(), shape.height() + down); y++) {
        int source = (c * shape.height() + y - down) * shape.width() + Math.max(0, -right);
        int target = (c * shape.height() + y) * shape.width() + Math.max(0, right);
        System.arraycopy(image, source, values, from + target, width);
      }
    }
  }

  private void cut(double[] values, int from, ImageShape shape) {
    for (int c = 0; c < shape.channels(); c++) {
      for (int y = cut.top; y < cut.bottom; y++) {
        int row = from + (c * shape.height() + y) * shape.width();
        Arrays.fill(values, row + cut.left, row + cut.right, 0);
      }
    }
  }
}
