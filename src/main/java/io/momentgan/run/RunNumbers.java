package io.momentgan.run;

import io.momentgan.storage.Folder;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * Numbers new runs 00000, 00001, ...
 *
 * <p>Two runs that start at once: each makes its folder and then looks whether it is the only one
 * of its number; if not, it takes its own back and tries again after a random pause. Two of the
 * same name are told apart where making a folder is exclusive (local disks); elsewhere as well as
 * the file system can tell.
 */
public final class RunNumbers {
  private static final Pattern NUMBERED = Pattern.compile("(\\d{5,9})-.*");
  private static final int ATTEMPTS = 200;
  private static final long MAX_PAUSE_NANOS = 50_000_000;

  private RunNumbers() {}

  public static Folder claim(Folder out, String name) {
    for (int i = 0; i < ATTEMPTS; i++) {
      int number = next(out);
      Folder folder = out.child(String.format(Locale.ROOT, "%05d-%s", number, name));
      if (folder.makeFolder()) {
        if (holders(out, number) == 1) {
          return folder;
        }
        folder.delete("");
      }
      LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(MAX_PAUSE_NANOS));
    }
    throw new IllegalStateException(
        "No free run number in %s after %d attempts".formatted(out, ATTEMPTS));
  }

  /** Makes a folder; false when it was there already, as far as the file system tells. */
  public static boolean makeFolder(FileSystem fs, Path path) throws IOException {
    if (!(fs instanceof RawLocalFileSystem local)) {
      return !fs.exists(path) && fs.mkdirs(path);
    }
    java.nio.file.Path folder = local.pathToFile(path).toPath();
    Files.createDirectories(folder.getParent());
    try {
      Files.createDirectory(folder);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  private static int next(Folder out) {
    return out.list("").stream().mapToInt(e -> number(e.name()) + 1).max().orElse(0);
  }

  private static long holders(Folder out, int number) {
    return out.list("").stream().filter(e -> number(e.name()) == number).count();
  }

  /** The number at the head of a name; -1 where there is none. */
  private static int number(String name) {
    Matcher matcher = NUMBERED.matcher(name);
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
  }
}
