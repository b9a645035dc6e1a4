package io.momentgan.bench;

import io.momentgan.config.ConfigException;
import io.momentgan.config.LayerConfig;
import io.momentgan.config.NetworkConfig;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.HeldValues;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/**
 * A network in the peer's words: its operations and its parameters.
 *
 * <p>"Same" padding puts the odd row and column after the image, libtorch's own padding puts it
 * before. So the peer computes with everything turned by half a turn: filters, the places of dense
 * layers' weights, and the images; then its own padding is the same, at no cost to it.
 */
final class PeerNetwork {
  private final List<String> lines = new ArrayList<>();
  private final List<float[]> parameters = new ArrayList<>();
  private final List<Integer> ends = new ArrayList<>();
  private final Network network;
  private final NetworkConfig config;
  private int channels;
  private int height;
  private int width;

  /**
   * Describes a network.
   *
   * @param network with Deeplearning4j's own layers ({@code kernels: stock}) and first parameters
   * @param config its settings
   * @param input shape of what comes in
   * @param output shape of what comes out
   * @throws ConfigException for layers that the peer has not
   */
  PeerNetwork(Network network, NetworkConfig config, ImageShape input, ImageShape output) {
    this.network = network;
    this.config = config;
    channels = input.channels();
    height = input.height();
    width = input.width();
    if (before(0) instanceof FeedForwardToCnnPreProcessor) {
      lines.add("reshape %d %d %d".formatted(channels, height, width));
    } else if (before(0) != null) {
      throw unknown(before(0).getClass().getSimpleName());
    } else if (height * width > 1) {
      lines.add("flatten");
    }
    for (int i = 0; i < network.model().getnLayers(); i++) {
      add(i, output);
      ends.add(lines.size());
    }
  }

  /**
   * Counts the operations up to the outputs of a hidden layer.
   *
   * @param layer as of {@link Network#features}
   */
  int operationsTo(int layer) {
    return ends.get(network.layersTo(layer) - 1);
  }

  /** Operations, from the input on. */
  List<String> lines() {
    return lines;
  }

  /** Parameters, in the order of the operations. */
  float[] parameters() {
    float[] all = new float[parameters.stream().mapToInt(values -> values.length).sum()];
    int at = 0;
    for (float[] values : parameters) {
      System.arraycopy(values, 0, all, at, values.length);
      at += values.length;
    }
    return all;
  }

  /**
   * Turns images by half a turn.
   *
   * @param images planes of so many pixels, one after another
   * @param plane pixels of a plane
   */
  static float[] turned(float[] images, int plane) {
    float[] turned = new float[images.length];
    for (int i = 0; i < images.length; i++) {
      int start = i / plane * plane;
      turned[i] = images[start + plane - 1 - (i - start)];
    }
    return turned;
  }

  private InputPreProcessor before(int index) {
    return network.model().getLayerWiseConfigurations().getInputPreProcess(index);
  }

  private void add(int index, ImageShape output) {
    Layer layer = network.model().getLayer(index);
    org.deeplearning4j.nn.conf.layers.Layer conf = layer.conf().getLayer();
    if (conf instanceof HeldValues) {
      return; // scales of weight normalisation, which belong to the layers
    }
    InputPreProcessor before = before(index);
    if (index > 0 && before instanceof FeedForwardToCnnPreProcessor to) {
      channels = (int) to.getNumChannels();
      height = (int) to.getInputHeight();
      width = (int) to.getInputWidth();
      lines.add("reshape %d %d %d".formatted(channels, height, width));
    } else if (before instanceof CnnToFeedForwardPreProcessor) {
      lines.add("flatten");
    } else if (before != null && index > 0) {
      throw unknown(before.getClass().getSimpleName());
    }
    if (conf.getIDropout() instanceof Dropout dropout) {
      lines.add("dropout " + (1 - dropout.getP()));
    } else if (conf.getIDropout() instanceof GaussianNoise noise) {
      lines.add("noise " + noise.getStddev());
    } else if (conf.getIDropout() != null) {
      throw unknown(conf.getIDropout().getClass().getSimpleName());
    }
    if (conf instanceof DropoutLayer) {
      return; // has an activation function, which it does not apply
    }
    if (conf instanceof DenseLayer dense) {
      addDense(dense, layer, weightNorm(index), outputPlane(index, output));
    } else if (conf instanceof ConvolutionLayer
        && weightNorm(index) != LayerConfig.WeightNorm.NONE) {
      throw unknown("weight normalisation of a convolution");
    } else if (conf instanceof Deconvolution2D transposed) {
      addTransposed(transposed, layer, crop(index));
    } else if (conf instanceof ConvolutionLayer convolution) {
      addConvolution(convolution, layer);
    } else if (conf instanceof BatchNormalization norm) {
      lines.add(
          "batch-norm %d %s %s %s"
              .formatted(
                  norm.getNOut(), norm.getEps(), 1 - norm.getDecay(), config.batchNorm().gamma()));
      addValues(layer, "gamma", 1);
      addValues(layer, "beta", 1);
    } else if (!(conf instanceof ActivationLayer) && !(conf instanceof Cropping2D)) {
      throw unknown(conf.getClass().getSimpleName());
    }
    if (conf instanceof BaseLayer base && !(conf instanceof BatchNormalization)) {
      addActivation(base.getActivationFn());
    } else if (conf instanceof ActivationLayer activation) {
      addActivation(activation.getActivationFn());
    }
  }

