package io.momentgan.network.weights;

import io.momentgan.config.NetworkConfig;
import io.momentgan.kernels.HeldValues;
import io.momentgan.network.weights.WeightNorm.NormedLayer;
import io.momentgan.network.weights.WeightNorm.NormedWeights;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The weights that a network's passes use, where they are a function of its parameters. They are
 * computed once after each change of the parameters.
 */
public abstract class PassWeights {
  /** Passes use the parameters as they are. */
  private static final PassWeights SAME =
      new PassWeights(List.of()) {
        @Override
        public void follow() {}

        @Override
        public void passGradient() {}

        @Override
        public int fixedLength() {
          return 0;
        }

        @Override
        public List<HeldPart> held() {
          return List.of();
        }
      };

  private final List<LayerWeights> layers;

  /**
   * Prepares the weights of a network.
   *
   * @param config its settings
   * @param model the network, with initial parameters
   * @param normed its layers with weight normalisation
   * @param end index after the last value in the flat vector that weights need
   * @param frozen number of first layers that training does not change
   * @param seed of the vectors of spectral normalisation
   */
  public static PassWeights of(
      NetworkConfig config,
      MultiLayerNetwork model,
      List<NormedLayer> normed,
      long end,
      int frozen,
      long seed) {
    if (config.spectralNorm()) {
      return SpectralNorm.of(model, end, seed, frozen);
    }
    return normed.isEmpty() ? SAME : WeightNorm.of(model, normed, end, frozen);
  }

  PassWeights(List<LayerWeights> layers) {
    this.layers = layers;
  }

  /** Follows parameters that have changed, as by loading. */
  public abstract void follow();

  /** Backpropagates from the weights that passes used to the parameters, after a backward pass. */
  public abstract void passGradient();

  /**
   * Gives layers their first values by a batch, by {@link DataInitialisation}.
   *
   * @param model the network
   * @param input a batch
   * @param lastSd standard deviation for the last layer with weight normalisation
   */
  public void initialise(MultiLayerNetwork model, INDArray input, double lastSd) {
    new DataInitialisation(model, this, lastSd).run(input);
  }

  /** Returns the weights of a layer, if it has weight normalisation. */
  Optional<NormedWeights> normed(int layer) {
    return Optional.empty();
  }

  /** Follows an update of the parameters. */
  public void updated() {
    follow();
  }

  /** Counts the values at the end of the flat vector that are not trained. */
  public abstract int fixedLength();

  /** Returns the layers whose passes use other weights than the parameters, from the input on. */
  public abstract List<HeldPart> held();

  /** Returns whether passes use other weights than the parameters. */
  public boolean differ() {
    return !layers.isEmpty();
  }

  /**
   * Returns the parameters of the network of the same passes that knows nothing of this: the
   * weights that passes use, without the values held at the end.
   */
  public INDArray plain(MultiLayerNetwork model) {
    long held = 0;
    for (Layer layer : model.getLayers()) {
      held += layer.conf().getLayer() instanceof HeldValues ? layer.numParams() : 0;
    }
    INDArray params = LayerWeights.view(model.params(), 0, model.params().length() - held).dup();
    for (LayerWeights layer : layers) {
      LayerWeights.view(params, layer.from(), layer.used().length()).assign(layer.used());
    }
    return params.reshape(1, params.length());
  }
}
