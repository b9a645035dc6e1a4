package io.momentgan.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Tells files and folders of a disk from what Linux only shows as such. Reading the latter may wait
 * for ever ({@code /proc/kmsg}) or never end ({@code /dev/zero}).
 */
public final class SystemFiles {
  /** Types of the file systems in /proc/filesystems that hold no user's files. */
  private static final Set<String> TYPES =
      Set.of(
          "autofs",
          "binfmt_misc",
          "bpf",
          "cgroup",
          "cgroup2",
          "configfs",
          "debugfs",
          "devpts",
          "devtmpfs",
          "efivarfs",
          "fusectl",
          "mqueue",
          "nsfs",
          "proc",
          "pstore",
          "rpc_pipefs",
          "securityfs",
          "selinuxfs",
          "sysfs",
          "tracefs");

  // By the device: to find the type of a file system, Java reads the table of all mounts.
  private final Map<Object, Boolean> devices = new HashMap<>();

  /** Whether a file or folder is the system's own. */
  public boolean hold(Path path) {
    try {
      Object device = Files.getAttribute(path, "unix:dev");
      Boolean known = devices.get(device);
      if (known == null) {
        known = TYPES.contains(Files.getFileStore(path).type());
        devices.put(device, known);
      }
      return known;
    } catch (IOException | UnsupportedOperationException e) {
      return false; // whoever reads it will say what is wrong
    }
  }

  /**
   * Refuses what cannot be data.
   *
   * @param path a file or folder that is there
   * @throws DataException when it is a pipe or device, the system's own, or the root of the disk
   */
  public void refuse(Path path) throws IOException {
    if (Files.readAttributes(path, "isOther").get("isOther").equals(true)) {
      throw new DataException(
          "%s: found a pipe, device or socket, expected a folder or file; store the data in a file"
              .formatted(path));
    }
    if (hold(path)) {
      throw new DataException(
          "%s: found a place of the system (%s), expected a folder or file of data"
              .formatted(path, Files.getFileStore(path).type()));
    }
    if (path.toRealPath().getParent() == null) {
      throw new DataException(
          "%s: found the root of the disk, expected a folder with nothing but the data; give that"
              .formatted(path));
    }
  }
}
