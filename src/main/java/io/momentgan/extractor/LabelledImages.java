package io.momentgan.extractor;

import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.sets.DataSets;
import java.util.Map;

/**
 * The images that quality is measured against: the whole training file, even if a run trains on a
 * part, and held-out images.
 *
 * @param training every image of the training file
 * @param heldOut the test images; without them a tenth of the training file, which {@code training}
 *     then lacks
 * @param tested whether {@code heldOut} are test images, on which no run trains
 * @param fingerprint of both
 */
public record LabelledImages(
    ImageSource training, ImageSource heldOut, boolean tested, String fingerprint) {
  private static final int HELD_OUT_PART = 10;

  /**
   * Opens all data of a run.
   *
   * @param config the run's settings; limit and validation are ignored
   * @param hadoopSettings settings for Hadoop's file systems
   * @throws DataException when the data has no labels
   */
  public static LabelledImages open(DataConfig config, Map<String, String> hadoopSettings) {
    DataConfig whole = config.withLimit(0).withValidation(0);
    DataSet images = DataSets.open(whole, hadoopSettings);
    boolean tested = images.test().isPresent();
    if (!tested) {
      int part = Math.max(1, images.training().count() / HELD_OUT_PART);
      images = DataSets.open(whole.withValidation(part), hadoopSettings);
    }
    ImageSource heldOut = images.test().or(images::validation).orElseThrow();
    requireLabels(images.training(), config.shownUri());
    requireLabels(heldOut, config.shownUri());
    return new LabelledImages(images.training(), heldOut, tested, images.fingerprint());
  }

  private static void requireLabels(ImageSource images, String uri) {
    if (images.read(new int[] {0}).labels().length == 0) {
      throw new DataException(
          ("%s: found images without labels, expected a class per image, which the feature extractor"
                  + " is trained on; put the label files beside the image files")
              .formatted(uri));
    }
  }

  public ImageShape shape() {
    return training.shape();
  }
}
