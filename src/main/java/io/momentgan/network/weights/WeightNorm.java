package io.momentgan.network.weights;

import io.momentgan.kernels.HeldValues;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.kernels.loops.OutputNorms;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Weight normalisation (Salimans and Kingma 2016, arXiv 1602.07868): passes use w = g v / |v| as
 * the weights of an output, or of a channel of images, with v the layer's parameters and |v| the
 * norm over all inputs.
 *
 * <p>The scales g begin at 1, as in the code of Improved GAN ({@code nn.py} of
 * openai/improved-gan), which trains those of last layers only. The network's parameters hold them
 * ({@link HeldValues}): first all fixed ones, then all trained ones.
 */
public final class WeightNorm extends PassWeights {
  /**
   * A layer with weight normalisation.
   *
   * @param layer its index
   * @param outputs number of its scales
   * @param trained whether they are trained
   */
  public record NormedLayer(int layer, long outputs, boolean trained) {}

  private final List<NormedWeights> parts;

  private WeightNorm(List<NormedWeights> parts) {
    super(parts.stream().map(part -> part.weights).toList());
    this.parts = parts;
  }

  /** Counts the scales that are trained, or those that are not. */
  public static long length(List<NormedLayer> layers, boolean trained) {
    return layers.stream()
        .filter(layer -> layer.trained() == trained)
        .mapToLong(NormedLayer::outputs)
        .sum();
  }

  /**
   * Prepares a network.
   *
   * @param model the network, with initial parameters
   * @param layers its layers with weight normalisation
   * @param end index after the last scale in the flat vector
   * @param frozen number of first layers that training does not change
   */
  static WeightNorm of(MultiLayerNetwork model, List<NormedLayer> layers, long end, int frozen) {
    long trained = end - length(layers, true);
    long fixed = trained - length(layers, false);
    List<NormedWeights> parts = new ArrayList<>();
    for (NormedLayer layer : layers) {
      long at = layer.trained() ? trained : fixed;
      parts.add(new NormedWeights(model, layer, at, layer.layer() < frozen));
      trained += layer.trained() ? layer.outputs() : 0;
      fixed += layer.trained() ? 0 : layer.outputs();
    }
    WeightNorm norm = new WeightNorm(parts);
    parts.forEach(part -> part.scales.assign(1));
    norm.follow();
    return norm;
  }

  @Override
  public void follow() {
    parts.forEach(NormedWeights::follow);
  }

  @Override
  public void updated() {
    parts.stream().filter(part -> !part.frozen).forEach(NormedWeights::follow);
  }

  @Override
  public void passGradient() {
    parts.stream().filter(part -> !part.frozen).forEach(NormedWeights::passGradient);
  }

  @Override
  public int fixedLength() {
    return parts.stream()
        .filter(part -> part.frozen || !part.trained)
        .mapToInt(part -> (int) part.scales.length())
        .sum();
  }

  @Override
  public List<HeldPart> held() {
    return parts.stream().map(NormedWeights::place).toList();
  }

  @Override
  Optional<NormedWeights> normed(int layer) {
    return parts.stream().filter(part -> part.weights.layer() == layer).findFirst();
  }

  /** The weights of a layer. */
  static final class NormedWeights {
    private final LayerWeights weights;
    private final long held;
    private final OutputNorms norms;
    private final INDArray scales;
    private final INDArray scaleGradient;
    private final INDArray bias;
    private final boolean trained;
    private final boolean frozen;
    private double[] followed;

    private NormedWeights(MultiLayerNetwork model, NormedLayer normed, long held, boolean frozen) {
      Layer layer = model.getLayer(normed.layer());
      FeedForwardLayer settings = (FeedForwardLayer) layer.conf().getLayer();
      this.weights = LayerWeights.of(model, normed.layer());
      this.held = held;
      this.norms = norms(settings, weights.params().length());
      this.scales = LayerWeights.view(model.params(), held, normed.outputs());
      this.scaleGradient = LayerWeights.view(model.getFlattenedGradients(), held, normed.outputs());
      this.bias = layer.getParam(DefaultParamInitializer.BIAS_KEY);
      this.trained = normed.trained();
      this.frozen = frozen;
    }

    // Dense layers keep [inputs, outputs] by columns, convolutions [outputs, inputs, rows, columns]
    // and transposed ones [inputs, outputs, rows, columns] by rows.
    private static OutputNorms norms(FeedForwardLayer settings, long length) {
      int outputs = (int) settings.getNOut();
      int outer = settings instanceof Deconvolution2D ? (int) settings.getNIn() : 1;
      return new OutputNorms(outer, outputs, (int) (length / outer / outputs));
    }

    private HeldPart place() {
      return weights.held(held, scales.length(), trained && !frozen);
    }

    private void follow() {
      followed = HostArrays.doubles(scales);
      norms.apply(weights.params(), followed, weights.used());
    }

    private void passGradient() {
      double[] ofScales = norms.backprop(weights.params(), followed, weights.gradient());
      if (trained) {
        scaleGradient.assign(HostArrays.toArray(scales.dataType(), ofScales, ofScales.length));
      }
    }

    /**
     * Changes scales and biases so that outputs before the activation are (z - mean) * factor.
     *
     * @param mean of each output
     * @param factor of each output
     */
    void standardise(double[] mean, double[] factor) {
      INDArray factors = HostArrays.toArray(scales.dataType(), factor, factor.length);
      INDArray means = HostArrays.toArray(scales.dataType(), mean, mean.length);
      scales.muli(factors);
      bias.subi(means.reshape(bias.shape())).muli(factors.reshape(bias.shape()));
      follow();
    }
  }
}
