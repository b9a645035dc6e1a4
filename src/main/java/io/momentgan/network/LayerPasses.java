package io.momentgan.network;

import io.momentgan.kernels.Tensor;
import io.momentgan.kernels.TensorLayer;
import java.util.List;
import java.util.function.Predicate;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs a network layer by layer, without the copies and checks of {@code MultiLayerNetwork}. */
final class LayerPasses {
  private final MultiLayerNetwork model;
  private final LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();

  LayerPasses(MultiLayerNetwork model) {
    this.model = model;
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

  /** Runs a training pass of the input that the network was given, by Deeplearning4j's own code. */
  INDArray stock() {
    List<INDArray> activations = model.feedForward(true, false);
    return activations.get(activations.size() - 1);
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
    for (int i = layers - 1; i >= 0; i--) {
      Layer layer = model.getLayer(i);
      errors =
          layer instanceof TensorLayer fast && !drops(layer)
              ? fast.backward(errors)
              : Tensor.of(layer.backpropGradient(errors.array(), workspaces).getSecond());
      InputPreProcessor preProcessor = preProcessor(i);
      if (preProcessor != null && (inputErrors || i > 0)) {
        errors =
            Tensor.of(preProcessor.backprop(errors.array(), (int) epsilon.size(0), workspaces));
      }
    }
    return inputErrors ? errors.array() : null;
  }

  // Deeplearning4j applies dropout in its own passes only.
  private static boolean drops(Layer layer) {
    return layer.conf().getLayer().getIDropout() != null;
  }

  private InputPreProcessor preProcessor(int layer) {
    return model.getLayerWiseConfigurations().getInputPreProcess(layer);
  }
}
