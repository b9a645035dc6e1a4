package io.momentgan.app;

import io.momentgan.config.DataConfig;
import io.momentgan.data.HomeFolder;
import io.momentgan.extractor.ExtractorCache;

/** Where this user's feature extractors are. */
final class Extractors {
  private Extractors() {}

  /** The cache that the settings of the data name. */
  static ExtractorCache cache(DataConfig config) {
    return new ExtractorCache(HomeFolder.expand(config.cache()), Versions.all());
  }
}
