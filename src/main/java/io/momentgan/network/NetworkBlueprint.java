package io.momentgan.network;

import io.momentgan.config.Experiment.Kernels;
import io.momentgan.config.LayerConfig;
import io.momentgan.config.NetworkConfig;
import io.momentgan.config.OptimizerConfig;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.VectorAdam;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * Turns settings into a Deeplearning4j configuration made of stock layers, so that plain
 * Deeplearning4j can load what was trained.
 *
 * @param config the settings
 * @param input shape of what comes in; a vector of n is nx1x1
 * @param output shape of what comes out
 * @param labels how it is told the classes of the images
 * @param dataType type of the parameters
 * @param kernels what trains it on a CPU
 * @param purpose what the network is for
 */
record NetworkBlueprint(
    NetworkConfig config,
    ImageShape input,
    ImageShape output,
    LabelInput labels,
    DataType dataType,
    Kernels kernels,
    Purpose purpose) {
  /** What a network is for. */
  enum Purpose {
    /** Dropout and noise where the settings have them, and the kernels that they name. */
    TRAINING,
    /**
     * Stock Deeplearning4j throughout, what files hold and samples are drawn by. Dropout only where
     * it stays on while sampling.
     */
    USE
  }

  /** The same network for another purpose. */
  NetworkBlueprint with(Purpose other) {
    return new NetworkBlueprint(config, input, output, labels, dataType, kernels, other);
  }

  /**
   * The configuration.
   *
   * @param seed seed of the initial weights
   */
  MultiLayerConfiguration configuration(long seed) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .dataType(dataType)
            .biasInit(config.bias())
            .updater(updater(config.optimizer()))
            .trainingWorkspaceMode(WorkspaceMode.ENABLED)
            .inferenceWorkspaceMode(WorkspaceMode.ENABLED)
            .list();
    new LayerStack(this).addTo(list);
    return list.build();
  }

  boolean training() {
    return purpose == Purpose.TRAINING;
  }

  boolean drops() {
    return training() || config.samplingDropout();
  }

  /** The fast kernels work on the memory of the CPU. */
  boolean fast() {
    return training() && kernels == Kernels.FAST && Nd4j.getEnvironment().isCPU();
  }

  /** Whether two training passes of the same input differ. */
  boolean isStochastic() {
    return config.layers().stream()
        .anyMatch(layer -> layer.dropout() > 0 || layer instanceof LayerConfig.Noise);
  }

  /** Whether each row of a batch passes by itself, through dense layers, and always the same. */
  boolean isRowByRow() {
    return config.layers().stream()
        .allMatch(
            layer ->
                layer instanceof LayerConfig.Dense dense
                    && !dense.batchNorm()
                    && dense.dropout() == 0);
  }

  private IUpdater updater(OptimizerConfig o) {
    return switch (o.type()) {
      case ADAM ->
          fast()
              ? new VectorAdam(o.learningRate(), o.beta1(), o.beta2(), o.epsilon())
              : new Adam(o.learningRate(), o.beta1(), o.beta2(), o.epsilon());
      case SGD -> new Sgd(o.learningRate());
      case MOMENTUM -> new Nesterovs(o.learningRate(), o.momentum());
    };
  }
}
