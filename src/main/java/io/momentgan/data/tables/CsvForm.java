package io.momentgan.data.tables;

import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.DataSet.RejectedFile;
import io.momentgan.data.FileLocation;
import io.momentgan.data.FoundImages;
import io.momentgan.data.arrays.ArrayForm;
import io.momentgan.data.arrays.ArrayName;
import io.momentgan.data.arrays.ArrayName.Split;
import io.momentgan.data.arrays.ArraySplit;
import io.momentgan.data.arrays.FlatPixels;
import io.momentgan.data.arrays.FoundArrays;
import io.momentgan.data.arrays.LabelCheck;
import io.momentgan.data.arrays.PixelLayout;
import io.momentgan.data.arrays.Place;
import io.momentgan.data.arrays.SampleType;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Tables of pixels as text, as on Kaggle: a row per image with its label and its pixels, row by
 * row; colours pixel by pixel.
 */
public final class CsvForm implements ArrayForm {
  private static final Pattern NAME = Pattern.compile("(?i)(.*)\\.[ct]sv(\\.gz)?");

  @Override
  public Optional<FoundImages> open(Place place, DataConfig config) {
    Map<Split, String> files = new EnumMap<>(Split.class);
    List<RejectedFile> rejected = new ArrayList<>();
    Set<String> used = new TreeSet<>();
    for (String file : place.files().keySet()) {
      boolean asked = place.given().isEmpty() || place.given().get().equals(file);
      if (!asked || !NAME.matcher(file).matches()) {
        continue;
      }
      used.add(file);
      if (!CsvColumns.fits(CsvTable.of(place.files().get(file)).firstLine())) {
        rejected.add(new RejectedFile(place.text(file), "table without columns of pixels"));
        continue;
      }
      Split split = place.given().isPresent() ? Split.TRAINING : split(file);
      String other = files.put(split, file);
      if (other != null) {
        throw new DataException(
            "%s: found two tables of pixels for one split, %s and %s, expected one; set data.uri to one of them, or call them train.csv and test.csv"
                .formatted(place.location(), other, file));
      }
    }
    if (files.isEmpty()) {
      if (place.given().isPresent() && !used.isEmpty()) {
        throw new DataException(
            "%s: found no columns of pixels, expected label and pixel0, pixel1, ...; store a row per image with a column per pixel"
                .formatted(place.location()));
      }
      return Optional.empty();
    }
    if (!files.containsKey(Split.TRAINING)) {
      throw new DataException(
          "%s: found %s, expected a table to train on; call it train.csv, or set data.uri to it"
              .formatted(place.location(), String.join(", ", files.values())));
    }
    rejected.addAll(place.unused(used, "no table of pixels"));
    return Optional.of(found(place, files, rejected, config));
  }

  private static FoundImages found(
      Place place, Map<Split, String> files, List<RejectedFile> rejected, DataConfig config) {
    Map<Split, ArraySplit> splits = new EnumMap<>(Split.class);
    files.forEach(
        (split, file) -> splits.put(split, split(place.files().get(file), config, rejected)));
    return new FoundArrays(
            DataSet.Kind.CSV,
            splits.get(Split.TRAINING),
            Optional.ofNullable(splits.get(Split.VALIDATION)),
            Optional.ofNullable(splits.get(Split.TEST)),
            List.of(),
            rejected,
            config.transpose())
        .check(List.of("no published data set, nothing to compare with"));
  }

  private static Split split(String file) {
    String name = NAME.matcher(Place.name(file)).replaceFirst("$1");
    return ArrayName.of(name).part();
  }

  private static ArraySplit split(
      FileLocation file, DataConfig config, List<RejectedFile> rejected) {
    CsvTable table = CsvTable.of(file);
    CsvColumns columns = CsvColumns.of(table.firstLine(), config.images(), file);
    PixelLayout layout =
        columns
            .shape(config.images())
            .map(shape -> PixelLayout.bytes(shape, true, config.transpose()))
            .orElseThrow(() -> FlatPixels.noShape(file, columns.pixels().length));
    LabelCheck labels = LabelCheck.of(file, SampleType.BYTE, 1);
    byte[] pixels = new byte[columns.pixels().length];
    int header = columns.header() ? 1 : 0;
    int[] count = new int[1];
    MessageDigest md5 = DigestUtils.getMd5Digest();
    try (InputStream in = new DigestInputStream(file.openContents(), md5)) {
      table.readWhole(
          in,
          (row, cells) -> {
            if (row >= header) {
              CsvRow values = new CsvRow(file, row, cells, columns);
              values.pixels(pixels);
              if (columns.label() >= 0) {
                labels.add(values.label(), row - header);
              }
              count[0]++;
            }
            return true;
          });
    } catch (IOException e) {
      throw DataException.unreadable(file.toString(), e);
    }
    if (count[0] == 0) {
      throw new DataException(
          "%s: found no rows, expected one per image; copy the file again".formatted(file));
    }
    columns
        .unused()
        .forEach(
            name ->
                rejected.add(new RejectedFile(file + " (column \"" + name + "\")", "row number")));
    return new ArraySplit(
        file.toString(),
        new CsvSource(table, columns, layout, count[0]),
        columns.label() < 0 ? Optional.empty() : Optional.of(labels),
        List.of(
            new DataSet.StoredFile(
                file.toString(), Hex.encodeHexString(md5.digest()), "not a published file")));
  }
}
