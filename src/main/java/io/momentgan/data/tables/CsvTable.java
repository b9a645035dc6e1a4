package io.momentgan.data.tables;

import com.univocity.parsers.common.TextParsingException;
import com.univocity.parsers.csv.CsvParser;
import com.univocity.parsers.csv.CsvParserSettings;
import io.momentgan.data.DataException;
import io.momentgan.data.FileLocation;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipException;
import org.apache.commons.lang3.exception.ExceptionUtils;

/**
 * The rows of a table as text, perhaps within gzip. Travels to the workers.
 *
 * @param file the file
 * @param delimiter what separates cells
 */
record CsvTable(FileLocation file, char delimiter) implements Serializable {
  private static final int MOST_COLUMNS = 1 << 20;
  private static final int MOST_CELL_CHARS = 100;
  private static final int ANY_LENGTH = -1;

  /** Looks at a row. */
  interface Visitor {
    /**
     * Looks at a row.
     *
     * @param row its number, from 0
     * @param cells its cells; null where one is empty
     * @return whether to go on
     */
    boolean visit(int row, String[] cells);
  }

  /** A table by the delimiter of its first line: comma, semicolon or tab. */
  static CsvTable of(FileLocation file) {
    CsvTable table = new CsvTable(file, ',');
    return table.guarded(
        () -> {
          try (InputStream in = file.openContents()) {
            for (int each = in.read(); each >= 0 && each != '\n'; each = in.read()) {
              if (each == ',' || each == ';' || each == '\t') {
                return new CsvTable(file, (char) each);
              }
            }
            return table;
          }
        });
  }

  /** Reads rows until the visitor has enough. */
  void read(Visitor visitor) {
    read(visitor, MOST_CELL_CHARS);
  }

  /** Returns the cells of the first line, which may be of any table; none of an empty file. */
  String[] firstLine() {
    String[][] first = {{}};
    read(
        (row, cells) -> {
          first[0] = cells;
          return false;
        },
        ANY_LENGTH);
    return first[0];
  }

  private void read(Visitor visitor, int mostCellChars) {
    guarded(
        () -> {
          try (InputStream in = file.openContents()) {
            parse(in, visitor, mostCellChars);
          }
          return this;
        });
  }

  /** Reads all rows of a stream and requires that the last one ends with a line break. */
  void readWhole(InputStream in, Visitor visitor) {
    guarded(
        () -> {
          LastByte last = new LastByte(in);
          parse(last, visitor, MOST_CELL_CHARS);
          // Without it nobody knows whether the last value is whole.
          if (last.last != '\n' && last.last != '\r') {
            throw new DataException(
                "%s: ends within a line, expected a line break at the end; is it truncated? Copy it again, or add the line break"
                    .formatted(file));
          }
          return this;
        });
  }

  private void parse(InputStream in, Visitor visitor, int mostCellChars) {
    CsvParserSettings settings = new CsvParserSettings();
    settings.getFormat().setDelimiter(delimiter);
    settings.setLineSeparatorDetectionEnabled(true);
    settings.setCommentProcessingEnabled(false);
    settings.setSkipEmptyLines(false);
    settings.setReadInputOnSeparateThread(false);
    settings.setMaxColumns(MOST_COLUMNS);
    settings.setMaxCharsPerColumn(mostCellChars);
    CsvParser parser = new CsvParser(settings);
    parser.beginParsing(new InputStreamReader(in, StandardCharsets.UTF_8));
    try {
      int row = 0;
      String[] cells = parser.parseNext();
      while (cells != null && visitor.visit(row++, cells)) {
        cells = parser.parseNext();
      }
    } finally {
      parser.stopParsing();
    }
  }

  /** Remembers the last byte. */
  private static final class LastByte extends FilterInputStream {
    private int last = -1;

    LastByte(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      last = read < 0 ? last : read;
      return read;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int read = super.read(bytes, from, length);
      last = read <= 0 ? last : bytes[from + read - 1];
      return read;
    }
  }

  private interface Reading {
    CsvTable run() throws IOException;
  }

  private CsvTable guarded(Reading reading) {
    try {
      return reading.run();
    } catch (DataException e) {
      file.discardCopy();
      throw e;
    } catch (TextParsingException | IllegalStateException e) {
      file.discardCopy();
      throw damaged(
          ExceptionUtils.getThrowableList(e).get(ExceptionUtils.getThrowableCount(e) - 1));
    } catch (IOException e) {
      file.discardCopy();
      throw damaged(e);
    }
  }

  private DataException damaged(Throwable cause) {
    if (cause instanceof EOFException || cause instanceof ZipException) {
      return new DataException(
          "%s: truncated or damaged gzip file; copy the file again".formatted(file), cause);
    }
    if (cause instanceof IOException io) {
      return DataException.unreadable(file.toString(), io);
    }
    return new DataException(
        "%s: found a line that is no row of numbers, expected at most %d characters per value; is it damaged? Copy the file again"
            .formatted(file, MOST_CELL_CHARS),
        cause);
  }
}
