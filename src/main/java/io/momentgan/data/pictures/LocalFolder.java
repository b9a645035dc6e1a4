package io.momentgan.data.pictures;

import io.momentgan.data.DataSet.RejectedFile;
import io.momentgan.data.SystemFiles;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Lists a folder of a local disk; each real folder once, however many links lead to it. */
final class LocalFolder {
  /** Their first bytes are read in 10 s or less. */
  private static final int MOST_OTHERS = 50_000;

  private final Path root;
  private final String shown;
  private final List<PictureFile> files = new ArrayList<>();
  private final Set<String> folders = new TreeSet<>();
  private final List<RejectedFile> unused = new ArrayList<>();
  private final List<RejectedFile> lost = new ArrayList<>();
  private final SystemFiles system = new SystemFiles();
  private final PictureCount count;
  private final Set<Path> visited = new HashSet<>();
  // Real folders go first, so that a link to one takes nothing from it.
  private final Deque<Path> real = new ArrayDeque<>();
  private final Deque<Path> links = new ArrayDeque<>();

  LocalFolder(Path root, String shown) {
    this.root = root;
    this.shown = shown;
    this.count = new PictureCount(shown, MOST_OTHERS);
  }

  PictureListing list() throws IOException {
    visited.add(root.toRealPath());
    visit(root);
    while (!real.isEmpty() || !links.isEmpty()) {
      boolean link = real.isEmpty();
      Path folder = link ? links.remove() : real.remove();
      Path target = folder.toRealPath();
      if (root.toRealPath().startsWith(target) || !visited.add(target)) {
        unused.add(named(folder, "a link to a folder that is read already"));
      } else {
        visit(folder);
      }
    }
    count.requirePictures();
    return new PictureListing(shown, false, files, folders, unused, lost);
  }

  private void visit(Path folder) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(entries::add);
    } catch (IOException | DirectoryIteratorException e) {
      if (folder.equals(root)) {
        throw e instanceof IOException io ? io : new IOException(e.getCause());
      }
      lost.add(named(folder, "a folder that cannot be read"));
      return;
    }
    entries.sort(null);
    for (Path entry : entries) {
      if (PictureListing.isHidden(entry.getFileName().toString())) {
        continue;
      }
      if (Files.isSymbolicLink(entry) && !Files.exists(entry)) {
        unused.add(named(entry, "a link to nothing"));
      } else if (!isRepresentable(entry)) {
        lost.add(
            named(entry, "a name that Java cannot read here; set LC_ALL=C.UTF-8, or rename it"));
      } else if (Files.isDirectory(entry) && system.hold(entry)) {
        unused.add(named(entry, "a folder of the system"));
      } else if (Files.isDirectory(entry)) {
        folders.add(name(entry));
        (Files.isSymbolicLink(entry) ? links : real).add(entry);
      } else if (Files.isRegularFile(entry)) {
        count.add(name(entry));
        files.add(PictureFile.ofItsOwn(name(entry), "file:" + entry));
      } else {
        unused.add(named(entry, "not a regular file"));
      }
    }
  }

  // Paths keep the bytes of a name; texts, which travel to the workers, only what the locale knows.
  private static boolean isRepresentable(Path entry) {
    try {
      return Path.of(entry.toString()).equals(entry);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private RejectedFile named(Path entry, String reason) {
    return new RejectedFile(PictureListing.show(shown, name(entry)), reason);
  }

  private String name(Path entry) {
    return root.relativize(entry).toString();
  }
}
