package io.momentgan.storage;

import io.momentgan.config.UserException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;

/** Explains failures of file systems to the user. */
public final class StorageFailure {
  private StorageFailure() {}

  /**
   * Makes the exception to throw.
   *
   * @param action such as "write"
   * @param location where it failed
   * @param e the failure
   * @return a {@link UserException} where the user can mend it, else an {@link
   *     UncheckedIOException}
   */
  public static RuntimeException of(String action, Object location, IOException e) {
    return known(e)
        .<RuntimeException>map(
            reason -> new UserException("Cannot %s %s: %s".formatted(action, location, reason), e))
        .orElseGet(
            () ->
                new UncheckedIOException(
                    "Cannot %s %s: %s".formatted(action, location, e.getMessage()), e));
  }

  /** Explains a failure and its remedy, or says what it says itself. */
  static String reason(Throwable failure) {
    return known(failure).orElseGet(() -> S3Failure.firstLine(failure));
  }

  private static Optional<String> known(Throwable failure) {
    return S3Failure.reason(failure)
        .or(
            () ->
                ExceptionUtils.getThrowableList(failure).stream()
                    .flatMap(t -> Optional.ofNullable(ofOne(t)).stream())
                    .findFirst());
  }

  private static String ofOne(Throwable t) {
    String message = String.valueOf(t.getMessage());
    if (t instanceof AccessDeniedException || t instanceof AccessControlException) {
      return "no permission, or no valid credentials (%s)".formatted(S3Failure.firstLine(t));
    }
    if (t instanceof UnsupportedFileSystemException || message.startsWith("No FileSystem for")) {
      return "no file system is installed for this kind of location; check its scheme";
    }
    if (message.contains("ClassNotFoundException") && message.contains(".fs.")) {
      return "the library of this file system is not on the class path; copy the data to another place";
    }
    return ofDisk(t, message);
  }

  private static String ofDisk(Throwable t, String message) {
    String lower = message.toLowerCase(Locale.ROOT);
    if (lower.contains("no space left") || lower.contains("quota")) {
      return "no space left (%s)".formatted(S3Failure.firstLine(t));
    }
    if (lower.contains("permission denied")) {
      return "no permission";
    }
    if (lower.contains("input/output error")) {
      return "the disk failed (%s)".formatted(S3Failure.firstLine(t));
    }
    if (lower.contains("read-only file system")) {
      return "the file system is read-only";
    }
    if (t instanceof NotDirectoryException
        || t instanceof ParentNotDirectoryException
        || t instanceof FileAlreadyExistsException
        || lower.contains("not a directory")) {
      return "a file stands where a folder is needed (%s)".formatted(S3Failure.firstLine(t));
    }
    if (t instanceof NoSuchFileException || t instanceof FileNotFoundException) {
      return "it does not exist";
    }
    return null;
  }
}
