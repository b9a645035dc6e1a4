package io.momentgan.storage;

import io.momentgan.config.Credentials;
import io.momentgan.config.UserException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/**
 * Checks that a store serves requests before a cluster is started: once, with few attempts, within
 * half a minute. A client of HDFS alone would try for a quarter of an hour.
 */
public final class StorageCheck {
  private static final int LIMIT_SECONDS = 25;
  private static final Set<String> ELSEWHERE = Set.of("file", "http", "https");

  private StorageCheck() {}

  /**
   * Requires that a location can be listed, empty or not.
   *
   * @param option that named the location, such as {@code --data}
   * @param location a path or URI; local ones and web addresses are not checked
   * @param settings Hadoop properties of the run
   * @throws UserException with the reason in one line
   */
  public static void requireReadable(String option, String location, Map<String, String> settings) {
    check(option, "read", location, settings, StorageCheck::list);
  }

  /**
   * Requires that objects can be listed, written and deleted at a location.
   *
   * @param option that named the location, such as {@code --out}
   * @param location a path or URI; local ones and web addresses are not checked
   * @param settings Hadoop properties of the run
   * @throws UserException with the reason in one line
   */
  public static void requireWritable(String option, String location, Map<String, String> settings) {
    check(option, "write", location, settings, StorageCheck::write);
  }

  /**
   * Requires that a folder is new or empty.
   *
   * @param option that named the location, such as {@code --out}
   * @param location a path or URI
   * @param settings Hadoop properties by key
   * @throws UserException when something lies there
   */
  public static void requireEmpty(String option, String location, Map<String, String> settings) {
    if (!Folder.at(location, settings).list("").isEmpty()) {
      throw new UserException(
          "%s %s: found something there, expected a new or empty folder; give another"
              .formatted(option, location));
    }
  }

  private interface Question {
    void ask(FileSystem fs, Path path) throws IOException;
  }

  private static void check(
      String option,
      String verb,
      String location,
      Map<String, String> settings,
      Question question) {
    Credentials.refuseIn(option, location);
    if (location.startsWith("s3://") || location.startsWith("s3n://")) {
      throw new UserException(
          "%s %s: found the scheme %s, expected s3a; write s3a:// instead"
              .formatted(option, location, location.substring(0, location.indexOf(':'))));
    }
    Configuration configuration = new Configuration();
    S3Settings.impatient(settings).forEach(configuration::set);
    Optional<Path> path = remote(location, configuration);
    if (path.isEmpty()) {
      return;
    }
    boolean s3 = location.startsWith("s3a:");
    String endpoint = s3 ? settings.getOrDefault(S3Settings.ENDPOINT, "") : "";
    String refusal =
        "%s %s: cannot %s there%s: "
            .formatted(
                option, location, verb, endpoint.isEmpty() ? "" : " (endpoint " + endpoint + ")");
    FutureTask<Void> answer = new FutureTask<>(() -> ask(path.get(), configuration, question));
    Thread thread = new Thread(answer, "storage check");
    thread.setDaemon(true);
    thread.start();
    try {
      answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      String reason = "the server has not answered within %d s; check %s and the network";
      String place = s3 ? "s3.endpoint" : "the location";
      throw new UserException(refusal + reason.formatted(LIMIT_SECONDS, place), e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new UserException(refusal + StorageFailure.reason(cause), cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for " + location, e);
    } finally {
      answer.cancel(true);
    }
  }

  /** The path of a location on another machine; what is no location is left to its reader. */
  private static Optional<Path> remote(String location, Configuration configuration) {
    try {
      Path path = new Path(location);
      String scheme = path.toUri().getScheme();
      if (scheme == null) {
        scheme = FileSystem.getDefaultUri(configuration).getScheme();
      }
      return ELSEWHERE.contains(scheme.toLowerCase(Locale.ROOT)) || !isKnown(scheme, configuration)
          ? Optional.empty()
          : Optional.of(path);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Whether there is a file system of a scheme; others may be names of files with a colon. */
  private static boolean isKnown(String scheme, Configuration configuration) {
    try {
      return FileSystem.getFileSystemClass(scheme, configuration) != null;
    } catch (UnsupportedFileSystemException e) {
      return false;
    } catch (IOException | RuntimeException e) {
      return true; // its library is missing, of which the question will tell
    }
  }

  private static Void ask(Path path, Configuration configuration, Question question)
      throws IOException {
    // A file system of its own: the run uses Hadoop's shared one with more patience.
    try (FileSystem fs = FileSystem.newInstance(path.toUri(), configuration)) {
      question.ask(fs, path);
      return null;
    }
  }

  // Lists instead of looking up: only answers to listings give the reason of a refusal.
  private static void list(FileSystem fs, Path path) throws IOException {
    try {
      fs.listStatus(path);
    } catch (FileNotFoundException e) {
      if (!e.getClass().equals(FileNotFoundException.class)) {
        throw e;
      }
    }
  }

  private static void write(FileSystem fs, Path path) throws IOException {
    list(fs, path);
    Path probe = new Path(path, ".write-check-" + UUID.randomUUID());
    try (FSDataOutputStream out = fs.create(probe, true)) {
      out.write("MomentGAN checks that it may write here\n".getBytes(StandardCharsets.UTF_8));
    }
    fs.delete(probe, false);
  }
}
