package io.momentgan.data.arrays;

import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.FoundImages;
import java.util.Optional;

/** One form in which images are stored other than as files of their own. */
public interface ArrayForm {
  /**
   * Opens the files of a place and reads each of them once from end to end.
   *
   * @param place the files
   * @param config how they are read
   * @return the images; empty if the place does not hold this form
   * @throws DataException when it holds this form, but damaged or incomplete
   */
  Optional<FoundImages> open(Place place, DataConfig config);
}
