package io.momentgan.data.tables;

import io.momentgan.config.DataConfig.ImagesConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.lang3.ArrayUtils;

/**
 * Images of the rows of Parquet files, decoded while they are read. Only the files' locations
 * travel to the workers, with the numbers of the rows and their labels.
 */
final class ParquetSource implements ImageSource {
  private static final long serialVersionUID = 1L;

  private final List<Rows> files;
  private final ImagesConfig config;
  private final boolean flip;

  /**
   * Rows of one file that are used.
   *
   * @param table the file
   * @param numbers their numbers
   * @param labels their classes, or empty; never mutated
   */
  @SuppressWarnings("ArrayRecordComponent") // rows are compared by nobody
  record Rows(ParquetTable table, int[] numbers, byte[] labels) implements Serializable {}

  /**
   * Describes the images.
   *
   * @param files rows of the files in their order
   * @param config how they are decoded
   * @param flip whether each image is followed by its mirror image
   */
  ParquetSource(List<Rows> files, ImagesConfig config, boolean flip) {
    this.files = List.copyOf(files);
    this.config = config;
    this.flip = flip;
  }

  private int perRow() {
    return flip ? 2 : 1;
  }

  @Override
  public int count() {
    int rows = files.stream().mapToInt(file -> file.numbers().length).reduce(0, Math::addExact);
    return Math.multiplyExact(rows, perRow());
  }

  @Override
  public ImageShape shape() {
    return new ImageShape(config.channels(), config.height(), config.width());
  }

  @Override
  public Images read(int[] indices) {
    for (int index : indices) {
      Objects.checkIndex(index, count());
    }
    byte[] pixels = new byte[Math.multiplyExact(indices.length, shape().features())];
    byte[] labels = new byte[files.get(0).labels().length == 0 ? 0 : indices.length];
    int first = 0;
    for (Rows rows : files) {
      int end = first + rows.numbers().length;
      Map<Integer, List<Integer>> wanted = new HashMap<>();
      for (int i = 0; i < indices.length; i++) {
        int row = indices[i] / perRow();
        if (row >= first && row < end) {
          wanted.computeIfAbsent(rows.numbers()[row - first], number -> new ArrayList<>()).add(i);
          if (labels.length > 0) {
            labels[i] = rows.labels()[row - first];
          }
        }
      }
      if (!wanted.isEmpty()) {
        read(rows.table(), wanted, indices, pixels);
      }
      first = end;
    }
    return new Images(shape(), pixels, labels);
  }

  private void read(
      ParquetTable table, Map<Integer, List<Integer>> wanted, int[] indices, byte[] pixels) {
    EncodedPictures decoder = new EncodedPictures(config);
    int features = shape().features();
    table.read(
        wanted::containsKey,
        (row, group) -> {
          byte[] image =
              table
                  .columns()
                  .image(group)
                  .flatMap(decoder::decode)
                  .orElseThrow(() -> changed(table, row));
          for (int at : wanted.remove(row)) {
            System.arraycopy(image, 0, pixels, at * features, features);
            if (indices[at] % perRow() == 1) {
              mirror(pixels, at * features);
            }
          }
        });
    if (!wanted.isEmpty()) {
      throw changed(table, wanted.keySet().iterator().next());
    }
  }

  private static DataException changed(ParquetTable table, int row) {
    return new DataException(
        "%s: found no usable image in row %d any more, expected the file that was there at the start; leave data as they are while a training runs"
            .formatted(table.file(), row));
  }

  private void mirror(byte[] pixels, int at) {
    for (int row = at; row < at + shape().features(); row += config.width()) {
      ArrayUtils.reverse(pixels, row, row + config.width());
    }
  }
}
