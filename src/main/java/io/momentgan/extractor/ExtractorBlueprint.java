package io.momentgan.extractor;

import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.PooledConvolution;
import io.momentgan.network.state.NetworkSize;
import java.io.Serializable;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * The extractor's network, after LeNet-5 (LeCun et al. 1998): two convolutions of 5x5 with pooling,
 * a dense layer whose {@value #FEATURES} rectified outputs are the features, and one of the classes
 * or angles.
 *
 * @param shape shape of the images
 * @param classes number of classes, or of angles
 */
record ExtractorBlueprint(ImageShape shape, int classes) implements Serializable {
  /** Number of features. */
  static final int FEATURES = 128;

  /** Changes whenever the same data would give another extractor. */
  static final int VERSION = 1;

  private static final int KERNEL = 5;
  private static final double LEARNING_RATE = 1e-3;
  private static final double LAST_LEARNING_RATE = 1e-4;

  ExtractorBlueprint {
    if (Math.min(shape.height(), shape.width()) < ExtractorTask.LEAST_SIDE_PIXELS) {
      throw new UserException(
          "Images of %s: expected at least %d rows and columns for the feature extractor's two layers of pooling; quality can only be measured on larger images"
              .formatted(shape, ExtractorTask.LEAST_SIDE_PIXELS));
    }
  }

  /**
   * Makes the configuration.
   *
   * @param seed of the initial weights
   * @param slowFrom iteration from which the learning rate is a tenth
   */
  MultiLayerConfiguration configuration(long seed, int slowFrom) {
    boolean colour = shape.channels() > 1;
    MapSchedule rate =
        new MapSchedule.Builder(ScheduleType.ITERATION)
            .add(0, LEARNING_RATE)
            .add(slowFrom, LAST_LEARNING_RATE)
            .build();
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .updater(new Adam(rate))
        .weightInit(WeightInit.RELU)
        .list()
        .layer(new PooledConvolution(KERNEL, colour ? 32 : 20))
        .layer(new PooledConvolution(KERNEL, colour ? 64 : 50))
        .layer(new DenseLayer.Builder().nOut(FEATURES).activation(Activation.RELU).build())
        .layer(
            new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(classes)
                .activation(Activation.SOFTMAX)
                .build())
        .setInputType(InputType.convolutionalFlat(shape.height(), shape.width(), shape.channels()))
        .build();
  }

  /** Counts the parameters; files have no optimizer. */
  NetworkSize size() {
    return new NetworkSize(
        configuration(0, 1).getConfs().stream()
            .mapToLong(layer -> layer.getLayer().initializer().numParams(layer))
            .sum(),
        0);
  }
}
