package io.momentgan.data.tables;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.DataSet.RejectedFile;
import io.momentgan.data.FoundImages;
import io.momentgan.data.ImageSource;
import io.momentgan.data.arrays.ArrayForm;
import io.momentgan.data.arrays.ArrayName;
import io.momentgan.data.arrays.ArrayName.Split;
import io.momentgan.data.arrays.Place;
import io.momentgan.storage.Digests;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Parquet files of encoded images and labels, as Hugging Face publishes data sets: {@code
 * train-00000-of-00002.parquet} or {@code train/0000.parquet}.
 */
public final class ParquetForm implements ArrayForm {
  private static final String END = ".parquet";
  private static final int MOST_CLASSES = 256;
  private static final int SHOWN = 5;

  @Override
  public Optional<FoundImages> open(Place place, DataConfig config) {
    Set<String> files = new TreeSet<>(place.files().keySet());
    files.removeIf(
        file ->
            !file.toLowerCase(Locale.ROOT).endsWith(END)
                || (place.given().isPresent() && !place.given().get().equals(file)));
    return files.isEmpty()
        ? Optional.empty()
        : Optional.of(new Opening(place, files, config).found());
  }

  /** The splits of a location. */
  private static final class Opening {
    private final Place place;
    private final Set<String> files;
    private final DataConfig config;
    private final List<RejectedFile> unusable = new ArrayList<>();
    private final Map<Split, List<ParquetRows>> splits = new EnumMap<>(Split.class);
    private int images;

    Opening(Place place, Set<String> files, DataConfig config) {
      this.place = place;
      this.files = files;
      this.config = config;
    }

    FoundImages found() {
      requirePlain();
      Map<Split, Set<String>> folders = new EnumMap<>(Split.class);
      for (String file : files) {
        Split split = place.given().isPresent() ? Split.TRAINING : split(file);
        ParquetRows rows = ParquetRows.check(place.files().get(file), config.images());
        if (rows.images() == 0) {
          continue; // Spark writes such a file for a first partition without rows
        }
        folders.computeIfAbsent(split, each -> new TreeSet<>()).add(Place.folder(file));
        unusable.addAll(rows.unusable());
        images += rows.images();
        splits.computeIfAbsent(split, each -> new ArrayList<>()).add(rows);
      }
      if (images == 0) {
        throw new DataException(
            "%s: found no rows, expected one per image; copy the files again"
                .formatted(place.location()));
      }
      requireOneFolder(folders);
      requireEnough();
      List<String> classes = classes();
      StringBuilder identity = new StringBuilder(config.images().toString());
      splits.values().stream()
          .flatMap(Collection::stream)
          .forEach(rows -> identity.append(rows.digest()));
      List<RejectedFile> rejected = new ArrayList<>(unusable);
      rejected.addAll(place.unused(files, "no Parquet file"));
      return new FoundImages(
          DataSet.Kind.PARQUET,
          source(Split.TRAINING, classes)
              .orElseThrow(
                  () ->
                      new DataException(
                          "%s: found no file to train on among %s, expected train-*.parquet; set data.uri to a file"
                              .formatted(place.location(), String.join(", ", files)))),
          source(Split.VALIDATION, classes),
          source(Split.TEST, classes),
          classes,
          List.of(),
          rejected,
          unusable.size() + " rows rejected" + unlabelled(),
          Digests.sha256(identity.append(classes).toString()));
    }

    private String unlabelled() {
      boolean training = labelled(Split.TRAINING);
      List<String> without =
          splits.keySet().stream()
              .filter(split -> training && !labelled(split))
              .map(split -> split.name().toLowerCase(Locale.ROOT))
              .toList();
      return without.isEmpty() ? "" : "; no labels: " + String.join(", ", without);
    }

    private static Split split(String file) {
      String name = file.substring(0, file.length() - END.length());
      // Words of the file's name first, then of its folders from the innermost.
      for (String path = name; !path.isEmpty(); ) {
        Optional<Split> split = ArrayName.of(Place.name(path)).split();
        if (split.isPresent()) {
          return split.get();
        }
        String folder = Place.folder(path);
        path = folder.isEmpty() ? "" : folder.substring(0, folder.length() - 1);
      }
      return Split.TRAINING;
    }

