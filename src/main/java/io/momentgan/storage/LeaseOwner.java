package io.momentgan.storage;

import io.momentgan.config.UserException;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Properties;

/**
 * Who has a lease.
 *
 * @param host name of its machine
 * @param machine tells machines and containers apart by their numbers of processes; may be empty
 * @param pid number of its process
 * @param started when the process began, ISO 8601
 * @param user its login name
 * @param since when it took the lease, ISO 8601
 * @param holds whether it has the lease; otherwise it is about to take it
 */
record LeaseOwner(
    String host,
    String machine,
    long pid,
    String started,
    String user,
    String since,
    boolean holds) {
  private static final int MOST_BYTES = 1 << 14;
  private static final int MOST_CHARS = 100;
  private static final String MACHINE = thisMachine();
  private static final String HOST = thisHost();

  /** The file's text for this process. */
  static String self(boolean holds) {
    return String.join(
        "\n",
        "host=" + HOST,
        "machine=" + MACHINE,
        "pid=" + ProcessHandle.current().pid(),
        "started=" + started(ProcessHandle.current()),
        "user=" + System.getProperty("user.name", "unknown"),
        "since=" + Instant.now().truncatedTo(ChronoUnit.SECONDS),
        "holds=" + holds,
        "");
  }

  /** Reads a file. One that cannot be read has an unknown owner, who holds the lease. */
  static LeaseOwner read(Folder folder, String file) {
    Properties found = new Properties();
    try {
      found.load(new StringReader(folder.readText(file, MOST_BYTES)));
      return new LeaseOwner(
          text(found, "host"),
          text(found, "machine"),
          Long.parseLong(found.getProperty("pid", "0")),
          text(found, "started"),
          text(found, "user"),
          text(found, "since"),
          Boolean.parseBoolean(found.getProperty("holds", "true")));
    } catch (UserException | IOException | IllegalArgumentException e) {
      return new LeaseOwner("unknown", "", 0, "", "unknown", "unknown", true);
    }
  }

  /** Words of a stranger, such that they stay in their line. */
  private static String text(Properties found, String key) {
    String text = found.getProperty(key, "unknown").replaceAll("\\P{Print}", "?");
    return text.substring(0, Math.min(MOST_CHARS, text.length()));
  }

  /** Whether the owner was a process of this machine that is no more, or is this one's past. */
  boolean hasEnded() {
    if (MACHINE.isEmpty() || !MACHINE.equals(machine)) {
      return false;
    }
    boolean runs =
        pid != ProcessHandle.current().pid()
            && ProcessHandle.of(pid)
                .filter(process -> process.isAlive() && started(process).equals(started))
                .isPresent();
    return !runs;
  }

  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("");
  }

  private static String thisMachine() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip()
          + " "
          + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
    } catch (IOException e) {
      return "";
    }
  }

  private static String thisHost() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  @Override
  public String toString() {
    return "process %d of %s on %s since %s".formatted(pid, user, host, since);
  }
}
