package io.momentgan.storage;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.MultipartUploader;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.RemoteIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes what killed processes have left in a folder. What cannot be deleted is a warning. */
final class Leftovers {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

  /** Age from which nobody writes a temporary file any more. */
  private static final Duration OLD = Duration.ofHours(1);

  private Leftovers() {}

  static void delete(FileSystem fs, Path root) {
    try {
      if (fs.hasPathCapability(root, CommonPathCapabilities.FS_MULTIPART_UPLOADER)
          && !(fs instanceof RawLocalFileSystem)) {
        abortUploads(fs, root);
      }
      if (!fs.hasPathCapability(root, CommonPathCapabilities.ABORTABLE_STREAM)) {
        deleteTemporaries(fs, root);
      }
    } catch (IOException | ExecutionException e) {
      LOG.warn("{}: what was left unfinished cannot be deleted: {}", root, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while dropping uploads", e);
    }
  }

  private static void abortUploads(FileSystem fs, Path root)
      throws IOException, ExecutionException, InterruptedException {
    try (MultipartUploader uploader = fs.createMultipartUploader(root).build()) {
      uploader.abortUploadsUnderPath(root).get();
    }
  }

  private static void deleteTemporaries(FileSystem fs, Path root) throws IOException {
    long before = System.currentTimeMillis() - OLD.toMillis();
    RemoteIterator<LocatedFileStatus> files = fs.listFiles(root, true);
    while (files.hasNext()) {
      LocatedFileStatus file = files.next();
      if (Publication.isTemporary(file.getPath().getName())
          && file.getModificationTime() < before) {
        fs.delete(file.getPath(), false);
      }
    }
  }
}
