package io.momentgan.data;

import io.momentgan.config.DataConfig;
import java.util.Map;
import java.util.Optional;

/** One form in which images are stored. */
public interface DataReader {
  /**
   * Opens a location and reads each of its files once from end to end.
   *
   * @param config the location and how it is read
   * @param hadoop settings for Hadoop's file systems
   * @return the images; empty if the location does not hold this form
   * @throws DataException when it holds this form, but damaged or incomplete
   */
  Optional<FoundImages> open(DataConfig config, Map<String, String> hadoop);
}
