package io.momentgan.data.tables;

import io.momentgan.config.DataConfig.ImagesConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet.RejectedFile;
import io.momentgan.data.FileLocation;
import io.momentgan.storage.Digests;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Rows of a Parquet file, each decoded once.
 *
 * @param table the file
 * @param metadata texts of its footer
 * @param images number of rows
 * @param numbers numbers of the rows with usable images
 * @param labels their labels as text; empty without labels
 * @param unusable the other rows
 * @param digest text that differs when images or labels differ
 */
record ParquetRows(
    ParquetTable table,
    Map<String, String> metadata,
    int images,
    List<Integer> numbers,
    List<String> labels,
    List<RejectedFile> unusable,
    String digest) {
  private static final int BLOCK = 512;
  private static final int LARGEST = 255;

  /** Stands for an unknown label in test sets of Hugging Face. */
  private static final String UNKNOWN = "-1";

  static ParquetRows check(FileLocation file, ImagesConfig config) {
    ParquetTable.Footer footer = ParquetTable.footer(file);
    ParquetTable table = new ParquetTable(file, ParquetColumns.of(footer.schema(), file));
    Check check = new Check(table, new EncodedPictures(config));
    int rows =
        table.read(
            row -> true,
            (row, group) -> {
              ParquetColumns columns = table.columns();
              String label = columns.labelled() ? label(table, row, columns.label(group)) : "";
              check.add(row, columns.image(group), label);
            });
    check.flush();
    boolean known = table.columns().labelled() && !check.labels.stream().allMatch(UNKNOWN::equals);
    return new ParquetRows(
        table,
        footer.metadata(),
        rows,
        check.numbers,
        known ? check.labels : List.of(),
        check.unusable,
        Digests.sha256(check.digests.toString()));
  }

  private static String label(ParquetTable table, int row, Optional<String> label) {
    return label.orElseThrow(
        () ->
            new DataException(
                "%s: found no %s in row %d, expected one in each; remove the row or the column"
                    .formatted(table.file(), table.columns().label(), row)));
  }

  /** Rows so far. Blocks of them are decoded side by side. */
  private static final class Check {
    private final ParquetTable table;
    private final EncodedPictures decoder;
    private final List<Integer> numbers = new ArrayList<>();
    private final List<String> labels = new ArrayList<>();
    private final List<RejectedFile> unusable = new ArrayList<>();
    private final StringBuilder digests = new StringBuilder();
    private final List<Integer> blockRows = new ArrayList<>();
    private final List<byte[]> blockImages = new ArrayList<>();
    private final List<String> blockLabels = new ArrayList<>();

    Check(ParquetTable table, EncodedPictures decoder) {
      this.table = table;
      this.decoder = decoder;
    }

    void add(int row, Optional<byte[]> image, String label) {
      if (image.isEmpty()) {
        reject(row, "no image");
        return;
      }
      blockRows.add(row);
      blockImages.add(image.get());
      blockLabels.add(label);
      if (blockRows.size() == BLOCK) {
        flush();
      }
    }

    private void reject(int row, String reason) {
      unusable.add(new RejectedFile("%s (row %d)".formatted(table.file(), row), reason));
    }

    void flush() {
      List<Optional<String>> reasons =
          IntStream.range(0, blockImages.size())
              .parallel()
              .mapToObj(i -> decoder.reason(blockImages.get(i)))
              .toList();
      for (int i = 0; i < reasons.size(); i++) {
        if (reasons.get(i).isPresent()) {
          reject(blockRows.get(i), reasons.get(i).get());
        } else {
          numbers.add(blockRows.get(i));
          labels.add(blockLabels.get(i));
          digests.append(Digests.sha256(blockImages.get(i))).append(blockLabels.get(i)).append(' ');
        }
      }
      blockRows.clear();
      blockImages.clear();
      blockLabels.clear();
    }
  }

  boolean labelled() {
    return !labels.isEmpty();
  }

  /** Whether labels are names rather than numbers. */
  boolean named() {
    return labelled() && table.columns().text();
  }

  /**
   * The rows as they travel.
   *
   * @param withLabels whether labels are used
   * @param classes numbers of labels that are names
   */
  ParquetSource.Rows rows(boolean withLabels, Map<String, Integer> classes) {
    int[] rows = numbers.stream().mapToInt(Integer::intValue).toArray();
    byte[] bytes = new byte[withLabels ? rows.length : 0];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] =
          (byte) (named() ? classes.get(labels.get(i)) : number(labels.get(i), rows[i], classes));
    }
    return new ParquetSource.Rows(table, rows, bytes);
  }

  private int number(String label, int row, Map<String, Integer> classes) {
    int largest = classes.isEmpty() ? LARGEST : classes.size() - 1;
    long value = Long.parseLong(label);
    if (value < 0 || value > largest) {
      throw new DataException(
          "%s: found label %d in row %d, expected a class from 0 to %d; number the classes from 0"
              .formatted(table.file(), value, row, largest));
    }
    return (int) value;
  }
}
