package io.momentgan.data.tables;

import io.momentgan.data.DataException;
import io.momentgan.data.FileLocation;

/**
 * A row of a table of pixels.
 *
 * @param file the table
 * @param row its number, from 0
 * @param cells its cells
 * @param columns what they hold
 */
@SuppressWarnings("ArrayRecordComponent") // rows are compared by nobody
record CsvRow(FileLocation file, int row, String[] cells, CsvColumns columns) {
  private static final int LARGEST = 255;

  CsvRow {
    if (cells.length != columns.columns()) {
      throw new DataException(
          "%s: found %d values in line %d, expected %d as in the first; is it damaged or truncated? Copy the file again"
              .formatted(file, cells.length, row + 1, columns.columns()));
    }
  }

  /** Copies the pixels in the order of the columns. */
  void pixels(byte[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] = (byte) value(columns.pixels()[i]);
    }
  }

  int label() {
    return value(columns.label());
  }

  private int value(int column) {
    String cell = cells[column];
    int value = cell == null ? -1 : parse(cell);
    if (value < 0) {
      throw new DataException(
          "%s: found \"%s\" in line %d, column %d, expected a whole number from 0 to 255; correct the file"
              .formatted(file, cell == null ? "" : cell, row + 1, column + 1));
    }
    return value;
  }

  /** Returns -1 for anything but a whole number from 0 to 255. */
  private static int parse(String cell) {
    if (cell.length() <= 3 && !cell.isEmpty() && cell.chars().allMatch(c -> c >= '0' && c <= '9')) {
      int value = 0;
      for (int i = 0; i < cell.length(); i++) {
        value = 10 * value + cell.charAt(i) - '0';
      }
      return value <= LARGEST ? value : -1;
    }
    // As pandas writes them: 12.0.
    return cell.endsWith(".0") && cell.length() <= 5
        ? parse(cell.substring(0, cell.length() - 2))
        : -1;
  }
}
