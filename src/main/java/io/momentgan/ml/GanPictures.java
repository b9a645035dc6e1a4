package io.momentgan.ml;

import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.report.ImageGrid;
import java.util.Base64;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Images of a DataFrame as pictures in a page. */
public final class GanPictures {
  private static final String IMAGE = "image";
  private static final String ROWS = "Rows";

  private GanPictures() {}

  /**
   * Draws the images of a few rows as one picture, row by row; collects them on the driver.
   *
   * @param rows with a column {@code image} of Spark's image schema: one byte of grey or three of
   *     blue, green, red; all of one size. Limit their number before.
   * @param columns images side by side
   * @return an HTML element with the picture as PNG in it
   * @throws UserException when there is no such column, no image, or images of other forms or of
   *     several sizes
   */
  public static String html(Dataset<Row> rows, int columns) {
    if (!List.of(rows.columns()).contains(IMAGE)) {
      throw new UserException(
          "Rows: found columns %s, expected one named %s"
              .formatted(String.join(", ", rows.columns()), IMAGE));
    }
    if (columns < 1) {
      throw new UserException("Columns: found %d, expected a positive number".formatted(columns));
    }
    List<Row> images =
        rows.select("image.height", "image.width", "image.nChannels", "image.data").collectAsList();
    if (images.isEmpty() || images.stream().anyMatch(Row::anyNull)) {
      throw new UserException("Rows: found no image, expected one in each row, and at least one");
    }
    ImageShape shape = ImageColumn.shape(ROWS, images.get(0));
    float[][] pixels = images.stream().map(image -> planes(image, shape)).toArray(float[][]::new);
    byte[] png = ImageGrid.of(shape, columns).withRange(0, 255).enlarged().png(pixels);
    return "<img alt=\"%d images\" src=\"data:image/png;base64,%s\">"
        .formatted(images.size(), Base64.getEncoder().encodeToString(png));
  }

  private static float[] planes(Row image, ImageShape shape) {
    ImageShape found = ImageColumn.shape(ROWS, image);
    if (!found.equals(shape)) {
      throw new UserException(
          "Rows: found images of %s and %s, expected one size".formatted(shape, found));
    }
    return ImageColumn.planes(ROWS, image);
  }
}
