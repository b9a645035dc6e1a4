package io.momentgan.data.pictures;

import io.momentgan.data.DataException;
import io.momentgan.data.decoding.PictureFormat;
import java.util.Locale;

/**
 * Counts the files of a folder by their names, and refuses one that is not of pictures, such as a
 * home folder, before its files are read.
 *
 * <p>Files without an extension count as neither: their first bytes tell.
 */
final class PictureCount {
  /** Pictures may come with descriptions, but hardly with more than that many each. */
  private static final int MOST_PER_PICTURE = 10;

  /** So many are listed in 10 s or less. */
  private static final int MOST_BEFORE_PICTURES = 1_000_000;

  private final String location;
  private final int mostOthers;
  private long pictures;
  private long others;

  /**
   * Begins with none.
   *
   * @param location the folder, for messages
   * @param mostOthers files that are no pictures by their names and may be read all the same
   */
  PictureCount(String location, int mostOthers) {
    this.location = location;
    this.mostOthers = mostOthers;
  }

  /** Counts a file. */
  void add(String name) {
    if (PictureFormat.hasPictureExtension(name)) {
      pictures++;
    } else if (!PictureFormat.extension(name).isEmpty()) {
      others++;
      require(MOST_BEFORE_PICTURES);
    }
  }

  /** Checks all files together. */
  void requirePictures() {
    require(mostOthers);
  }

  private void require(int most) {
    if (others > most && others > MOST_PER_PICTURE * pictures) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: found %d files that are no pictures by their names, and %d that are, expected a folder of pictures; give the folder in it that holds them",
              location,
              others,
              pictures));
    }
  }
}
