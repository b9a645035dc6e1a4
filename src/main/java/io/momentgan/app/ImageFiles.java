package io.momentgan.app;

import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.report.ImageGrid;
import io.momentgan.storage.Publication;
import io.momentgan.storage.StorageFailure;
import java.io.IOException;
import java.io.Serializable;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Numbered PNG files on any Hadoop file system, a thousand per folder: {@code 00012/00012345.png}.
 * It travels to the workers.
 *
 * @param uri the folder
 * @param hadoopSettings Hadoop properties by key, such as {@code fs.s3a.endpoint}
 * @param shape shape of the images
 */
public record ImageFiles(String uri, Map<String, String> hadoopSettings, ImageShape shape)
    implements Serializable {
  private static final int PER_FOLDER = 1000;

  /** Copies the settings. */
  public ImageFiles {
    hadoopSettings = new TreeMap<>(hadoopSettings);
  }

  /**
   * Refuses a folder with something in it: new files must not mix with older ones.
   *
   * @throws UserException when there is something
   */
  public void requireNew() {
    Path folder = new Path(uri);
    try {
      FileSystem fs = folder.getFileSystem(configuration());
      if (fs.exists(folder)
          && (fs.getFileStatus(folder).isFile() || fs.listStatus(folder).length > 0)) {
        throw new UserException(
            "--out %s: found something there, expected a new or empty folder; give another"
                .formatted(uri));
      }
    } catch (IOException e) {
      throw StorageFailure.of("open", folder, e);
    }
  }

  /** Writes files, one after another, from one worker. */
  public final class Writer {
    private final Path root = new Path(uri);
    private final ImageGrid grid = ImageGrid.of(shape, 1).withRange(0, 255);
    private final Publication publication;

    private Writer() throws IOException {
      FileSystem fs = root.getFileSystem(configuration());
      publication =
          Publication.of(fs instanceof LocalFileSystem local ? local.getRawFileSystem() : fs, root);
    }

    /**
     * Writes an image.
     *
     * @param index its number
     * @param pixels values in 0..255 (unsigned), in channel, row, column order
     */
    public void write(int index, byte[] pixels) {
      float[] values = new float[pixels.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = pixels[i] & 0xFF;
      }
      Path file =
          new Path(root, String.format(Locale.ROOT, "%05d/%08d.png", index / PER_FOLDER, index));
      try {
        publication.publish(file, grid.png(new float[][] {values}));
      } catch (IOException e) {
        throw StorageFailure.of("write", file, e);
      }
    }
  }

  /** Opens the folder for one worker. */
  public Writer open() {
    try {
      return new Writer();
    } catch (IOException e) {
      throw StorageFailure.of("open", uri, e);
    }
  }

  /** Without the settings, which may hold secrets. */
  @Override
  public String toString() {
    return uri;
  }

  private Configuration configuration() {
    Configuration configuration = new Configuration();
    hadoopSettings.forEach(configuration::set);
    return configuration;
  }
}
