package io.momentgan.extractor;

import java.io.Serializable;
import java.util.Map;

/**
 * The origin of an extractor: {@code extractor.json} in the cache.
 *
 * @param name names it beside figures; figures of different extractors are not comparable
 * @param task it was trained on; files of older versions name none
 * @param fingerprint of the data it was trained and tested on
 * @param shape of the images
 * @param classes number of classes, or of angles
 * @param accuracy share of the held-out images whose class or angle it predicts
 * @param heldOut number of these images
 * @param epochs passes over the training images
 * @param seed of its initial weights and of the order of the images
 * @param sha256 of its parameters
 * @param created when it was trained, ISO 8601
 * @param versions of the software that trained it
 */
public record ExtractorInfo(
    String name,
    ExtractorTask task,
    String fingerprint,
    String shape,
    int classes,
    double accuracy,
    int heldOut,
    int epochs,
    long seed,
    String sha256,
    String created,
    Map<String, String> versions)
    implements Serializable {
  public ExtractorInfo {
    task = task == null ? ExtractorTask.CLASSES : task;
    versions = Map.copyOf(versions);
  }
}
