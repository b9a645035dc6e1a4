package io.momentgan.data.tables;

import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.FoundImages;
import io.momentgan.data.arrays.ArrayForm;
import io.momentgan.data.arrays.Place;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Forms that are not read; says in one line how to turn them into one that is. */
public final class OtherTables implements ArrayForm {
  private static final Set<String> SPARK = Set.of("orc", "avro");
  private static final Map<String, String> PYTHON =
      Map.of(
          "arrow",
          "datasets.load_from_disk(DIR)[\"train\"].to_parquet(\"train.parquet\")",
          "h5",
          "numpy.savez(\"data.npz\", x_train=x, y_train=y) with the arrays of h5py.File",
          "pkl",
          "numpy.savez(\"data.npz\", x_train=x, y_train=y) with the arrays of pickle.load",
          "pt",
          "numpy.savez(\"data.npz\", x_train=x, y_train=y) with the tensors of torch.load",
          "tfrecord",
          "numpy.savez(\"data.npz\", x_train=x, y_train=y) with the images of tf.data");

  @Override
  public Optional<FoundImages> open(Place place, DataConfig config) {
    Set<String> ends =
        place.files().keySet().stream()
            .filter(file -> place.given().isEmpty() || place.given().get().equals(file))
            .map(OtherTables::end)
            .filter(end -> SPARK.contains(end) || PYTHON.containsKey(end) || isPickle(end))
            .collect(Collectors.toSet());
    long others =
        place.given().isPresent()
            ? 0
            : place.files().keySet().stream().filter(file -> !ends.contains(end(file))).count();
    // Beside pictures such a file is one of those that are not used.
    if (ends.size() == 1 && others <= 1) {
      throw explain(place.location(), ends.iterator().next());
    }
    return Optional.empty();
  }

  private static boolean isPickle(String end) {
    return end.startsWith("data_batch_");
  }

  private static String end(String file) {
    String name = Place.name(file).toLowerCase(Locale.ROOT);
    return isPickle(name) && !name.contains(".")
        ? "data_batch_"
        : name.substring(name.lastIndexOf('.') + 1);
  }

  private static DataException explain(String location, String end) {
    if (SPARK.contains(end)) {
      return convert(location, end);
    }
    return isPickle(end)
        ? new DataException(
            location
                + ": found the Python version of CIFAR, expected the binary one; download cifar-10-binary.tar.gz and unpack it")
        : new DataException(
            "%s: found a file of kind .%s, expected .npz, Parquet, CSV, IDX or image files; write it by Python's %s"
                .formatted(location, end, PYTHON.get(end)));
  }

  /** Says how Spark turns a table into Parquet. */
  static DataException convert(String location, String format) {
    return new DataException(
        "%s: found a table in the format %s, expected Parquet; write it by spark.read.format(\"%s\").load(\"%s\").write.parquet(\"%s-parquet\")"
            .formatted(location, format, format, location, location));
  }
}
