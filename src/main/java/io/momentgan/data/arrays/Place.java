package io.momentgan.data.arrays;

import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.DownloadedFile;
import io.momentgan.data.FileLocation;
import io.momentgan.data.HadoopFile;
import io.momentgan.data.SystemFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * Files at a location.
 *
 * @param location the location, as messages name it
 * @param given name of the file that the location is; empty for a folder
 * @param files the files of the folder and of the folders below it, or those beside the given file,
 *     by their path within the folder
 */
public record Place(
    String location, Optional<String> given, NavigableMap<String, FileLocation> files) {
  /** torchvision leaves IDX files in MNIST/raw. */
  private static final int MOST_LEVELS = 3;

  /** A folder with more of them is one of pictures in classes, which is read by another reader. */
  private static final int MOST_FOLDERS = 40;

  /** Lists a location that Hadoop reaches. */
  public static Place of(String location, Map<String, String> hadoop) {
    try (FileSystem fileSystem = HadoopFile.fileSystem(new Path(location), hadoop)) {
      // Absolute, because workers may run in other folders.
      Path path = fileSystem.makeQualified(new Path(location));
      boolean folder = fileSystem.getFileStatus(path).isDirectory();
      SystemFiles system = new SystemFiles();
      if (fileSystem instanceof RawLocalFileSystem local) {
        system.refuse(local.pathToFile(path).toPath());
      }
      NavigableMap<String, FileLocation> files = new TreeMap<>();
      list(
          fileSystem,
          system,
          folder ? path : path.getParent(),
          "",
          folder ? 0 : MOST_LEVELS,
          files,
          hadoop);
      if (!folder) {
        files.put(path.getName(), new HadoopFile(path.toString(), hadoop)); // also a hidden one
      }
      return new Place(
          HadoopFile.text(path.toString()),
          folder ? Optional.empty() : Optional.of(path.getName()),
          files);
    } catch (IOException | IllegalArgumentException e) {
      throw DataException.unreadable(location, e);
    }
  }

  /** A file on the web. */
  public static Place web(String url, String cache) {
    FileLocation file = new DownloadedFile(url, cache);
    String path = URI.create(url).getPath();
    String name = path.substring(path.lastIndexOf('/') + 1);
    return new Place(file.toString(), Optional.of(name), new TreeMap<>(Map.of(name, file)));
  }

  private static void list(
      FileSystem fileSystem,
      SystemFiles system,
      Path folder,
      String inside,
      int level,
      NavigableMap<String, FileLocation> files,
      Map<String, String> hadoop)
      throws IOException {
    List<Path> folders = new ArrayList<>();
    for (FileStatus status : statuses(fileSystem, folder, level)) {
      String name = status.getPath().getName();
      if (name.startsWith(".") || (name.startsWith("_") && !name.equals("_delta_log"))) {
        continue;
      }
      if (fileSystem instanceof RawLocalFileSystem local && isNoFile(status, local, system)) {
        continue;
      }
      if (status.isDirectory()) {
        folders.add(status.getPath());
      } else {
        files.put(inside + name, new HadoopFile(status.getPath().toString(), hadoop));
      }
    }
    if (level < MOST_LEVELS && folders.size() <= MOST_FOLDERS) {
      for (Path each : folders) {
        list(fileSystem, system, each, inside + each.getName() + "/", level + 1, files, hadoop);
      }
    }
  }

  /** Whether an entry is a pipe or a device, whose length is 0, or a folder of the system. */
  private static boolean isNoFile(FileStatus status, RawLocalFileSystem local, SystemFiles system) {
    java.nio.file.Path entry = local.pathToFile(status.getPath()).toPath();
    return status.isDirectory()
        ? system.hold(entry)
        : status.getLen() == 0 && !Files.isRegularFile(entry);
  }

  // Folders below that cannot be listed are named by the reader of pictures, which lists them
  // again;
  // a given file may be readable in a folder that is not.
  private static FileStatus[] statuses(FileSystem fileSystem, Path folder, int level)
      throws IOException {
    try {
      return fileSystem.listStatus(folder);
    } catch (IOException e) {
      if (level == 0) {
        throw e;
      }
      return new FileStatus[0];
    }
  }

  /** Names a file in messages. */
  public String text(String file) {
    return files.get(file).toString();
  }

  /**
   * Names the files of a folder that no reader uses; none beside a given file.
   *
   * @param used names of files that are used or already named
   * @param reason why the others are not
   */
  public List<DataSet.RejectedFile> unused(Set<String> used, String reason) {
    return given.isPresent()
        ? List.of()
        : files.keySet().stream()
            .filter(file -> !used.contains(file))
            .map(file -> new DataSet.RejectedFile(text(file), reason))
            .toList();
  }

  /** Returns the part of a path after its last slash. */
  public static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Returns the part of a path up to its last slash, with it; empty for none. */
  public static String folder(String path) {
    return path.substring(0, path.lastIndexOf('/') + 1);
  }
}
