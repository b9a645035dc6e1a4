package io.momentgan.data.sets;

import io.momentgan.data.DataSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A description of a data set for people to read.
 *
 * @param data the data set
 * @param splits training, validation and test, those that there are
 */
public record DataInspection(DataSet data, List<SplitSummary> splits) {
  public DataInspection {
    splits = List.copyOf(splits);
  }

  /** Reads all images of a data set now. */
  public static DataInspection of(DataSet data) {
    List<SplitSummary> splits = new ArrayList<>();
    splits.add(SplitSummary.of("training", data.training()));
    data.validation().ifPresent(images -> splits.add(SplitSummary.of("validation", images)));
    data.test().ifPresent(images -> splits.add(SplitSummary.of("test", images)));
    return new DataInspection(data, splits);
  }

  /** Writes the description as lines of text. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(line("kind", data.kind().toString()));
    lines.add(line("location", data.uri()));
    lines.add(line("shape", data.shape() + " (channels x height x width), unsigned bytes"));
    if (!data.classes().isEmpty()) {
      lines.add(line("classes", data.classes().size() + ", class 0 first"));
    }
    for (SplitSummary split : splits) {
      lines.add(line(split.name(), describe(split)));
      split
          .originals()
          .ifPresent(sizes -> lines.add(line("  originals", sizes + " (height x width)")));
      lines.add(line("  labels", split.labelText(data.classes())));
    }
    for (DataSet.StoredFile file : data.files()) {
      lines.add(line("file", file.location()));
      lines.add(line("  MD5", file.md5() + " of the contents: " + file.verdict()));
    }
    UnusedFiles.lines(data.rejected()).forEach(text -> lines.add(line("not used", text)));
    lines.add(line("verdict", data.verdict()));
    lines.add(line("fingerprint", data.fingerprint()));
    return List.copyOf(lines);
  }

  private static String describe(SplitSummary split) {
    return String.format(
        Locale.ROOT,
        "%d images, values %d to %d, mean %.2f (%.4f of 255), deviation %.2f (%.4f of 255)",
        split.count(),
        split.min(),
        split.max(),
        split.mean(),
        split.mean() / 255,
        split.deviation(),
        split.deviation() / 255);
  }

  private static String line(String name, String value) {
    return "%-13s%s".formatted(name, value);
  }
}
