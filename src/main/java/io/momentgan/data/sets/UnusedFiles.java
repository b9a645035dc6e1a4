package io.momentgan.data.sets;

import io.momentgan.data.DataSet.RejectedFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts the files that are not used by extension and reason. */
public final class UnusedFiles {
  private static final int MOST_LINES = 12;

  private UnusedFiles() {}

  /** Returns lines such as "12 .heic files: HEIF, a format that is not read", most files first. */
  public static List<String> lines(List<RejectedFile> files) {
    Map<String, List<RejectedFile>> groups =
        files.stream()
            .collect(Collectors.groupingBy(UnusedFiles::group, TreeMap::new, Collectors.toList()));
    List<String> lines = new ArrayList<>();
    groups.values().stream()
        .sorted(Comparator.comparing((List<RejectedFile> group) -> -group.size()))
        .limit(MOST_LINES)
        .forEach(group -> lines.add(line(group)));
    if (groups.size() > MOST_LINES) {
      lines.add("... and %d more kinds".formatted(groups.size() - MOST_LINES));
    }
    return List.copyOf(lines);
  }

  private static String line(List<RejectedFile> group) {
    RejectedFile first = group.get(0);
    String name = first.file().substring(first.file().lastIndexOf('/') + 1);
    return group.size() == 1
        ? "%s: %s".formatted(name, first.reason())
        : "%d %s: %s, such as %s".formatted(group.size(), kind(first), reason(first), name);
  }

  private static String group(RejectedFile file) {
    return kind(file) + reason(file);
  }

  private static String kind(RejectedFile file) {
    int dot = file.file().lastIndexOf('.');
    return dot <= file.file().lastIndexOf('/') + 1
        ? "files without extension"
        : file.file().substring(dot).toLowerCase(Locale.ROOT) + " files";
  }

  /** A reason without what differs from file to file. */
  private static String reason(RejectedFile file) {
    return file.reason()
        .replaceFirst("(?s): .*", "")
        .replaceFirst("[0-9]+ x [0-9]+ pixels", "pixels");
  }
}
