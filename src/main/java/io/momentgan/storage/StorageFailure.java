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
    Optional<String> ofS3 = S3Failure.reason(e);
    if (ofS3.isPresent()) {
      return new UserException("Cannot %s %s: %s".formatted(action, location, ofS3.get()), e);
    }
    for (Throwable t : ExceptionUtils.getThrowableList(e)) {
      String reason = reason(t);
      if (reason != null) {
        return new UserException("Cannot %s %s: %s".formatted(action, location, reason), e);
      }
    }
    return new UncheckedIOException(
        "Cannot %s %s: %s".formatted(action, location, e.getMessage()), e);
  }

  private static String reason(Throwable t) {
    String message = String.valueOf(t.getMessage());
    if (t instanceof AccessDeniedException || t instanceof AccessControlException) {
      return "no permission, or no valid credentials (%s)".formatted(S3Failure.firstLine(t));
    }
    if (t instanceof UnsupportedFileSystemException || message.startsWith("No FileSystem for")) {
      return "no file system is installed for this kind of location";
    }
    if (message.contains("ClassNotFoundException") && message.contains("FileSystem")) {
      return "the library of this file system is not on the class path";
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
