package io.momentgan.data;

import io.momentgan.storage.S3Failure;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/** Words for files that cannot be read at all. */
public final class Unreadable {
  private Unreadable() {}

  public static DataException exception(String location, Exception cause) {
    if (S3Failure.reason(cause).isEmpty()
        && (cause instanceof FileNotFoundException || cause instanceof NoSuchFileException)) {
      return new DataException(
          location
              + ": no such file or folder, or no permission to read it; set data.uri to glyphs, to a"
              + " folder of IDX files or to one IDX file of images, or to a folder of JPEG or PNG files",
          cause);
    }
    return new DataException(
        "%s: cannot be read (%s); check location, access rights and connection"
            .formatted(location, reason(cause)),
        cause);
  }

  private static String reason(Exception cause) {
    return S3Failure.reason(cause).orElseGet(() -> otherReason(cause));
  }

  private static String otherReason(Exception cause) {
    String kind = cause instanceof IOException ? "" : cause.getClass().getSimpleName() + ": ";
    return cause.getMessage() == null
        ? cause.getClass().getSimpleName()
        : kind + cause.getMessage().lines().findFirst().orElse("");
  }
}
