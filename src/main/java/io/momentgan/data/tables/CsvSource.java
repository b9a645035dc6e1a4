package io.momentgan.data.tables;

import io.momentgan.data.DataException;
import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.data.arrays.PixelLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Images of the rows of a table of pixels. Only its location travels to the workers; each read
 * passes once over the file.
 */
final class CsvSource implements ImageSource {
  private static final long serialVersionUID = 1L;

  private final CsvTable table;
  private final CsvColumns columns;
  private final PixelLayout layout;
  private final int count;

  CsvSource(CsvTable table, CsvColumns columns, PixelLayout layout, int count) {
    this.table = table;
    this.columns = columns;
    this.layout = layout;
    this.count = count;
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public ImageShape shape() {
    return layout.shape();
  }

  @Override
  public Images read(int[] indices) {
    int features = shape().features();
    byte[] pixels = new byte[Math.multiplyExact(indices.length, features)];
    byte[] labels = new byte[columns.label() < 0 ? 0 : indices.length];
    Map<Integer, List<Integer>> wanted = new HashMap<>();
    for (int i = 0; i < indices.length; i++) {
      wanted.computeIfAbsent(Objects.checkIndex(indices[i], count), k -> new ArrayList<>()).add(i);
    }
    int first = columns.header() ? 1 : 0;
    byte[] stored = new byte[features];
    table.read(
        (row, cells) -> {
          List<Integer> places = wanted.remove(row - first);
          if (places != null) {
            CsvRow values = new CsvRow(table.file(), row, cells, columns);
            values.pixels(stored);
            for (int at : places) {
              layout.unpack(stored, 0, pixels, at * features);
              if (labels.length > 0) {
                labels[at] = (byte) values.label();
              }
            }
          }
          return !wanted.isEmpty();
        });
    if (!wanted.isEmpty()) {
      throw new DataException(
          "%s: found fewer rows than the %d at the start; leave data as they are while a training runs"
              .formatted(table.file(), count));
    }
    return new Images(shape(), pixels, labels);
  }
}
