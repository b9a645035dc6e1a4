package io.momentgan.network;

import io.momentgan.config.Experiment.Kernels;
import io.momentgan.config.Experiment.LatentConfig;
import io.momentgan.config.LayerConfig;
import io.momentgan.config.NetworkConfig;
import io.momentgan.config.OptimizerConfig;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.ClassicalMomentum;
import io.momentgan.kernels.VectorAdam;
import io.momentgan.network.state.NetworkSize;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Makes Deeplearning4j configurations from settings.
 *
 * @param config the settings
 * @param input shape of the input; a vector of n is nx1x1
 * @param output shape of the output
 * @param latent distribution of the generator's input, of which a virtual batch is drawn
 * @param labels conditioning on the classes of the images
 * @param dataType type of the parameters
 * @param kernels kernels for training on a CPU
 * @param purpose training or inference
 */
public record NetworkBlueprint(
    NetworkConfig config,
    ImageShape input,
    ImageShape output,
    LatentConfig latent,
    LabelInput labels,
    DataType dataType,
    Kernels kernels,
    Purpose purpose) {
  /** The purpose of a network. */
  public enum Purpose {
    /** Dropout, noise and kernels of the settings. */
    TRAINING,
    /** Stock layers, for samples. Dropout only if it stays on while sampling. */
    USE,
    /** As {@code USE}, without held values, for files. */
    FILE
  }

  NetworkBlueprint with(Purpose other) {
    return new NetworkBlueprint(config, input, output, latent, labels, dataType, kernels, other);
  }

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
    layers().addTo(list);
    return list.build();
  }

  /** Makes the layers. */
  LayerStack layers() {
    return new LayerStack(this);
  }

  /** Counts the values of the network's state without making them. */
  NetworkSize size() {
    long parameters = 0;
    long updaterState = 0;
    for (NeuralNetConfiguration each : configuration(0).getConfs()) {
      Layer layer = each.getLayer();
      long count = layer.initializer().numParams(each);
      parameters = Math.addExact(parameters, count);
      if (count > 0) {
        List<String> keys = layer.initializer().paramKeys(layer);
        long perValue =
            keys.stream().mapToLong(key -> layer.getUpdaterByParam(key).stateSize(1)).sum();
        // Where the optimizers of a layer's parts differ (batch normalisation), parts are equal.
        updaterState += Math.multiplyExact(count, perValue) / keys.size();
      }
    }
    return new NetworkSize(parameters, updaterState);
  }

  /** Returns whether held values are among the parameters, as training needs them. */
  boolean holdsValues() {
    return purpose != Purpose.FILE;
  }

  boolean training() {
    return purpose == Purpose.TRAINING;
  }

  boolean drops() {
    return training() || config.samplingDropout();
  }

  /** Returns whether to use the fast kernels, which work on the memory of the CPU. */
  boolean fast() {
    return training() && kernels == Kernels.FAST && Nd4j.getEnvironment().isCPU();
  }

  /** Returns whether two training passes of the same input differ. */
  public boolean isStochastic() {
    return config.layers().stream()
        .anyMatch(layer -> layer.dropout() > 0 || layer instanceof LayerConfig.Noise);
  }

  /**
   * Returns whether two batches can pass as one: rows do not depend on each other, and the layers
   * gain from larger batches.
   */
  public boolean isRowByRow() {
    return config.layers().stream()
        .allMatch(
            layer ->
                layer instanceof LayerConfig.Noise
                    || (layer instanceof LayerConfig.Dense dense
                        && !dense.batchNorm()
                        && dense.dropout() == 0));
  }

  private IUpdater updater(OptimizerConfig o) {
    return switch (o.type()) {
      case ADAM -> adam(o);
      case SGD -> {
        Sgd sgd = new Sgd(o.learningRate());
        sgd.setLearningRateSchedule(rates(o));
        yield sgd;
      }
      case MOMENTUM -> momentum(o);
    };
  }

  private IUpdater adam(OptimizerConfig o) {
    Adam adam =
        fast() || (training() && o.epsilonInside())
            ? new VectorAdam(o.learningRate(), o.beta1(), o.beta2(), o.epsilon(), o.epsilonInside())
            : new Adam(o.learningRate(), o.beta1(), o.beta2(), o.epsilon());
    adam.setLearningRateSchedule(rates(o));
    return adam;
  }

  private IUpdater momentum(OptimizerConfig o) {
    ISchedule momenta = training() ? ValueSchedule.ofMomentum(o) : null;
    return training() && !o.nesterov()
        ? new ClassicalMomentum(o.learningRate(), rates(o), o.momentum(), momenta)
        : new Nesterovs(o.learningRate(), rates(o), o.momentum(), momenta, null);
  }

  // Files of Deeplearning4j's format hold its own classes only, so their optimizer has no schedule.
  private ISchedule rates(OptimizerConfig o) {
    return training() ? ValueSchedule.ofLearningRate(o) : null;
  }
}
