package io.momentgan.network.weights;

import io.momentgan.kernels.HeldValues;
import io.momentgan.kernels.LabelEmbedding;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

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
public final class SpectralNorm extends PassWeights {
  private static final int FIRST_STEPS = 15; // of the power iteration for a new network

  private final List<NormalisedMatrix> parts;

  private SpectralNorm(List<NormalisedMatrix> parts) {
    super(parts.stream().map(part -> part.layer).toList());
    this.parts = parts;
  }

  /** Counts the values that the network must hold: one of u for each row of each matrix. */
  public static long length(List<org.deeplearning4j.nn.conf.layers.Layer> layers) {
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
   * @param model the network, with initial parameters
   * @param end index after the last value of the vectors in the flat one
   * @param seed of the vectors
   * @param frozen number of first layers whose vectors keep their values
   */
  static SpectralNorm of(MultiLayerNetwork model, long end, long seed, int frozen) {
    List<NormalisedMatrix> parts = new ArrayList<>();
    long held =
        end - length(Stream.of(model.getLayers()).map(layer -> layer.conf().getLayer()).toList());
    for (int i = 0; i < model.getnLayers(); i++) {
      long rows = rows(model.getLayer(i).conf().getLayer());
      if (rows > 0) {
        INDArray vector = LayerWeights.view(model.params(), held, rows);
        parts.add(new NormalisedMatrix(LayerWeights.of(model, i), held, vector, i < frozen));
        held += rows;
      }
    }
    SpectralNorm norm = new SpectralNorm(parts);
    norm.begin(new SplittableRandom(seed));
    return norm;
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

  @Override
  public int fixedLength() {
    return parts.stream().mapToInt(part -> (int) part.held.length()).sum();
  }

  @Override
  public List<HeldPart> held() {
    return parts.stream().map(NormalisedMatrix::place).toList();
  }

  @Override
  public void passGradient() {
    trained().forEach(NormalisedMatrix::passGradient);
  }

  /** Makes a step of the power iteration. */
  @Override
  public void updated() {
    trained().forEach(NormalisedMatrix::step);
  }

  private Stream<NormalisedMatrix> trained() {
    return parts.stream().filter(part -> !part.frozen);
  }

  @Override
  public void follow() {
    parts.forEach(NormalisedMatrix::follow);
  }

  /** A matrix with its vectors. */
  private static final class NormalisedMatrix {
    private final LayerWeights layer;
    private final long from;
    private final INDArray weights;
    private final INDArray gradient;
    private final INDArray held;
    private final boolean frozen;
    private INDArray u;
    private INDArray v;
    private double sigma;

    NormalisedMatrix(LayerWeights layer, long from, INDArray held, boolean frozen) {
      this.layer = layer;
      this.from = from;
      this.held = held;
      this.frozen = frozen;
      this.weights = matrix(layer.params());
      this.gradient = matrix(layer.gradient());
    }

    private INDArray matrix(INDArray flat) {
      return flat.reshape('c', held.length(), flat.length() / held.length());
    }

    HeldPart place() {
      return layer.held(from, held.length(), false);
    }

    void passGradient() {
      double inner = gradient.mul(weights).sumNumber().doubleValue() / sigma;
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
      sigma = u.mul(weights.mmul(v)).sumNumber().doubleValue();
      layer.used().assign(layer.params()).divi(sigma);
    }

    private static INDArray unit(INDArray vector) {
      double norm = vector.norm2Number().doubleValue();
      return vector.div(Math.max(norm, Nd4j.EPS_THRESHOLD));
    }
  }
}
