package io.momentgan.network.weights;

import io.momentgan.kernels.batch.MinibatchDiscriminationLayer;
import io.momentgan.network.weights.WeightNorm.NormedWeights;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Data-dependent initialisation (Salimans and Kingma 2016, section 3): layer after layer, scales
 * and biases of weight normalisation are set such that each output, or channel of images, has mean
 * 0 and a given standard deviation over a batch, before its activation. Minibatch discrimination is
 * rescaled by its own rule. The pass is one of training, with noise and dropout.
 */
final class DataInitialisation {
  private static final double SMALLEST_SD = 1e-8; // of an output that varies

  private final MultiLayerNetwork model;
  private final PassWeights weights;
  private final int lastNormed;
  private final double lastSd;
  private final LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();

  /**
   * Prepares an initialisation.
   *
   * @param lastSd standard deviation for the last layer with weight normalisation, 1 for the
   *     others; 0 leaves the last one as it is
   */
  DataInitialisation(MultiLayerNetwork model, PassWeights weights, double lastSd) {
    this.model = model;
    this.weights = weights;
    this.lastSd = lastSd;
    this.lastNormed = last(i -> weights.normed(i).isPresent());
  }

  private int last(IntPredicate which) {
    return IntStream.range(0, model.getnLayers()).filter(which).max().orElse(-1);
  }

  /** Initialises by a batch of inputs. */
  void run(INDArray input) {
    INDArray activations = input;
    int last =
        Math.max(lastNormed, last(i -> model.getLayer(i) instanceof MinibatchDiscriminationLayer));
    for (int i = 0; i <= last; i++) {
      InputPreProcessor before = model.getLayerWiseConfigurations().getInputPreProcess(i);
      if (before != null) {
        activations = before.preProcess(activations, (int) input.size(0), workspaces);
      }
      activations = initialise(i, activations);
    }
  }

  private INDArray initialise(int index, INDArray input) {
    Optional<NormedWeights> normed = weights.normed(index);
    if (normed.isPresent() && sd(index) > 0) {
      return initialise(index, normed.get(), input);
    }
    return model.getLayer(index) instanceof MinibatchDiscriminationLayer minibatch
        ? minibatch.initialise(input)
        : model.getLayer(index).activate(input, true, workspaces);
  }

  private double sd(int index) {
    return index == lastNormed ? lastSd : 1;
  }

  /** Returns the activations of a layer after its initialisation. */
  private INDArray initialise(int index, NormedWeights normed, INDArray input) {
    Layer layer = model.getLayer(index);
    BaseLayer settings = (BaseLayer) layer.conf().getLayer();
    IActivation function = settings.getActivationFn();
    settings.setActivationFn(Activation.IDENTITY.getActivationFunction());
    INDArray outputs = layer.activate(input, true, workspaces).dup('c');
    settings.setActivationFn(function);
    INDArray values = perOutput(cropped(index, outputs));
    INDArray mean = values.mean(0, 2);
    INDArray centred = values.sub(column(mean));
    double[] variance = centred.mul(centred).mean(0, 2).castTo(DataType.DOUBLE).toDoubleVector();
    double[] factor = new double[variance.length];
    for (int j = 0; j < variance.length; j++) {
      double found = Math.sqrt(variance[j]);
      factor[j] = found > SMALLEST_SD ? sd(index) / found : 1;
    }
    normed.standardise(mean.castTo(DataType.DOUBLE).toDoubleVector(), factor);
    INDArray factors = Nd4j.createFromArray(factor).castTo(outputs.dataType());
    perOutput(outputs).subi(column(mean)).muli(column(factors));
    return function.getActivation(outputs, true);
  }

  // A stock transposed convolution computes surplus rows and columns, which the next layer removes.
  private INDArray cropped(int index, INDArray outputs) {
    boolean crops =
        index + 1 < model.getnLayers()
            && model.getLayer(index + 1).conf().getLayer() instanceof Cropping2D;
    return crops ? model.getLayer(index + 1).activate(outputs, true, workspaces).dup('c') : outputs;
  }

  private static INDArray perOutput(INDArray outputs) {
    return outputs.reshape('c', outputs.size(0), outputs.size(1), -1);
  }

  private static INDArray column(INDArray ofOutputs) {
    return ofOutputs.reshape('c', 1, ofOutputs.length(), 1);
  }
}
