package io.momentgan.network.weights;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The weights of a layer that reads others in their place: its passes use an array of its own,
 * while the network's flat vectors keep the parameters and their gradient.
 *
 * @param layer index of the layer
 * @param from index of the first parameter in the flat vector
 * @param params the parameters [length], a view of the flat vector
 * @param gradient their gradient, a view of the flat vector; after a backward pass that with
 *     respect to {@code used}
 * @param used the weights that passes use [length]
 */
record LayerWeights(int layer, long from, INDArray params, INDArray gradient, INDArray used) {
  /** Gives a layer an array of its own, with the values of its parameters. */
  static LayerWeights of(MultiLayerNetwork model, int index) {
    Layer layer = model.getLayer(index);
    INDArray weights = layer.getParam(DefaultParamInitializer.WEIGHT_KEY);
    // Convolutions have their bias first, dense layers last.
    boolean biasFirst = layer.conf().getLayer() instanceof ConvolutionLayer;
    long from = begin(model, index) + (biasFirst ? layer.numParams() - weights.length() : 0);
    INDArray params = view(model.params(), from, weights.length());
    INDArray used = params.dup();
    layer
        .paramTable()
        .put(DefaultParamInitializer.WEIGHT_KEY, used.reshape(weights.ordering(), weights.shape()));
    return new LayerWeights(
        index, from, params, view(model.getFlattenedGradients(), from, weights.length()), used);
  }

  /** Says where the parameters are, and what is held for them from an index on. */
  HeldPart held(long at, long length, boolean trained) {
    return new HeldPart(layer, (int) from, (int) at, (int) length, trained);
  }

  /** Returns the index of a layer's first parameter in the flat vector. */
  static long begin(MultiLayerNetwork model, int layer) {
    long begin = 0;
    for (int i = 0; i < layer; i++) {
      begin += model.getLayer(i).numParams();
    }
    return begin;
  }

  static INDArray view(INDArray flat, long from, long length) {
    return flat.reshape(flat.length()).get(NDArrayIndex.interval(from, from + length));
  }
}
