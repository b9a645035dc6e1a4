package io.momentgan.data.pictures;

import io.momentgan.data.DataException;
import io.momentgan.data.DownloadedFile;
import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.data.StoredSizes;
import java.util.Optional;

/**
 * The images of an archive on the web, which each machine that reads them copies for itself.
 *
 * @param archive the archive
 * @param pictures its images, as of one of the copies
 */
record DownloadedPictures(DownloadedFile archive, PictureSource pictures) implements ImageSource {
  /** Returns where this machine's copy lies, downloaded if needed. */
  static String copy(DownloadedFile archive) {
    return archive
        .fetch()
        .orElseThrow(
            () ->
                new DataException(
                    archive
                        + ": no such file (HTTP 404); set data.uri to the address of an archive"))
        .toUri()
        .toString();
  }

  @Override
  public int count() {
    return pictures.count();
  }

  @Override
  public ImageShape shape() {
    return pictures.shape();
  }

  @Override
  public Optional<StoredSizes> originals() {
    return pictures.originals();
  }

  @Override
  public Optional<String> file(int index) {
    return Optional.of(archive + "/" + pictures.name(index));
  }

  @Override
  public Images read(int[] indices) {
    return pictures.in(copy(archive)).read(indices);
  }
}
