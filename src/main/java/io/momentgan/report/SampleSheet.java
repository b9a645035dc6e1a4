package io.momentgan.report;

import io.momentgan.data.ImageShape;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The sheet of samples over a training: one row per chosen epoch, with samples 0, 2, 4, 6, 8 and 10
 * of those stored then.
 *
 * <p>Its size is 6 tiles by as many rows as {@link #epochs} says, 2 pixels apart: for 100 epochs of
 * 28x28 images at scale 1, 6 * 28 + 5 * 2 = 178 pixels wide and 10 * 28 + 9 * 2 = 298 high. Labels
 * add {@link #LABEL_PIXELS} * scale on the left. Epochs without samples leave their row empty.
 *
 * @param shape shape of each image
 * @param scale pixels per image pixel
 * @param labels whether the epoch's number stands before each row
 * @param stretch whether each image's own minimum and maximum are drawn black and white, as
 *     matplotlib does unless told otherwise
 * @param finalEpoch whether the last epoch is added as a row of its own
 */
public record SampleSheet(
    ImageShape shape, int scale, boolean labels, boolean stretch, boolean finalEpoch) {
  /** Width of the labels at scale 1. */
  public static final int LABEL_PIXELS = 30;

  private static final int ROWS = 10;
  private static final int[] SAMPLES = {0, 2, 4, 6, 8, 10};
  private static final float FONT_PIXELS = 11;

  /**
   * A labelled sheet with the final epoch, at double size.
   *
   * @param shape shape of each image
   */
  public static SampleSheet of(ImageShape shape) {
    return new SampleSheet(shape, 2, true, false, true);
  }

  /**
   * The epochs shown: ten evenly spread from the first on (1, 11, ... 91 of 100), all when there
   * are fewer than ten, and the last one where asked for.
   *
   * @param total epochs of the training
   * @return in ascending order
   */
  public List<Integer> epochs(int total) {
    int rows = Math.min(ROWS, total);
    List<Integer> epochs = new ArrayList<>();
    IntStream.range(0, rows).forEach(row -> epochs.add(1 + (int) ((long) row * total / rows)));
    if (finalEpoch && total > 0 && epochs.get(rows - 1) != total) {
      epochs.add(total);
    }
    return epochs;
  }

  /**
   * Draws the sheet as a PNG file.
   *
   * @param samples by epoch, [n][channels * height * width] in [-1, 1]
   * @param total epochs of the training
   * @return the file's bytes
   */
  public byte[] png(Map<Integer, float[][]> samples, int total) {
    return ImageGrid.encode(draw(samples, total));
  }

  /**
   * Draws the sheet.
   *
   * @param samples by epoch, [n][channels * height * width] in [-1, 1]
   * @param total epochs of the training
   * @return an RGB image
   */
  public BufferedImage draw(Map<Integer, float[][]> samples, int total) {
    List<Integer> epochs = epochs(total);
    ImageGrid grid = ImageGrid.of(shape, SAMPLES.length).withScale(scale);
    BufferedImage tiles =
        grid.draw(
            epochs.stream()
                .flatMap(epoch -> Arrays.stream(row(samples.get(epoch))))
                .toArray(float[][]::new));
    return labels ? labelled(tiles, grid, epochs) : tiles;
  }

  private float[][] row(float[][] stored) {
    float[] empty = new float[shape.features()];
    Arrays.fill(empty, -1);
    return Arrays.stream(SAMPLES)
        .mapToObj(i -> stored == null || i >= stored.length ? empty : shown(stored[i]))
        .toArray(float[][]::new);
  }

  private float[] shown(float[] image) {
    return stretch ? stretched(image) : image;
  }

  private static float[] stretched(float[] image) {
    float low = image[0];
    float high = image[0];
    for (float value : image) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    float[] result = new float[image.length];
    for (int i = 0; i < image.length; i++) {
      result[i] = high > low ? 2 * (image[i] - low) / (high - low) - 1 : -1;
    }
    return result;
  }

  private BufferedImage labelled(BufferedImage tiles, ImageGrid grid, List<Integer> epochs) {
    int margin = LABEL_PIXELS * scale;
    BufferedImage sheet =
        new BufferedImage(margin + tiles.getWidth(), tiles.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    graphics.drawImage(tiles, margin, 0, null);
    graphics.setColor(Color.BLACK);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 1).deriveFont(FONT_PIXELS * scale));
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    for (int row = 0; row < epochs.size(); row++) {
      label(graphics, String.valueOf(epochs.get(row)), margin, grid.top(row));
    }
    graphics.dispose();
    return sheet;
  }

  private void label(Graphics2D graphics, String text, int margin, int top) {
    int width = graphics.getFontMetrics().stringWidth(text);
    int ascent = graphics.getFontMetrics().getAscent();
    int middle = top + shape.height() * scale / 2;
    graphics.drawString(text, margin - width - 4 * scale, middle + ascent * 2 / 5);
  }
}
