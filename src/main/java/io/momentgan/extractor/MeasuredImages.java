package io.momentgan.extractor;

import io.momentgan.config.DataConfig;
import io.momentgan.config.EvaluationConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.sets.DataSets;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The images that quality is measured against: the whole training file, even if a run trains on a
 * part, and held-out images.
 *
 * @param training every image of the training file
 * @param heldOut the test images; without them validation images, which {@code training} then lacks
 * @param tested whether {@code heldOut} are test images, on which no run trains
 * @param fingerprint of both
 * @param task that the feature extractor is trained on
 */
public record MeasuredImages(
    ImageSource training,
    ImageSource heldOut,
    boolean tested,
    String fingerprint,
    ExtractorTask task) {
  private static final int HELD_OUT_PART = 10;

  /** Held-out images without labels, of which half of a small set may be. */
  private static final int HELD_OUT_IMAGES = 100;

  private static final int LEAST_IMAGES = 64;

  /**
   * Opens all data of a run.
   *
   * @param config the run's settings; limit and validation are ignored
   * @param extractor the choice of its feature extractor
   * @param hadoopSettings settings for Hadoop's file systems
   * @throws DataException when the extractor needs labels that are not there, or more images
   */
  public static MeasuredImages open(
      DataConfig config, EvaluationConfig.Extractor extractor, Map<String, String> hadoopSettings) {
    DataConfig whole = config.withLimit(0).withValidation(0);
    DataSet images = DataSets.open(whole, hadoopSettings);
    boolean tested = images.test().isPresent();
    String fingerprint = images.fingerprint();
    int count = images.training().count();
    ExtractorTask task = task(extractor, images, config.shownUri());
    if (!tested) {
      int part = Math.max(1, count / HELD_OUT_PART);
      if (task == ExtractorTask.ROTATION) {
        part = Math.max(part, Math.min(count / 2, HELD_OUT_IMAGES));
        requireImages(config.shownUri(), count, 2 * LEAST_IMAGES, "images");
      }
      images = DataSets.open(whole.withValidation(part), hadoopSettings);
      fingerprint = images.fingerprint();
    }
    ImageSource heldOut = images.test().or(images::validation).orElseThrow();
    if (task == ExtractorTask.ROTATION) {
      requireImages(config.shownUri(), images.training().count(), LEAST_IMAGES, "training images");
      requireImages(config.shownUri(), heldOut.count(), LEAST_IMAGES, "held-out images");
    }
    return new MeasuredImages(images.training(), heldOut, tested, fingerprint, task);
  }

  private static ExtractorTask task(
      EvaluationConfig.Extractor extractor, DataSet images, String uri) {
    boolean labelled =
        Stream.concat(Stream.of(images.training()), images.test().stream())
            .allMatch(MeasuredImages::hasLabels);
    if (extractor == EvaluationConfig.Extractor.CLASSES && !labelled) {
      throw new DataException(
          ("%s: found images without labels, expected a class per image for evaluation.extractor=classes;"
                  + " set it to auto or rotation, or put the label files beside the image files")
              .formatted(uri));
    }
    return extractor == EvaluationConfig.Extractor.ROTATION || !labelled
        ? ExtractorTask.ROTATION
        : ExtractorTask.CLASSES;
  }

  private static boolean hasLabels(ImageSource images) {
    return images.read(new int[] {0}).labels().length > 0;
  }

  private static void requireImages(String uri, int count, int least, String what) {
    if (count < least) {
      throw new DataException(
          "%s: found %d %s, expected at least %d to measure quality without labels; add images or set evaluation.every=0"
              .formatted(uri, count, what, least));
    }
  }

  /**
   * Number of images per set. Without labels there are no more than held-out ones, so that floor
   * and figure are of equally many: the distance of few images is large for that reason alone.
   *
   * @param wanted number asked for
   */
  public int samples(int wanted) {
    return task == ExtractorTask.ROTATION ? Math.min(wanted, heldOut.count()) : wanted;
  }

  public ImageShape shape() {
    return training.shape();
  }
}
