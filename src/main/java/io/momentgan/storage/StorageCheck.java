package io.momentgan.storage;

import io.momentgan.config.Credentials;
import io.momentgan.config.UserException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
    ExecutorService thread = Executors.newSingleThreadExecutor(StorageCheck::daemon);
    Future<?> answer = thread.submit(() -> ask(location, settings, question));
    thread.shutdown();
    try {
      answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw refusal(
          option,
          verb,
          location,
          settings,
          "the server has not answered within %d s; check s3.endpoint and the network"
              .formatted(LIMIT_SECONDS),
          e);
    } catch (ExecutionException e) {
      String reason = S3Failure.reason(e.getCause()).orElse(S3Failure.firstLine(e.getCause()));
      throw refusal(option, verb, location, settings, reason, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for " + location, e);
    } finally {
      answer.cancel(true);
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "storage check");
    thread.setDaemon(true);
    return thread;
  }

  private static Void ask(String location, Map<String, String> settings, Question question) {
    Configuration configuration = new Configuration();
    S3Settings.impatient(settings).forEach(configuration::set);
    Path path = new Path(location);
    // A file system of its own: the run uses Hadoop's shared one with more patience.
    try (FileSystem fs = FileSystem.newInstance(URI.create(location), configuration)) {
      question.ask(fs, path);
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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

  private static UserException refusal(
      String option,
      String verb,
      String location,
      Map<String, String> settings,
      String reason,
      Throwable cause) {
    String endpoint = settings.getOrDefault(S3Settings.ENDPOINT, "");
    return new UserException(
        "%s %s: cannot %s there%s: %s"
            .formatted(
                option,
                location,
                verb,
                endpoint.isEmpty() ? "" : " (endpoint " + endpoint + ")",
                reason),
        cause);
  }
}
