package io.momentgan.data.idx;

import io.momentgan.data.DataException;
import io.momentgan.data.FileLocation;
import io.momentgan.data.HadoopFile;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Finds IDX files at a location that Hadoop reaches.
 *
 * @param settings Hadoop settings
 */
public record HadoopFolder(Map<String, String> settings) {
  private static final int MAX_NAMES_SHOWN = 8;

  /** Whether a location is a file, or a folder with training images in an IDX file. */
  public boolean hasIdxFiles(String location) {
    try (FileSystem fileSystem = HadoopFile.fileSystem(new Path(location), settings)) {
      Path given = new Path(location);
      return !fileSystem.getFileStatus(given).isDirectory()
          || IdxFiles.trainingImageNames().stream().anyMatch(names(fileSystem, given)::contains);
    } catch (IOException | IllegalArgumentException e) {
      throw DataException.unreadable(location, e);
    }
  }

  /** Finds the files in a folder, or an image file and its labels. */
  public IdxFiles find(String location) {
    try (FileSystem fileSystem = HadoopFile.fileSystem(new Path(location), settings)) {
      // Absolute, because workers may run in other folders.
      Path path = fileSystem.makeQualified(new Path(location));
      boolean isFolder = fileSystem.getFileStatus(path).isDirectory();
      Path folder = isFolder ? path : path.getParent();
      Set<String> present = names(fileSystem, folder);
      return isFolder
          ? IdxFiles.inFolder(
              names -> firstOf(names, folder, present), () -> nothingIn(folder, present))
          : IdxFiles.of(
              new HadoopFile(path.toString(), settings),
              firstOf(IdxFiles.labelsBeside(path.getName()), folder, present));
    } catch (IOException | IllegalArgumentException e) {
      throw DataException.unreadable(location, e);
    }
  }

  private Optional<FileLocation> firstOf(List<String> names, Path folder, Set<String> present) {
    return names.stream()
        .filter(present::contains)
        .findFirst()
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

  /** What to say of a location in which no reader finds images. */
  public DataException nothingIn(String location) {
    try (FileSystem fileSystem = HadoopFile.fileSystem(new Path(location), settings)) {
      Path folder = fileSystem.makeQualified(new Path(location));
      return nothingIn(folder, names(fileSystem, folder));
    } catch (IOException | IllegalArgumentException e) {
      return DataException.unreadable(location, e);
    }
  }

  private static DataException nothingIn(Path folder, Set<String> present) {
    String shown = present.stream().limit(MAX_NAMES_SHOWN).collect(Collectors.joining(", "));
    return new DataException(
        "%s: no training images; found %s%s, expected %s; set data.uri to the folder that holds them, or to one of JPEG or PNG files"
            .formatted(
                HadoopFile.text(folder.toString()),
                present.isEmpty() ? "no files" : shown,
                present.size() > MAX_NAMES_SHOWN ? ", ..." : "",
                String.join(" or ", IdxFiles.trainingImageNames())));
  }
}
