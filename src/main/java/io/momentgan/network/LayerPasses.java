package io.momentgan.network;

import io.momentgan.kernels.Values;
import io.momentgan.kernels.ValuesLayer;
import java.util.function.Predicate;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A network layer after layer, without the copies and checks of {@code MultiLayerNetwork}. */
final class LayerPasses {
  private final MultiLayerNetwork model;
  private final LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();

  LayerPasses(MultiLayerNetwork model) {
    this.model = model;
  }

  /**
   * A pass.
   *
   * @param input of the first layer
   * @param training which layers pass as in training
   */
  INDArray activate(INDArray input, Predicate<Layer> training) {
    Values activations = Values.of(input);
    for (int i = 0; i < model.getnLayers(); i++) {
      InputPreProcessor preProcessor = preProcessor(i);
      if (preProcessor != null) {
        activations =
            Values.of(
                preProcessor.preProcess(activations.array(), (int) input.size(0), workspaces));
      }
      Layer layer = model.getLayer(i);
      activations = ValuesLayer.forward(layer, activations, training.test(layer), workspaces);
    }
    return activations.array();
  }

  /**
   * The way back of a training pass.
   *
   * @param epsilon errors by the output
   * @param inputErrors whether those by the input are wanted
   * @return errors by the input; null if they are not wanted
   */
  INDArray backpropagate(INDArray epsilon, boolean inputErrors) {
    Values errors = Values.of(epsilon);
    for (int i = model.getnLayers() - 1; i >= 0; i--) {
      errors = ValuesLayer.backward(model.getLayer(i), errors, workspaces);
      InputPreProcessor preProcessor = preProcessor(i);
      if (preProcessor != null && (inputErrors || i > 0)) {
        errors =
            Values.of(preProcessor.backprop(errors.array(), (int) epsilon.size(0), workspaces));
      }
    }
    return inputErrors ? errors.array() : null;
  }

  private InputPreProcessor preProcessor(int layer) {
    return model.getLayerWiseConfigurations().getInputPreProcess(layer);
  }
}