    /** Refuses tables whose files do not hold all of a row, or hold rows that were deleted. */
    private void requirePlain() {
      boolean delta =
          place.files().keySet().stream().anyMatch(file -> file.startsWith("_delta_log/"));
      boolean iceberg =
          place.files().keySet().stream().anyMatch(file -> file.endsWith(".metadata.json"));
      if (delta || iceberg) {
        throw OtherTables.convert(place.location(), delta ? "delta" : "iceberg");
      }
      for (String file : files) {
        if (Place.folder(file).contains("=")) {
          throw new DataException(
              "%s: found a table in parts by column (%s), expected files with all columns; write it by spark.read.parquet(\"%s\").write.parquet(\"%s-flat\")"
                  .formatted(
                      place.location(), Place.folder(file), place.location(), place.location()));
        }
      }
    }

    private void requireOneFolder(Map<Split, Set<String>> folders) {
      for (Set<String> each : folders.values()) {
        if (each.size() > 1) {
          throw new DataException(
              "%s: found Parquet files in the folders %s, expected one data set; set data.uri to one folder"
                  .formatted(place.location(), String.join(", ", each)));
        }
      }
    }

    private void requireEnough() {
      double share = config.images().rejectedShare();
      if (unusable.size() == images || unusable.size() > share * images) {
        List<String> first =
            unusable.stream().limit(SHOWN).map(row -> row.file() + ": " + row.reason()).toList();
        throw new DataException(
            "%s: found %d of %d images unusable, expected at most a share of %s; remove them or raise data.images.rejected-share: %s%s"
                .formatted(
                    place.location(),
                    unusable.size(),
                    images,
                    share,
                    String.join("; ", first),
                    unusable.size() > SHOWN ? "; ..." : ""));
      }
    }

    private boolean labelled(Split split) {
      return splits.getOrDefault(split, List.of()).stream().allMatch(ParquetRows::labelled);
    }

    /** Names of the classes: those in the metadata, or the labels where they are text. */
    private List<String> classes() {
      Set<String> texts = new TreeSet<>();
      List<ParquetRows> all = splits.values().stream().flatMap(Collection::stream).toList();
      all.stream().filter(ParquetRows::named).forEach(rows -> texts.addAll(rows.labels()));
      if (texts.size() > MOST_CLASSES) {
        throw new DataException(
            "%s: found %d different labels, expected at most %d; give another column the name label"
                .formatted(place.location(), texts.size(), MOST_CLASSES));
      }
      return texts.isEmpty()
          ? all.stream()
              .map(Opening::published)
              .filter(n -> !n.isEmpty())
              .findFirst()
              .orElse(List.of())
          : List.copyOf(texts);
    }

    private static List<String> published(ParquetRows rows) {
      List<String> names = new ArrayList<>();
      // Parquet allows a key without a value, which is then null.
      String text = Objects.requireNonNullElse(rows.metadata().get("huggingface"), "{}");
      try {
        JsonNode features = new ObjectMapper().readTree(text).path("info").path("features");
        features
            .path(rows.table().columns().label())
            .path("names")
            .forEach(name -> names.add(name.asText()));
      } catch (JsonProcessingException e) {
        return List.of(); // names are welcome, not needed
      }
      return names;
    }

    private Optional<ImageSource> source(Split split, List<String> classes) {
      List<ParquetSource.Rows> rows = new ArrayList<>();
      boolean labelled = labelled(split);
      Map<String, Integer> numbers = new TreeMap<>();
      classes.forEach(name -> numbers.put(name, numbers.size()));
      for (ParquetRows each : splits.getOrDefault(split, List.of())) {
        rows.add(each.rows(labelled, numbers));
      }
      boolean flip = split == Split.TRAINING && config.images().flip();
      return rows.isEmpty()
          ? Optional.empty()
          : Optional.of(new ParquetSource(rows, config.images(), flip));
    }
  }
}
