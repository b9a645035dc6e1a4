package io.momentgan.device;

import io.momentgan.config.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where libraries unpack their native code: not on a file system that is mounted {@code noexec}, as
 * {@code /tmp} often is, since nothing can be loaded from there.
 */
public final class NativeFolder {
  private static final Logger LOG = LoggerFactory.getLogger(NativeFolder.class);
  private static final String TEMPORARY = "java.io.tmpdir";
  private static final String CACHE = "org.bytedeco.javacpp.cachedir";

  private NativeFolder() {}

  /**
   * Chooses other folders for this process if need be. To be called before native libraries load.
   *
   * @throws UserException if there is none that programs may be run from
   */
  public static void choose() {
    Path temporary = Path.of(System.getProperty(TEMPORARY));
    Path home = Path.of(System.getProperty("user.home"));
    Path cache = Path.of(System.getProperty(CACHE, home.resolve(".javacpp/cache").toString()));
    boolean temporaryServes = isExecutable(temporary);
    if (!temporaryServes) {
      Path other = other(home, temporary);
      LOG.warn("{}: {} is mounted noexec; {} is used", TEMPORARY, temporary, other);
      System.setProperty(TEMPORARY, other.toString());
    }
    if (!isExecutable(cache)) {
      System.setProperty(
          CACHE, System.getProperty(TEMPORARY) + "/javacpp-" + System.getProperty("user.name"));
    }
  }

  private static Path other(Path home, Path temporary) {
    return List.of(
            home.resolve(".cache/momentgan/natives"), Path.of("/var/tmp"), Path.of("/dev/shm"))
        .stream()
        .filter(NativeFolder::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new UserException(
                    ("%s: found %s, which is mounted noexec or cannot be written to, expected a folder"
                            + " that native libraries can be loaded from; set it by"
                            + " MOMENTGAN_JAVA_OPTS=-D%s=FOLDER (for executors by"
                            + " spark.executor.extraJavaOptions)")
                        .formatted(TEMPORARY, temporary, TEMPORARY)));
  }

  /** Whether programs may be run from a folder, which is made if it is missing. */
  private static boolean isExecutable(Path folder) {
    Path probe = folder.resolve("momentgan-" + UUID.randomUUID());
    try {
      Files.createDirectories(folder);
      Files.createFile(probe);
      try {
        return probe.toFile().setExecutable(true) && Files.isExecutable(probe);
      } finally {
        Files.delete(probe);
      }
    } catch (IOException e) {
      return false;
    }
  }
}
