package io.momentgan.training;

import io.momentgan.config.DataConfig;
import io.momentgan.data.HomeFolder;
import io.momentgan.extractor.ExtractorCache;
import io.momentgan.run.Versions;

/** Where this user's feature extractors are. */
public final class Extractors {
  private Extractors() {}

  /** The cache that the settings of the data name. */
  public static ExtractorCache cache(DataConfig config) {
    return new ExtractorCache(HomeFolder.expand(config.cache()), Versions.all());
  }
}
