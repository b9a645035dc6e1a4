package io.momentgan.data.idx;

import io.momentgan.data.DataException;
import io.momentgan.data.FileLocation;
import io.momentgan.data.HadoopFile;
import io.momentgan.data.Unreadable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Finds the IDX files at a location that Hadoop reaches.
 *
 * @param settings Hadoop settings
 */
public record HadoopFolder(Map<String, String> settings) {
  private static final int MAX_NAMES_SHOWN = 8;

  /** Whether a location is a file, or a folder with training images in an IDX file. */
  public boolean hasIdxFiles(String location) {
    try {
      Path given = new Path(location);
      try (FileSystem fileSystem = HadoopFile.fileSystem(given, settings)) {
        List<String> wanted = IdxNames.candidates(IdxNames.TRAINING, IdxKind.IMAGES);
        return !fileSystem.getFileStatus(given).isDirectory()
            || IdxNames.pick(names(fileSystem, given), wanted).isPresent();
      }
    } catch (IOException | IllegalArgumentException e) {
      throw Unreadable.exception(location, e);
    }
  }

  /** Finds the files in a folder, or an image file and its labels. */
  public IdxFiles find(String location) {
    try {
      Path given = new Path(location);
      try (FileSystem fileSystem = HadoopFile.fileSystem(given, settings)) {
        // Absolute, because workers may run in other folders.
        Path path = fileSystem.makeQualified(given);
        return fileSystem.getFileStatus(path).isDirectory()
            ? inFolder(path, names(fileSystem, path))
            : aroundFile(path, names(fileSystem, path.getParent()));
      }
    } catch (IOException | IllegalArgumentException e) {
      throw Unreadable.exception(location, e);
    }
  }

  private IdxFiles inFolder(Path folder, Set<String> present) {
    List<String> wanted = IdxNames.candidates(IdxNames.TRAINING, IdxKind.IMAGES);
    FileLocation images =
        pick(folder, present, wanted).orElseThrow(() -> nothingIn(folder, present, wanted));
    Optional<FileLocation> testImages = pick(folder, present, IdxNames.TEST, IdxKind.IMAGES);
    return new IdxFiles(
        images,
        pick(folder, present, IdxNames.TRAINING, IdxKind.LABELS),
        testImages,
        testImages.flatMap(file -> pick(folder, present, IdxNames.TEST, IdxKind.LABELS)));
  }

  private IdxFiles aroundFile(Path file, Set<String> present) {
    List<String> labels = IdxNames.labelsBeside(file.getName());
    return IdxFiles.of(
        new HadoopFile(file.toString(), settings), pick(file.getParent(), present, labels));
  }

  private Optional<FileLocation> pick(
      Path folder, Set<String> present, String split, IdxKind kind) {
    return pick(folder, present, IdxNames.candidates(split, kind));
  }

  private Optional<FileLocation> pick(Path folder, Set<String> present, List<String> wanted) {
    return IdxNames.pick(present, wanted)
        .map(name -> new HadoopFile(new Path(folder, name).toString(), settings));
  }

  private static Set<String> names(FileSystem fileSystem, Path folder) throws IOException {
    Set<String> names = new TreeSet<>();
    for (FileStatus status : fileSystem.listStatus(folder)) {
      if (status.isFile()) {
        names.add(status.getPath().getName());
      }
    }
    return names;
  }

  private static DataException nothingIn(Path folder, Set<String> present, List<String> wanted) {
    String found =
        present.isEmpty()
            ? "no files"
            : String.join(", ", present.stream().limit(MAX_NAMES_SHOWN).toList())
                + (present.size() > MAX_NAMES_SHOWN ? ", ..." : "");
    return new DataException(
        "%s: no training images; found %s, expected %s; set data.uri to the folder that holds them, or to one of JPEG or PNG files"
            .formatted(HadoopFile.text(folder.toString()), found, String.join(" or ", wanted)));
  }
}
