package io.momentgan.data.pictures;

import io.momentgan.data.DataException;
import io.momentgan.data.DataSet.RejectedFile;
import io.momentgan.data.HadoopFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * The files of a folder or an archive, hidden ones left out.
 *
 * @param location the folder or archive as people see it
 * @param archive whether it is an archive
 * @param files its files in the order of their names
 * @param folders names of folders that were seen, empty ones too
 * @param unused what is no file of its own, such as links
 * @param lost what is there and cannot be read; as bad as damaged images
 */
record PictureListing(
    String location,
    boolean archive,
    List<PictureFile> files,
    Set<String> folders,
    List<RejectedFile> unused,
    List<RejectedFile> lost) {
  /** What systems and programs leave behind, in lower case; names with a leading dot besides. */
  private static final Set<String> LEFT_BEHIND =
      Set.of(
          "__macosx",
          "__pycache__",
          "@eadir",
          "@recycle",
          "@recently-snapshot",
          "#recycle",
          "#snapshot",
          "$recycle.bin",
          "recycler",
          "system volume information",
          "lost+found",
          "network trash folder",
          "temporary items",
          "thumbs.db",
          "ehthumbs.db",
          "desktop.ini",
          "icon\r",
          "_success",
          "_temporary");

  /** In a store; the first bytes of each are a request. */
  private static final int MOST_OTHERS = 5_000;

  PictureListing {
    // As Hadoop orders paths, whose spaces and brackets are escaped.
    files = files.stream().sorted(Comparator.comparing(PictureListing::order)).toList();
    folders = Set.copyOf(folders);
    unused = List.copyOf(unused);
    lost = List.copyOf(lost);
  }

  private static String order(PictureFile file) {
    return new Path(null, null, "/" + file.name()).toUri().getRawPath();
  }

  /** Whether a name below the folder is hidden or in a hidden folder. */
  static boolean isHidden(String name) {
    for (String part : name.split("/")) {
      if (part.startsWith(".") || LEFT_BEHIND.contains(part.toLowerCase(Locale.ROOT))) {
        return true;
      }
    }
    return false;
  }

  /** Shows where a file of this name lies. */
  String show(String name) {
    return show(location, name);
  }

  /** Shows where a file lies, in one line whatever its name. */
  static String show(String location, String name) {
    return location + "/" + name.replaceAll("\\p{Cntrl}", "?");
  }

  /**
   * Lists a folder.
   *
   * @return its files; empty if the location is a file
   * @throws DataException when it cannot be read
   */
  static Optional<PictureListing> folder(String uri, Map<String, String> settings) {
    try (FileSystem fileSystem = HadoopFile.fileSystem(new Path(uri), settings)) {
      Path path = fileSystem.makeQualified(new Path(uri));
      String shown = HadoopFile.text(path.toString());
      if (!fileSystem.getFileStatus(path).isDirectory()) {
        return Optional.empty();
      }
      return Optional.of(
          fileSystem instanceof RawLocalFileSystem local
              ? new LocalFolder(local.pathToFile(path).toPath(), shown).list()
              : remote(fileSystem, path, shown));
    } catch (IOException | IllegalArgumentException e) {
      throw DataException.unreadable(uri, e);
    }
  }

  /**
   * Lists an archive.
   *
   * @param shown its location for messages; empty for the path itself
   * @return its files; empty if the location is a folder or another file
   * @throws DataException when it cannot be read
   */
  static Optional<PictureListing> archive(String uri, String shown, Map<String, String> settings) {
    try (FileSystem fileSystem = HadoopFile.fileSystem(new Path(uri), settings)) {
      Path path = fileSystem.makeQualified(new Path(uri));
      return fileSystem.getFileStatus(path).isDirectory()
          ? Optional.empty()
          : PictureArchive.list(
              fileSystem, path, shown.isEmpty() ? HadoopFile.text(path.toString()) : shown);
    } catch (IOException | IllegalArgumentException e) {
      throw DataException.unreadable(uri, e);
    }
  }

  private static PictureListing remote(FileSystem fileSystem, Path folder, String shown)
      throws IOException {
    List<PictureFile> files = new ArrayList<>();
    Set<String> folders = new TreeSet<>();
    for (FileStatus status : fileSystem.listStatus(folder)) {
      String name = status.getPath().getName();
      if (status.isDirectory() && !isHidden(name)) {
        folders.add(name);
      }
    }
    String above = folder.toUri().getPath();
    PictureCount count = new PictureCount(shown, MOST_OTHERS);
    RemoteIterator<LocatedFileStatus> all = fileSystem.listFiles(folder, true);
    while (all.hasNext()) {
      Path file = all.next().getPath();
      String name = file.toUri().getPath().substring(above.length()).replaceFirst("^/", "");
      if (!isHidden(name)) {
        count.add(name);
        files.add(PictureFile.ofItsOwn(name, file.toString()));
      }
    }
    count.requirePictures();
    return new PictureListing(shown, false, files, folders, List.of(), List.of());
  }
}
