package io.momentgan.kernels;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;

/**
 * A layer that takes and gives {@link Values} in training: what the next layer computes on the heap
 * does not go through ND4J's memory.
 */
public interface ValuesLayer {
  /**
   * A training pass.
   *
   * @param input stays as it is until the way back
   * @return in memory that the next pass may fill anew
   */
  Values forward(Values input);

  /**
   * The way back of the last {@link #forward}; the parameters' gradients go where the layer's views
   * are.
   *
   * @param errors by what {@link #forward} gave; may be changed
   * @return by what it was given, in memory that the next pass may fill anew; with any values where
   *     {@link PartialBackward} says that nobody wants them
   */
  Values backward(Values errors);

  /** A pass of any layer. */
  static Values forward(Layer layer, Values input, boolean training, LayerWorkspaceMgr workspaces) {
    return training && layer instanceof ValuesLayer own && !drops(layer)
        ? own.forward(input)
        : Values.of(layer.activate(input.array(), training, workspaces));
  }

  /** The way back of {@link #forward(Layer, Values, boolean, LayerWorkspaceMgr)} in training. */
  static Values backward(Layer layer, Values errors, LayerWorkspaceMgr workspaces) {
    return layer instanceof ValuesLayer own && !drops(layer)
        ? own.backward(errors)
        : Values.of(layer.backpropGradient(errors.array(), workspaces).getSecond());
  }

  /** Dropout is the business of Deeplearning4j's own passes. */
  private static boolean drops(Layer layer) {
    return layer.conf().getLayer().getIDropout() != null;
  }
}
