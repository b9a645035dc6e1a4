package io.momentgan.network;

import io.momentgan.config.LayerConfig;
import io.momentgan.config.NetworkConfig;
import io.momentgan.config.OptimizerConfig;
import io.momentgan.kernels.VectorAdam;
import io.momentgan.kernels.VectorLeakyRelu;
import io.momentgan.kernels.VectorTanh;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.deeplearning4j.nn.weights.WeightInitXavierUniform;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationTanH;
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
 * @param inputs number of input values
 * @param outputs number of output values
 * @param dataType type of the parameters
 * @param purpose what the network is for
 */
record NetworkBlueprint(
    NetworkConfig config, int inputs, int outputs, DataType dataType, Purpose purpose) {
  /** What a network is for. */
  enum Purpose {
    /** Dropout where the settings have it, and fast kernels. */
    TRAINING,
    /**
     * Stock Deeplearning4j throughout, without dropout: what files hold, and samples are drawn by.
     */
    USE
  }

  /** The same network for another purpose. */
  NetworkBlueprint with(Purpose other) {
    return new NetworkBlueprint(config, inputs, outputs, dataType, other);
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
            .weightInit(weightInit())
            .biasInit(0)
            .updater(updater(config.optimizer()))
            .trainingWorkspaceMode(WorkspaceMode.ENABLED)
            .inferenceWorkspaceMode(WorkspaceMode.ENABLED)
            .list();
    layers().forEach(list::layer);
    return list.build();
  }

  private boolean training() {
    return purpose == Purpose.TRAINING;
  }

  /** The fast kernels work on the memory of the CPU. */
  private boolean fast() {
    return training() && Nd4j.getEnvironment().isCPU();
  }

  private List<Layer> layers() {
    List<Layer> result = new ArrayList<>();
    int width = inputs;
    double dropped = 0;
    for (LayerConfig layer : config.layers()) {
      LayerConfig.Dense dense = (LayerConfig.Dense) layer;
      addDense(result, width, dense, training() ? dropped : 0);
      width = dense.units();
      dropped = dense.dropout();
    }
    result.add(dense(width, outputs, outputActivation(), training() ? dropped : 0));
    return result;
  }

  private void addDense(List<Layer> into, int width, LayerConfig.Dense dense, double inputDropped) {
    IActivation activation =
        fast() ? new VectorLeakyRelu(config.slope()) : new ActivationLReLU(config.slope());
    if (dense.batchNorm()) {
      into.add(
          dense(width, dense.units(), Activation.IDENTITY.getActivationFunction(), inputDropped));
      into.add(batchNorm(dense.units()));
      into.add(new ActivationLayer.Builder().activation(activation).build());
    } else {
      into.add(dense(width, dense.units(), activation, inputDropped));
    }
  }

  /** Deeplearning4j applies dropout to a layer's input and is given the share that is kept. */
  private static Layer dense(int in, int out, IActivation activation, double inputDropped) {
    DenseLayer.Builder builder = new DenseLayer.Builder().nIn(in).nOut(out).activation(activation);
    if (inputDropped > 0) {
      builder.dropOut(new Dropout(1 - inputDropped));
    }
    return builder.build();
  }

  /** The variance is kept as such (not as log10 of its root), so that averages can pool it. */
  private Layer batchNorm(int width) {
    return new BatchNormalization.Builder()
        .nIn(width)
        .nOut(width)
        .eps(config.batchNorm().epsilon())
        .decay(config.batchNorm().decay())
        .useLogStd(false)
        .build();
  }

  private IActivation outputActivation() {
    return switch (config.output()) {
      case TANH -> fast() ? new VectorTanh() : new ActivationTanH();
      case SIGMOID -> Activation.SIGMOID.getActivationFunction();
      case IDENTITY -> Activation.IDENTITY.getActivationFunction();
    };
  }

  private IWeightInit weightInit() {
    return switch (config.weights()) {
      case GLOROT_UNIFORM -> new WeightInitXavierUniform();
      case NORMAL -> new WeightInitDistribution(new NormalDistribution(0, config.weightsSd()));
    };
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
