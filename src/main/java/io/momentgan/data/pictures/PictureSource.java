package io.momentgan.data.pictures;

import io.momentgan.config.DataConfig.ImagesConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.HadoopFile;
import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.data.StoredSizes;
import io.momentgan.data.decoding.ImageDecoder;
import io.momentgan.data.decoding.RejectedImageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.lang3.ArrayUtils;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The images of files, decoded while they are read. */
final class PictureSource implements ImageSource {
  private static final long serialVersionUID = 1L;

  private final PictureFile[] files;
  private final byte[] labels;
  private final boolean mirrored;
  private final StoredSizes originals;
  private final ImagesConfig config;
  private final Map<String, String> settings;

  /**
   * Makes a source.
   *
   * @param files files of the images
   * @param labels class of each; empty without classes
   * @param mirrored whether each image is followed by its mirror image
   * @param originals sizes of the stored pictures
   * @param config shape of the images
   * @param settings Hadoop settings
   */
  PictureSource(
      List<PictureFile> files,
      byte[] labels,
      boolean mirrored,
      StoredSizes originals,
      ImagesConfig config,
      Map<String, String> settings) {
    this.files = files.toArray(PictureFile[]::new);
    this.labels = labels.clone();
    this.mirrored = mirrored;
    this.originals = originals;
    this.config = config;
    this.settings = Map.copyOf(settings);
  }

  /** The same images of another copy of the archive. */
  PictureSource in(String path) {
    List<PictureFile> there = Stream.of(files).map(file -> file.in(path)).toList();
    return new PictureSource(there, labels, mirrored, originals, config, settings);
  }

  @Override
  public int count() {
    return perFile() * files.length;
  }

  private int perFile() {
    return mirrored ? 2 : 1;
  }

  @Override
  public ImageShape shape() {
    return new ImageShape(config.channels(), config.height(), config.width());
  }

  @Override
  public Optional<StoredSizes> originals() {
    return Optional.of(originals);
  }

  @Override
  public Optional<String> file(int index) {
    return Optional.of(shown(fileOf(index)));
  }

  /** The path of an image's file below the folder or in the archive. */
  String name(int index) {
    return fileOf(index).name();
  }

  private PictureFile fileOf(int index) {
    return files[Objects.checkIndex(index, count()) / perFile()];
  }

  @Override
  public Images read(int[] indices) {
    int features = shape().features();
    byte[] pixels = new byte[Math.multiplyExact(indices.length, features)];
    byte[] classes = new byte[labels.length == 0 ? 0 : indices.length];
    ImageDecoder decoder = new ImageDecoder(config);
    try (FileSystem fileSystem = HadoopFile.fileSystem(new Path(files[0].path()), settings)) {
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

  private static byte[] decode(ImageDecoder decoder, FileSystem fileSystem, PictureFile file) {
    try (InputStream in = file.open(fileSystem)) {
      return decoder.decode(in.readNBytes(decoder.mostBytes() + 1)).values();
    } catch (RejectedImageException e) {
      throw new DataException(
          "%s: found an image that cannot be used any more (%s), expected the file that was there at the start; leave data as they are while a training runs"
              .formatted(shown(file), e.getMessage()),
          e);
    } catch (IOException e) {
      throw DataException.unreadable(shown(file), e);
    }
  }

  private static String shown(PictureFile file) {
    String path = HadoopFile.text(file.path());
    return file.offset() < 0 ? path : path + "/" + file.name();
  }

  private void mirror(byte[] image) {
    int width = config.width();
    for (int row = 0; row < image.length; row += width) {
      ArrayUtils.reverse(image, row, row + width);
    }
  }
}
