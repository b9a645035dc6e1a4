package io.momentgan.data.tables;

import io.momentgan.data.DataException;
import io.momentgan.data.FileLocation;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;

/**
 * A Parquet file of images and labels. Travels to the workers.
 *
 * @param file the file
 * @param columns where images and labels are
 */
record ParquetTable(FileLocation file, ParquetColumns columns) implements Serializable {
  /**
   * What the end of a file says.
   *
   * @param schema its columns
   * @param metadata texts by key
   */
  record Footer(MessageType schema, Map<String, String> metadata) {}

  /** Looks at a row. */
  interface Visitor {
    void visit(int row, Group group);
  }

  static Footer footer(FileLocation file) {
    return guarded(
        file,
        reader ->
            new Footer(
                reader.getFooter().getFileMetaData().getSchema(),
                reader.getFooter().getFileMetaData().getKeyValueMetaData()));
  }

  /**
   * Reads rows in their order.
   *
   * @param wanted rows to visit; groups of rows without one are not read
   * @return number of rows in the file
   */
  int read(IntPredicate wanted, Visitor visitor) {
    return guarded(
        file,
        reader -> {
          MessageType schema = reader.getFooter().getFileMetaData().getSchema();
          MessageType projection = columns.projection(schema);
          reader.setRequestedSchema(projection);
          int first = 0;
          for (BlockMetaData block : reader.getRowGroups()) {
            int rows = Math.toIntExact(block.getRowCount());
            if (anyOf(first, rows, wanted)) {
              PageReadStore pages = reader.readNextRowGroup();
              RecordReader<Group> records =
                  new ColumnIOFactory()
                      .getColumnIO(projection, schema)
                      .getRecordReader(pages, new GroupRecordConverter(projection));
              for (int row = 0; row < rows; row++) {
                Group group = records.read();
                if (wanted.test(first + row)) {
                  visitor.visit(first + row, group);
                }
              }
            } else {
              reader.skipNextRowGroup();
            }
            first = Math.addExact(first, rows);
          }
          return first;
        });
  }

  private static boolean anyOf(int first, int rows, IntPredicate wanted) {
    for (int row = first; row < first + rows; row++) {
      if (wanted.test(row)) {
        return true;
      }
    }
    return false;
  }

  private interface Reading<T> {
    T run(ParquetFileReader reader) throws IOException;
  }

  /** Turns whatever Parquet throws at damaged files into one line. */
  private static <T> T guarded(FileLocation file, Reading<T> reading) {
    ParquetReadOptions options =
        ParquetReadOptions.builder()
            .usePageChecksumVerification()
            .withCodecFactory(new PageCodecs())
            .build();
    try (ParquetInput input = ParquetInput.of(file);
        ParquetFileReader reader = ParquetFileReader.open(input, options)) {
      for (BlockMetaData block : reader.getRowGroups()) {
        requireInside(block, input.getLength());
      }
      return reading.run(reader);
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      if (e.getClass().equals(IOException.class)) {
        throw damaged(file, e); // of Thrift, which reads the footer
      }
      throw DataException.unreadable(file.toString(), e);
    } catch (RuntimeException | OutOfMemoryError | AssertionError e) {
      // Sizes in a damaged file may be anything.
      throw damaged(file, e);
    }
  }

  /** Parquet takes memory for what the footer says of a group of rows. */
  private static void requireInside(BlockMetaData block, long fileBytes) throws IOException {
    for (ColumnChunkMetaData column : block.getColumns()) {
      boolean inside =
          column.getStartingPos() >= 0
              && column.getTotalSize() >= 0
              && column.getTotalSize() <= fileBytes - column.getStartingPos();
      if (!inside) {
        throw new IOException("columns beyond the end of the file");
      }
    }
  }

  private static DataException damaged(FileLocation file, Throwable e) {
    file.discardCopy();
    String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    List<String> words = List.of(e.getClass().getSimpleName(), reason);
    return new DataException(
        "%s: damaged or truncated Parquet file (%s); copy the file again"
            .formatted(file, String.join(": ", words)),
        e);
  }
}
