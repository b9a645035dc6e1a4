package io.momentgan.network;

import io.momentgan.kernels.Tensor;
import io.momentgan.kernels.TensorLayer;
import io.momentgan.kernels.elements.VectorNoise;
import java.util.List;
import java.util.function.Predicate;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs a network's passes: layer by layer, without the copies and checks of {@code
 * MultiLayerNetwork}, or by Deeplearning4j.
 */
final class LayerPasses {
  private final MultiLayerNetwork model;
  private final boolean fast;
  private final int frozenLayers;
  private final int firstTrained;
  private final LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();
  private int featureLayers;
  private long[] featureShape;

  /**
   * Prepares the passes of a network.
   *
   * @param fast whether training passes run layer by layer
   * @param frozenLayers number of first layers whose gradients are not needed
   */
  LayerPasses(MultiLayerNetwork model, boolean fast, int frozenLayers) {
    this.model = model;
    this.fast = fast;
    this.frozenLayers = frozenLayers;
    int first = 0;
    while (fast && model.getLayer(first).numParams() == 0) {
      first++;
    }
    this.firstTrained = first;
  }

  /** Runs a training pass; the next one may overwrite its output. */
  INDArray forward(INDArray input) {
    model.setInput(input);
    if (fast) {
      return activate(input, layer -> true, model.getnLayers());
    }
    List<INDArray> activations = model.feedForward(true, false);
    return activations.get(activations.size() - 1);
  }

  /** Runs the backward pass of the last {@link #forward}. */
  INDArray backward(INDArray epsilon, boolean gradients, boolean inputErrors) {
    compute(gradients, inputErrors);
    INDArray errors =
        fast
            ? backpropagate(epsilon, inputErrors, model.getnLayers())
            : model.backpropGradient(epsilon, null).getSecond();
    return inputErrors ? inRows(errors) : null;
  }

  private static INDArray inRows(INDArray array) {
    return array.ordering() == 'c' ? array : array.dup('c');
  }

  /** Runs a training pass through the first layers; the next one may overwrite its output. */
  INDArray features(INDArray input, int layers) {
    INDArray output = activate(input, layer -> true, layers);
    featureLayers = layers;
    featureShape = output.shape();
    return output;
  }

  /** Runs the backward pass of the last {@link #features}, for the gradient of the input only. */
  INDArray backwardFromFeatures(INDArray epsilon) {
    compute(false, true);
    return inRows(backpropagate(epsilon.reshape('c', featureShape), true, featureLayers));
  }

  private void compute(boolean gradients, boolean inputErrors) {
    for (int i = 0; i < model.getnLayers(); i++) {
      if (model.getLayer(i) instanceof TensorLayer layer) {
        layer.compute(gradients && i >= frozenLayers, inputErrors || i > firstTrained);
      }
    }
  }

  /**
   * Runs a forward pass.
   *
   * @param training selects the layers that run in training mode
   * @param layers how many layers it passes
   */
  INDArray activate(INDArray input, Predicate<Layer> training, int layers) {
    Tensor activations = Tensor.of(input);
    for (int i = 0; i < layers; i++) {
      InputPreProcessor preProcessor = preProcessor(i);
      if (preProcessor != null) {
        activations =
            Tensor.of(
                preProcessor.preProcess(activations.array(), (int) input.size(0), workspaces));
      }
      Layer layer = model.getLayer(i);
      boolean trains = training.test(layer);
      activations =
          trains && layer instanceof TensorLayer fast && !drops(layer)
              ? fast.forward(activations)
              : Tensor.of(layer.activate(activations.array(), trains, workspaces));
    }
    return activations.array();
  }

  /**
   * Runs the backward pass of a training pass.
   *
   * @param epsilon gradient with respect to the output
   * @param inputErrors whether the gradient with respect to the input is needed
   * @param layers how many layers the training pass passed
   * @return gradient with respect to the input; null if it is not needed
   */
  INDArray backpropagate(INDArray epsilon, boolean inputErrors, int layers) {
    Tensor errors = Tensor.of(epsilon);
    // Errors before the first parameters are of use to the input alone.
    int last = inputErrors ? 0 : firstTrained;
    for (int i = layers - 1; i >= last; i--) {
      Layer layer = model.getLayer(i);
      errors = backpropagate(layer, errors);
      InputPreProcessor preProcessor = preProcessor(i);
      if (preProcessor != null && (inputErrors || i > last)) {
        errors =
            Tensor.of(preProcessor.backprop(errors.array(), (int) epsilon.size(0), workspaces));
      }
    }
    return inputErrors ? errors.array() : null;
  }

  private Tensor backpropagate(Layer layer, Tensor errors) {
    if (layer.conf().getLayer().getIDropout() instanceof VectorNoise) {
      return errors; // a layer of noise alone, whose derivative is 1
    }
    return layer instanceof TensorLayer fast && !drops(layer)
        ? fast.backward(errors)
        : Tensor.of(layer.backpropGradient(errors.array(), workspaces).getSecond());
  }

  // Deeplearning4j applies dropout in its own passes only.
  private static boolean drops(Layer layer) {
    return layer.conf().getLayer().getIDropout() != null;
  }

  private InputPreProcessor preProcessor(int layer) {
    return model.getLayerWiseConfigurations().getInputPreProcess(layer);
  }
}
