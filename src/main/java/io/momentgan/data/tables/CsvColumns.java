package io.momentgan.data.tables;

import io.momentgan.config.DataConfig.ImagesConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.ImageShape;
import io.momentgan.data.arrays.FlatPixels;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What the columns of a table of pixels hold.
 *
 * @param header whether the first line names them
 * @param columns number of columns
 * @param label column of the label; -1 for none
 * @param pixels columns of the pixels, in the order of the image
 * @param unused names of columns that number the rows
 */
@SuppressWarnings("ArrayRecordComponent") // columns are compared by nobody
record CsvColumns(boolean header, int columns, int label, int[] pixels, List<String> unused)
    implements Serializable {
  /** Fewest columns by which a table counts as one of pixels: images of 2 by 2. */
  private static final int FEWEST = 4;

  private static final Set<String> LABELS = Set.of("label", "labels", "class", "target", "y");
  private static final Set<String> NUMBERS =
      Set.of("id", "index", "imageid", "image_id", "unnamed: 0", "");
  private static final Pattern PIXEL =
      Pattern.compile("(pixel|px|pix|p|x)[-_ .]?[0-9]+([-_ x.][0-9]+)*|[0-9]+x[0-9]+");
  private static final Pattern NUMBER = Pattern.compile("[-+0-9.eE]*|(?i)nan");

  CsvColumns {
    unused = List.copyOf(unused);
  }

  private static List<String> lower(String[] cells) {
    List<String> names = new ArrayList<>();
    for (String cell : cells) {
      names.add(cell == null ? "" : cell.strip().toLowerCase(Locale.ROOT));
    }
    return names;
  }

  private static boolean isHeader(List<String> names) {
    return names.stream().anyMatch(name -> !NUMBER.matcher(name).matches());
  }

  /** Whether the first line of a table looks like that of a table of pixels. */
  static boolean fits(String[] first) {
    List<String> names = lower(first);
    long pixels =
        names.stream()
            .filter(name -> isHeader(names) ? PIXEL.matcher(name).matches() : !name.isEmpty())
            .count();
    return pixels >= FEWEST && 2 * pixels > names.size();
  }

  /**
   * Reads the first line.
   *
   * @param first its cells
   * @param config shape of images that are not grey squares
   * @param location names the table in messages
   */
  static CsvColumns of(String[] first, ImagesConfig config, Object location) {
    List<String> names = lower(first);
    return isHeader(names) ? named(names, location) : counted(names.size(), config);
  }

  /** Without names a column too many is the label, in front. */
  private static CsvColumns counted(int columns, ImagesConfig config) {
    boolean labelled =
        FlatPixels.shape(columns, config).isEmpty()
            && FlatPixels.shape(columns - 1, config).isPresent();
    int from = labelled ? 1 : 0;
    return new CsvColumns(
        false, columns, from - 1, IntStream.range(from, columns).toArray(), List.of());
  }

  private static CsvColumns named(List<String> names, Object location) {
    List<Integer> labels = new ArrayList<>();
    List<String> unused = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    IntStream.Builder pixels = IntStream.builder();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (LABELS.contains(name)) {
        labels.add(i);
      } else if (PIXEL.matcher(name).matches()) {
        pixels.add(i);
      } else if (NUMBERS.contains(name)) {
        unused.add(name);
      } else {
        unknown.add(name);
      }
    }
    if (!unknown.isEmpty() || labels.size() > 1) {
      throw new DataException(
          "%s: found %s, expected label and pixel0, pixel1, ...; rename or remove other columns"
              .formatted(
                  location,
                  unknown.isEmpty()
                      ? labels.size() + " columns of labels"
                      : "the columns " + String.join(", ", unknown.stream().limit(5).toList())));
    }
    int label = labels.isEmpty() ? -1 : labels.get(0);
    return new CsvColumns(true, names.size(), label, pixels.build().toArray(), unused);
  }

  Optional<ImageShape> shape(ImagesConfig config) {
    return FlatPixels.shape(pixels.length, config);
  }
}
