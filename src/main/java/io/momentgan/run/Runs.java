package io.momentgan.run;

import io.momentgan.config.UserException;
import io.momentgan.storage.Folder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Makes and finds the folders of runs: {@code <out>/NNNNN-name}, numbered 00000, 00001, ...
 *
 * <p>Two runs that start at once: each makes its folder and then looks whether it is the only one
 * of its number; if not, it takes its own back and tries again after a random pause. Two of the
 * same name are told apart where making a folder is exclusive (local disks); elsewhere as well as
 * the file system can tell.
 */
public final class Runs {
  private static final Pattern NUMBERED = Pattern.compile("(\\d{5,8})-.*");
  private static final int HIGHEST = 99_999_999;
  private static final int ATTEMPTS = 200;
  private static final long MAX_PAUSE_NANOS = 50_000_000;

  private Runs() {}

  /**
   * Makes the folder of a new run, {@code <out>/NNNNN-name} with the next free number.
   *
   * @param out folder of all runs: a path or a URI such as {@code s3a://bucket/runs}
   * @param name the experiment's name
   * @param hadoopSettings Hadoop properties by key, such as {@code fs.s3a.endpoint}
   * @return the new, empty folder
   */
  public static Folder create(String out, String name, Map<String, String> hadoopSettings) {
    return claim(Folder.at(out, hadoopSettings), name);
  }

  /**
   * Opens the folder of an earlier run.
   *
   * @param uri the folder that holds {@code run.yaml}, or one with exactly one such folder in it
   * @param hadoopSettings Hadoop properties by key
   * @return the folder
   * @throws UserException that lists the candidates when there is not exactly one
   */
  public static Folder open(String uri, Map<String, String> hadoopSettings) {
    Folder given = Folder.at(uri, hadoopSettings);
    if (given.exists(RunRecord.FILE)) {
      return given;
    }
    List<String> runs = in(given);
    if (runs.size() == 1) {
      return given.child(runs.get(0));
    }
    throw new UserException(noSingleRun(given, runs));
  }

  /** Names of the run folders directly in a folder. */
  public static List<String> in(Folder folder) {
    return folder.list("").stream()
        .filter(entry -> entry.folder() && folder.exists(entry.name() + "/" + RunRecord.FILE))
        .map(Folder.Entry::name)
        .toList();
  }

  private static String noSingleRun(Folder given, List<String> runs) {
    if (!given.exists("")) {
      return "There is no folder %s; give the folder of a run (it holds %s)"
          .formatted(given, RunRecord.FILE);
    }
    return runs.isEmpty()
        ? "Found no %s in %s nor in a folder directly in it; give the folder of a run"
            .formatted(RunRecord.FILE, given)
        : "%s holds %d runs; give one of them: %s"
            .formatted(given, runs.size(), String.join(", ", runs));
  }

  private static Folder claim(Folder out, String name) {
    for (int i = 0; i < ATTEMPTS; i++) {
      int number = next(out);
      Folder folder = out.child(String.format(Locale.ROOT, "%05d-%s", number, name));
      if (folder.make()) {
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

  /** The number after the highest; after the last one that there can be, the lowest free one. */
  private static int next(Folder out) {
    Set<Integer> used =
        out.list("").stream().map(e -> number(e.name())).collect(Collectors.toSet());
    int next = used.stream().mapToInt(number -> number + 1).max().orElse(0);
    return next <= HIGHEST
        ? next
        : IntStream.rangeClosed(0, HIGHEST)
            .filter(n -> !used.contains(n))
            .findFirst()
            .orElseThrow();
  }

  private static long holders(Folder out, int number) {
    return out.list("").stream().filter(e -> number(e.name()) == number).count();
  }

  /** The number at the head of a name; -1 where there is none, or a higher one than any run has. */
  private static int number(String name) {
    Matcher matcher = NUMBERED.matcher(name);
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
  }
}
