package io.momentgan.data.sets;

import io.momentgan.data.DataFile;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a data set holds, for people to read.
 *
 * @param kind glyphs, idx or images
 * @param uri location as given in the settings
 * @param shape shape of each image
 * @param splits training, validation and test, as far as there are such
 * @param files the files behind the images
 * @param verdict authenticity of the files together
 * @param fingerprint identity of the data set with its splits
 */
public record DataInspection(
    DataSet.Kind kind,
    String uri,
    ImageShape shape,
    List<SplitSummary> splits,
    List<DataFile> files,
    String verdict,
    String fingerprint) {
  /** Copies the lists. */
  public DataInspection {
    splits = List.copyOf(splits);
    files = List.copyOf(files);
  }

  /** Reads all images of a data set, here and now. */
  public static DataInspection of(DataSet data) {
    List<SplitSummary> splits = new ArrayList<>();
    splits.add(SplitSummary.of("training", data.training()));
    data.validation().ifPresent(images -> splits.add(SplitSummary.of("validation", images)));
    data.test().ifPresent(images -> splits.add(SplitSummary.of("test", images)));
    return new DataInspection(
        data.kind(),
        data.uri(),
        data.shape(),
        splits,
        data.files(),
        data.verdict(),
        data.fingerprint());
  }

  /** The inspection as lines of text. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(line("kind", kind.toString()));
    lines.add(line("location", uri));
    lines.add(line("shape", shape + " (channels x height x width), unsigned bytes"));
    for (SplitSummary split : splits) {
      lines.add(line(split.name(), describe(split)));
      lines.add(line("  labels", split.labelText()));
    }
    for (DataFile file : files) {
      lines.add(line("file", file.location()));
      lines.add(line("  MD5", file.md5() + " of the contents: " + file.verdict()));
    }
    lines.add(line("verdict", verdict));
    lines.add(line("fingerprint", fingerprint));
    return List.copyOf(lines);
  }

  /** The lines, one below the other. */
  public String toText() {
    return String.join("\n", lines());
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
