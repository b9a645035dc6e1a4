package io.momentgan.data;

import io.momentgan.config.UserException;
import io.momentgan.storage.S3Failure;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.apache.commons.lang3.exception.ExceptionUtils;

/**
 * Data that is unreachable, truncated, of the wrong kind or inconsistent. Its message is one line
 * that names the file and says "found X, expected Y; do Z".
 */
public final class DataException extends UserException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    this(message, null);
  }

  public DataException(String message, Throwable cause) {
    // What a file holds and is quoted may have line breaks.
    super(message.replaceAll("\\R", " "), cause);
  }

  /** Explains why a location cannot be read at all. */
  public static DataException unreadable(String location, Exception cause) {
    if (S3Failure.reason(cause).isEmpty()
        && (cause instanceof FileNotFoundException || cause instanceof NoSuchFileException)) {
      return new DataException(
          location
              + ": no such file or folder, or no permission to read it; set data.uri to glyphs, or to a"
              + " folder or file of images, IDX, NumPy, MATLAB, CIFAR, Parquet or CSV",
          cause);
    }
    if (cause instanceof IllegalArgumentException) {
      return new DataException(
          "%s: is no location (%s); give a path, or a URI such as s3a://bucket/folder"
              .formatted(location, ExceptionUtils.getRootCause(cause).getMessage()),
          cause);
    }
    return new DataException(
        "%s: cannot be read (%s); check location, access rights and connection"
            .formatted(location, S3Failure.reason(cause).orElseGet(() -> reason(cause))),
        cause);
  }

  private static String reason(Exception cause) {
    String kind = cause.getClass().getSimpleName();
    if (cause.getMessage() == null) {
      return kind;
    }
    String message = cause.getMessage().lines().findFirst().orElse("");
    return cause instanceof IOException ? message : kind + ": " + message;
  }
}
