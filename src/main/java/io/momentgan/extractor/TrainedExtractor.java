package io.momentgan.extractor;

import java.io.Serializable;

/**
 * A trained extractor as it travels to the workers.
 *
 * @param info its origin
 * @param blueprint its network
 * @param params its parameters in Deeplearning4j's flat order; never mutated
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record TrainedExtractor(ExtractorInfo info, ExtractorBlueprint blueprint, float[] params)
    implements Serializable {
  /** Builds the network; belongs to one thread. */
  public Extractor open() {
    return new Extractor(blueprint, params);
  }

  /** Number of values of a feature vector. */
  public int features() {
    return ExtractorBlueprint.FEATURES;
  }

  /** Whether its answers are classes of the data. */
  public boolean namesClasses() {
    return info.task() == ExtractorTask.CLASSES;
  }

  /** Number of classes, or of angles. */
  public int classes() {
    return blueprint.classes();
  }
}
