package io.momentgan.data.pictures;

import io.momentgan.config.DataConfig.ImagesConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.HadoopFile;
import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.commons.lang3.ArrayUtils;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The images of a folder's files, decoded while they are read. With {@code data.images.flip} each
 * image is followed by its mirror image.
 */
final class ImageFolderSource implements ImageSource {
  private static final long serialVersionUID = 1L;

  private final String[] files;
  private final byte[] labels;
  private final String originals;
  private final ImagesConfig config;
  private final Map<String, String> settings;

  ImageFolderSource(
      List<Path> files,
      byte[] labels,
      String originals,
      ImagesConfig config,
      Map<String, String> settings) {
    this.files = files.stream().map(Path::toString).toArray(String[]::new);
    this.labels = labels.clone();
    this.originals = originals;
    this.config = config;
    this.settings = Map.copyOf(settings);
  }

  static byte[] bytes(FileSystem fileSystem, Path file) {
    try (FSDataInputStream in = fileSystem.open(file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw DataException.unreadable(HadoopFile.text(file.toString()), e);
    }
  }

  @Override
  public int count() {
    return perFile() * files.length;
  }

  private int perFile() {
    return config.flip() ? 2 : 1;
  }

  @Override
  public Optional<String> originals() {
    return Optional.of(originals);
  }

  @Override
  public ImageShape shape() {
    return new ImageShape(config.channels(), config.height(), config.width());
  }

  @Override
  public Images read(int[] indices) {
    int features = shape().features();
    byte[] pixels = new byte[Math.multiplyExact(indices.length, features)];
    byte[] classes = new byte[labels.length == 0 ? 0 : indices.length];
    ImageDecoder decoder = new ImageDecoder(config);
    try (FileSystem fileSystem = HadoopFile.fileSystem(new Path(files[0]), settings)) {
      for (int i = 0; i < indices.length; i++) {
        int file = Objects.checkIndex(indices[i], count()) / perFile();
        byte[] image = decode(decoder, fileSystem, files[file]);
        if (indices[i] % perFile() == 1) {
          mirror(image);
        }
        System.arraycopy(image, 0, pixels, i * features, features);
        if (classes.length > 0) {
          classes[i] = labels[file];
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Images(shape(), pixels, classes);
  }

  private static byte[] decode(ImageDecoder decoder, FileSystem fileSystem, String file) {
    try {
      return decoder.decode(bytes(fileSystem, new Path(file)));
    } catch (RejectedImageException e) {
      throw new DataException(
          "%s: found an image that cannot be used any more (%s), expected the file that was there at the start; leave data as they are while a training runs"
              .formatted(HadoopFile.text(file), e.getMessage()),
          e);
    }
  }

  private void mirror(byte[] image) {
    int width = config.width();
    for (int row = 0; row < image.length; row += width) {
      ArrayUtils.reverse(image, row, row + width);
    }
  }
}
