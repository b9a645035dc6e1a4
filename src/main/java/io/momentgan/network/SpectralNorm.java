package io.momentgan.network;

import io.momentgan.config.NetworkConfig;
import io.momentgan.kernels.HeldValues;
import io.momentgan.kernels.LabelEmbedding;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Spectral normalisation (Miyato et al. 2018): passes use each weight matrix W, [outputs, rest] of
 * a dense layer or convolution, divided by sigma = u' W v, an estimate of its largest singular
 * value.
 *
 * <p>Each update moves u and v by one step of the power iteration. They are constants to the
 * gradient with respect to W, (G - &lt;G, W / sigma&gt; u v') / sigma with G the gradient with
 * respect to W / sigma (equation 12). The network's parameters hold u ({@link HeldValues}). v
 * follows from u and W, so a loaded network goes on unchanged.
 */
final class SpectralNorm {
  private static final int FIRST_STEPS = 15; // of the power iteration for a new network

  private final List<NormalisedMatrix> parts = new ArrayList<>();

  private SpectralNorm() {}

  /** Counts the values that the network must hold: one of u for each row of each matrix. */
  static long length(List<org.deeplearning4j.nn.conf.layers.Layer> layers) {
    return layers.stream().mapToLong(SpectralNorm::rows).sum();
  }

  private static long rows(org.deeplearning4j.nn.conf.layers.Layer layer) {
    if (layer instanceof LabelEmbedding || layer instanceof HeldValues) {
      return 0;
    }
    if (layer instanceof Deconvolution2D transposed) {
      return transposed.getNIn();
    }
    return layer instanceof DenseLayer || layer instanceof ConvolutionLayer
        ? ((FeedForwardLayer) layer).getNOut()
        : 0;
  }

  /**
   * Prepares a network.
   *
   * @param config its settings
   * @param model the network, with initial parameters
   * @param seed of the vectors
   * @param frozen number of first layers whose vectors keep their values
   */
  static SpectralNorm of(NetworkConfig config, MultiLayerNetwork model, long seed, int frozen) {
    SpectralNorm norm = new SpectralNorm();
    if (config.spectralNorm()) {
      norm.add(model, frozen);
      norm.begin(new SplittableRandom(seed));
    }
    return norm;
  }

  private void add(MultiLayerNetwork model, int frozen) {
    INDArray params = model.params().reshape(model.params().length());
    INDArray gradients = model.getFlattenedGradients().reshape(params.length());
    Layer[] layers = model.getLayers();
    long held = params.length() - layers[layers.length - 1].numParams();
    long at = 0;
    for (Layer layer : layers) {
      long rows = rows(layer.conf().getLayer());
      if (rows > 0) {
        // Convolutions have their bias first, dense layers last.
        boolean biasFirst = layer.conf().getLayer() instanceof ConvolutionLayer;
        long length = layer.getParam("W").length();
        long from = biasFirst ? at + layer.numParams() - length : at;
        parts.add(
            new NormalisedMatrix(
                matrix(params, from, length, rows),
                matrix(gradients, from, length, rows),
                params.get(NDArrayIndex.interval(held, held + rows)),
                layer.getIndex() < frozen));
        held += rows;
      }
      at += layer.numParams();
    }
  }

  private static INDArray matrix(INDArray flat, long from, long length, long rows) {
    return flat.get(NDArrayIndex.interval(from, from + length)).reshape('c', rows, length / rows);
  }

  private void begin(SplittableRandom random) {
    for (NormalisedMatrix part : parts) {
      for (long i = 0; i < part.held.length(); i++) {
        part.held.putScalar(i, random.nextGaussian());
      }
      part.follow();
      for (int i = 0; i < FIRST_STEPS; i++) {
        part.step();
      }
    }
  }

  int heldLength() {
    return parts.stream().mapToInt(part -> (int) part.held.length()).sum();
  }

  /** Normalises the matrices in place until {@link #restore}. */
  void apply() {
    parts.forEach(NormalisedMatrix::apply);
  }

  /** Restores the matrices bit for bit. */
  void restore() {
    parts.forEach(NormalisedMatrix::restore);
  }

  /** Backpropagates from the normalised matrices to the matrices. */
  void passGradient() {
    parts.stream().filter(part -> !part.frozen).forEach(NormalisedMatrix::passGradient);
  }

  /** Makes a step of the power iteration after an update of the matrices. */
  void step() {
    parts.stream().filter(part -> !part.frozen).forEach(NormalisedMatrix::step);
  }

  /** Follows loaded parameters. */
  void follow() {
    parts.forEach(NormalisedMatrix::follow);
  }

  /** A matrix with its vectors. */
  private static final class NormalisedMatrix {
    private final INDArray weights;
    private final INDArray gradient;
    private final INDArray held;
    private final INDArray raw;
    private final boolean frozen;
    private INDArray u;
    private INDArray v;
    private double sigma;

    NormalisedMatrix(INDArray weights, INDArray gradient, INDArray held, boolean frozen) {
      this.frozen = frozen;
      this.weights = weights;
      this.gradient = gradient;
      this.held = held;
      this.raw = weights.dup('c');
    }

    void apply() {
      raw.assign(weights);
      sigma = u.mul(weights.mmul(v)).sumNumber().doubleValue();
      weights.divi(sigma);
    }

    void restore() {
      weights.assign(raw);
    }

    void passGradient() {
      double inner = gradient.mul(raw).sumNumber().doubleValue() / sigma;
      gradient.subi(u.mmul(v.reshape(1, v.length())).muli(inner)).divi(sigma);
    }

    void step() {
      INDArray next = weights.mmul(v);
      held.assign(unit(next).reshape(held.length()));
      follow();
    }

    void follow() {
      u = unit(held.dup().reshape(held.length(), 1));
      v = unit(weights.transpose().mmul(u));
    }

    private static INDArray unit(INDArray vector) {
      double norm = vector.norm2Number().doubleValue();
      return vector.div(Math.max(norm, Nd4j.EPS_THRESHOLD));
    }
  }
}
