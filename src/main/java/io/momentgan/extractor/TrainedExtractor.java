package io.momentgan.extractor;

import java.io.Serializable;

/**
 * A trained extractor: what it is, and what it takes to use it anywhere.
 *
 * @param info where it comes from
 * @param state its network
 */
public record TrainedExtractor(ExtractorInfo info, ExtractorState state) implements Serializable {
  /** The extractor itself; belongs to one thread. */
  public Extractor open() {
    return new Extractor(state);
  }

  /** Values of a feature vector. */
  public int features() {
    return ExtractorBlueprint.FEATURES;
  }

  /** Number of classes. */
  public int classes() {
    return state.blueprint().classes();
  }
}