  private static ConfigException unknown(String what) {
    return new ConfigException(
        "--peer: found %s in a network, expected dense layers, padded convolutions, transposed convolutions, batch normalisation, weight normalisation of dense layers, noise and dropout"
            .formatted(what));
  }

  /** Pixels of a plane of the image that a dense layer's outputs are; 1 for a vector. */
  private int outputPlane(int index, ImageShape output) {
    for (int i = index + 1; i < network.model().getnLayers(); i++) {
      if (before(i) instanceof FeedForwardToCnnPreProcessor to) {
        return (int) (to.getInputHeight() * to.getInputWidth());
      }
      org.deeplearning4j.nn.conf.layers.Layer next = network.model().getLayer(i).conf().getLayer();
      if (next instanceof DenseLayer && !(next instanceof HeldValues)) {
        return 1;
      }
    }
    return output.height() * output.width();
  }

  private LayerConfig.WeightNorm weightNorm(int index) {
    for (int i = 1; i <= config.layers().size(); i++) {
      if (index < network.layersTo(i)) {
        return config.layers().get(i - 1).weightNorm();
      }
    }
    return config.outputLayer().weightNorm();
  }

  private void addDense(DenseLayer dense, Layer layer, LayerConfig.WeightNorm norm, int plane) {
    int inputs = (int) dense.getNIn();
    int outputs = (int) dense.getNOut();
    lines.add("dense %d %d %s".formatted(inputs, outputs, norm.name().toLowerCase(Locale.ROOT)));
    // The flat vector, as W is what passes use where it is normalised: [outputs, inputs], then the
    // biases. By inputs, whose planes are turned, then by outputs.
    float[] weights = Arrays.copyOf(HostArrays.floats(layer.params()), inputs * outputs);
    float[] byInputs = turned(weights, height * width);
    float[] all = new float[byInputs.length];
    for (int i = 0; i < outputs; i++) {
      int start = i / plane * plane;
      int from = start + plane - 1 - (i - start);
      System.arraycopy(byInputs, from * inputs, all, i * inputs, inputs);
    }
    parameters.add(all);
    addValues(layer, "b", plane);
    if (norm != LayerConfig.WeightNorm.NONE) {
      float[] scales = new float[outputs];
      Arrays.fill(scales, 1); // as all scales begin
      parameters.add(scales);
    }
    channels = outputs;
    height = 1;
    width = 1;
  }

  private void addConvolution(ConvolutionLayer conf, Layer layer) {
    if (conf.getConvolutionMode() != ConvolutionMode.Same) {
      throw unknown("a convolution without padding");
    }
    int kernel = conf.getKernelSize()[0];
    int stride = conf.getStride()[0];
    int rows = (height + stride - 1) / stride;
    int columns = (width + stride - 1) / stride;
    int both = padding(rows, stride, kernel, height);
    requireSquare(both, padding(columns, stride, kernel, width));
    if (stride == 1 && both % 2 != 0) {
      throw unknown("a kernel with an even side and stride 1");
    }
    lines.add(
        "convolution %d %d %d %d %d"
            .formatted(channels, conf.getNOut(), kernel, stride, (both + 1) / 2));
    addValues(layer, "W", kernel * kernel);
    addValues(layer, "b", 1);
    channels = (int) conf.getNOut();
    height = rows;
    width = columns;
  }

  private void addTransposed(Deconvolution2D conf, Layer layer, int[] crop) {
    int kernel = conf.getKernelSize()[0];
    int stride = conf.getStride()[0];
    int rows = height * stride - crop[0] - crop[1];
    int columns = width * stride - crop[2] - crop[3];
    int both = padding(height, stride, kernel, rows);
    requireSquare(both, padding(width, stride, kernel, columns));
    int padding = (both + 1) / 2;
    lines.add(
        "transposed-convolution %d %d %d %d %d %d"
            .formatted(channels, conf.getNOut(), kernel, stride, padding, 2 * padding - both));
    addValues(layer, "W", kernel * kernel);
    addValues(layer, "b", 1);
    channels = (int) conf.getNOut();
    height = rows;
    width = columns;
  }

  /** Rows that filters reach beyond an image on both sides together. */
  private static int padding(int places, int stride, int kernel, int length) {
    return Math.max(0, (places - 1) * stride + kernel - length);
  }

  private static void requireSquare(int rows, int columns) {
    if (rows != columns) {
      throw unknown("images whose rows and columns are padded differently");
    }
  }

  private int[] crop(int index) {
    return index + 1 < network.model().getnLayers()
            && network.model().getLayer(index + 1).conf().getLayer() instanceof Cropping2D crop
        ? crop.getCropping()
        : new int[4];
  }

  private void addActivation(IActivation activation) {
    if (activation instanceof ActivationLReLU leaky) {
      lines.add(leaky.getAlpha() == 0 ? "relu" : "leaky-relu " + leaky.getAlpha());
    } else if (activation instanceof ActivationSoftPlus) {
      lines.add("softplus");
    } else if (activation instanceof ActivationTanH) {
      lines.add("tanh");
    } else if (activation instanceof ActivationSigmoid) {
      lines.add("sigmoid");
    } else if (!(activation instanceof ActivationIdentity)) {
      throw unknown(activation.toString());
    }
  }

  private void addValues(Layer layer, String key, int plane) {
    parameters.add(turned(HostArrays.floats(layer.getParam(key).dup('c')), plane));
  }
}
