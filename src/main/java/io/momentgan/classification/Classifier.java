package io.momentgan.classification;

import io.momentgan.config.Experiment;
import io.momentgan.config.LayerConfig;
import io.momentgan.config.NetworkConfig;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.network.state.NetworkState;
import java.io.Serializable;
import java.util.List;

/**
 * A discriminator that names the classes of images: a classifier of K + 1 classes (Salimans et al.
 * 2016, arXiv 1606.03498) or one with a class head (Odena et al. 2017, arXiv 1610.09585).
 *
 * @param name of its run, for messages
 * @param experiment its settings
 * @param shape shape of the images
 * @param classes names of the classes, class 0 first; empty where labels are only numbers
 * @param state its parameters; the optimizer's state stays behind
 */
public record Classifier(
    String name, Experiment experiment, ImageShape shape, List<String> classes, NetworkState state)
    implements Serializable {
  /**
   * Checks that it names classes.
   *
   * @throws UserException if it does not
   */
  public Classifier {
    if (experiment.labels().predicted() == 0) {
      throw new UserException(
          "%s: found a discriminator that names no classes, expected a classifier; train one with labels.classes=K and labels.discriminator=classifier"
              .formatted(name));
    }
    classes = List.copyOf(classes);
    state = state.withoutUpdater();
  }

  /** Whether the outputs for an image depend on the images beside it. */
  boolean comparesImages() {
    NetworkConfig network = experiment.discriminator();
    boolean byBatch = network.batchNorm().sampling() == NetworkConfig.Statistics.BATCH;
    return network.comparesBatch()
        || (byBatch && network.layers().stream().anyMatch(LayerConfig::batchNorm));
  }

  /** Number of classes K. */
  int count() {
    return experiment.labels().predicted();
  }

  /** Number of outputs before the classes: a class head follows the logit of being real. */
  int firstOutput() {
    return experiment.labels().outputs() - count();
  }
}
