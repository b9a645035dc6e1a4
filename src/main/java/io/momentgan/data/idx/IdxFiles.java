package io.momentgan.data.idx;

import io.momentgan.data.FileLocation;
import java.util.Optional;

/**
 * The files of an IDX data set: found, not yet opened.
 *
 * @param trainingImages images to train on
 * @param trainingLabels their labels
 * @param testImages images to measure with
 * @param testLabels their labels
 */
public record IdxFiles(
    FileLocation trainingImages,
    Optional<FileLocation> trainingLabels,
    Optional<FileLocation> testImages,
    Optional<FileLocation> testLabels) {

  /** Training images alone. */
  static IdxFiles of(FileLocation images, Optional<FileLocation> labels) {
    return new IdxFiles(images, labels, Optional.empty(), Optional.empty());
  }
}
