package io.momentgan.storage;

import io.momentgan.config.Credentials;
import io.momentgan.config.UserException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Checks that an object store serves requests before a cluster is started: once, with few attempts,
 * within half a minute.
 */
public final class StorageCheck {
  private static final int LIMIT_SECONDS = 25;
  private static final String S3A = "s3a://";

  private StorageCheck() {}

  /**
   * Requires that a location can be listed, empty or not.
   *
   * @param option that named the location, such as {@code --data}
   * @param location a path or URI; only s3a locations are checked
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
   * @param location a path or URI; only s3a locations are checked
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
    if (!location.startsWith(S3A)) {
      return;
    }
    String endpoint = settings.getOrDefault(S3Settings.ENDPOINT, "");
    String refusal =
        "%s %s: cannot %s there%s: "
            .formatted(
                option, location, verb, endpoint.isEmpty() ? "" : " (endpoint " + endpoint + ")");
    FutureTask<Void> answer = new FutureTask<>(() -> ask(location, settings, question));
    Thread thread = new Thread(answer, "storage check");
    thread.setDaemon(true);
    thread.start();
    try {
      answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      String reason = "the server has not answered within %d s; check s3.endpoint and the network";
      throw new UserException(refusal + reason.formatted(LIMIT_SECONDS), e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      String reason = S3Failure.reason(cause).orElse(S3Failure.firstLine(cause));
      throw new UserException(refusal + reason, cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for " + location, e);
    } finally {
      answer.cancel(true);
    }
  }

  private static Void ask(String location, Map<String, String> settings, Question question)
      throws IOException {
    Configuration configuration = new Configuration();
    S3Settings.impatient(settings).forEach(configuration::set);
    // A file system of its own: the run uses Hadoop's shared one with more patience.
    try (FileSystem fs = FileSystem.newInstance(URI.create(location), configuration)) {
      question.ask(fs, new Path(location));
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
