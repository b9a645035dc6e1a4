package io.momentgan.data.idx;

import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.FileLocation;
import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Images of an IDX file and the labels of another, if there is one.
 *
 * <p>Only locations travel to the workers; each read passes once over the files.
 */
public final class IdxSource implements ImageSource {
  private static final long serialVersionUID = 1L;

  private final IdxFile images;

  /** Null without labels. */
  private final IdxFile labels;

  private IdxSource(IdxFile images, IdxFile labels) {
    this.images = images;
    this.labels = labels;
  }

  /** Checks both files from end to end and against each other. */
  public static IdxSource open(FileLocation imageFile, Optional<FileLocation> labelFile) {
    IdxFile images = IdxFile.inspect(imageFile, IdxKind.IMAGES);
    IdxFile labels = labelFile.map(file -> IdxFile.inspect(file, IdxKind.LABELS)).orElse(null);
    if (labels != null && labels.header().count() != images.header().count()) {
      throw new DataException(
          "%s: found %d labels, expected %d, one for each image of %s; give files that belong together"
              .formatted(
                  labels.location(),
                  labels.header().count(),
                  images.header().count(),
                  images.location()));
    }
    return new IdxSource(images, labels);
  }

  /** Names the image file. */
  public String location() {
    return images.location().toString();
  }

  /** Describes the image file and then the label file, if there is one. */
  public List<DataSet.StoredFile> files() {
    return Stream.of(images, labels).filter(Objects::nonNull).map(IdxFile::describe).toList();
  }

  @Override
  public int count() {
    return images.header().count();
  }

  @Override
  public ImageShape shape() {
    return new ImageShape(1, images.header().height(), images.header().width());
  }

  @Override
  public Images read(int[] indices) {
    for (int index : indices) {
      Objects.checkIndex(index, count());
    }
    byte[] none = new byte[0];
    return new Images(shape(), images.read(indices), labels == null ? none : labels.read(indices));
  }
}
