package io.momentgan.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * One hidden layer of a network. Layers with weights are followed by normalisation where the
 * settings say so, the network's leaky ReLU (but for maxout), and dropout.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = LayerConfig.Dense.class, name = "dense"),
  @JsonSubTypes.Type(value = LayerConfig.Maxout.class, name = "maxout"),
  @JsonSubTypes.Type(value = LayerConfig.Project.class, name = "project"),
  @JsonSubTypes.Type(value = LayerConfig.Convolution.class, name = "convolution"),
  @JsonSubTypes.Type(
      value = LayerConfig.TransposedConvolution.class,
      name = "transposed-convolution"),
  @JsonSubTypes.Type(value = LayerConfig.AveragePool.class, name = "average-pool"),
  @JsonSubTypes.Type(value = LayerConfig.PixelShuffle.class, name = "pixel-shuffle"),
  @JsonSubTypes.Type(value = LayerConfig.Noise.class, name = "noise")
})
public sealed interface LayerConfig extends Serializable {
  /** Names of the types, as settings give them. */
  static List<String> types() {
    return Arrays.stream(LayerConfig.class.getAnnotation(JsonSubTypes.class).value())
        .map(JsonSubTypes.Type::name)
        .toList();
  }

  /** Share of the layer's outputs that is dropped in training, 0 for none. */
  default double dropout() {
    return 0;
  }

  /** How many times as high and wide as it enters an image leaves the layer. */
  default int enlargement() {
    return 1;
  }

  /** How many times as high and wide as it leaves an image enters the layer. */
  default int reduction() {
    return 1;
  }

  /**
   * A dense layer: product, bias, optional batch normalisation, leaky ReLU, optional dropout.
   *
   * @param units number of outputs
   * @param batchNorm whether batch normalisation stands before the activation
   * @param dropout share of the activations that is dropped in training, 0 for none
   */
  record Dense(int units, boolean batchNorm, double dropout) implements LayerConfig {
    /** Checks each setting by itself. */
    public Dense {
      checkPositive("units", units);
      checkShare(dropout);
    }
  }

  /**
   * A dense layer each of whose outputs is the largest of several affine functions of the input
   * (Goodfellow et al. 2013), in place of an activation.
   *
   * @param units number of outputs
   * @param pieces affine functions per output; with one, the layer is affine
   * @param dropout share of the outputs that is dropped in training, 0 for none
   */
  record Maxout(int units, int pieces, double dropout) implements LayerConfig {
    /** Checks each setting by itself. */
    public Maxout {
      checkPositive("units", units);
      checkPositive("pieces", pieces);
      checkShare(dropout);
    }
  }

  /**
   * A dense layer whose outputs are an image with channels ("project and reshape", Radford et al.
   * 2016); batch normalisation is per channel.
   *
   * @param channels channels of the image
   * @param height rows of the image; 0 for what the layers after it make the output's height
   * @param width columns of the image; 0 for what the layers after it make the output's width
   * @param batchNorm whether batch normalisation stands before the activation
   * @param instanceNorm whether instance normalisation stands there instead: of each image's
   *     channels by themselves (Ulyanov et al. 2016)
   * @param dropout share of the activations that is dropped in training, 0 for none
   */
  record Project(
      int channels, int height, int width, boolean batchNorm, boolean instanceNorm, double dropout)
      implements LayerConfig {
    /** Checks each setting by itself. */
    public Project {
      checkPositive("channels", channels);
      ConfigException.check(
          height >= 0, "layers.height", height, "0 (what the layers after it ask for) or more");
      ConfigException.check(
          width >= 0, "layers.width", width, "0 (what the layers after it ask for) or more");
      checkOneNorm(batchNorm, instanceNorm);
      checkShare(dropout);
    }
  }

  /**
   * A strided convolution with "same" padding: images of h rows leave it with ceil(h / stride).
   *
   * @param filters number of filters: channels that leave it
   * @param kernel rows and columns of a filter
   * @param stride rows and columns between two places of the filter
   * @param batchNorm whether batch normalisation, per channel, stands before the activation
   * @param instanceNorm whether instance normalisation stands there instead: of each image's
   *     channels by themselves (Ulyanov et al. 2016)
   * @param dropout share of the activations that is dropped in training, 0 for none
   */
  record Convolution(
      int filters, int kernel, int stride, boolean batchNorm, boolean instanceNorm, double dropout)
      implements LayerConfig {
    /** Checks each setting by itself. */
    public Convolution {
      checkPositive("filters", filters);
      checkKernel(kernel, stride);
      checkOneNorm(batchNorm, instanceNorm);
      checkShare(dropout);
    }

    @Override
    public int reduction() {
      return stride;
    }
  }

  /**
   * The transpose of a strided convolution: images leave it with stride times as many rows, or with
   * fewer where the network's output asks for a size that is no multiple.
   *
   * @param filters number of filters: channels that leave it
   * @param kernel rows and columns of a filter
   * @param stride rows and columns between two places of the filter
   * @param batchNorm whether batch normalisation, per channel, stands before the activation
   * @param instanceNorm whether instance normalisation stands there instead: of each image's
   *     channels by themselves (Ulyanov et al. 2016)
   * @param dropout share of the activations that is dropped in training, 0 for none
   */
  record TransposedConvolution(
      int filters, int kernel, int stride, boolean batchNorm, boolean instanceNorm, double dropout)
      implements LayerConfig {
    /** Checks each setting by itself. */
    public TransposedConvolution {
      checkPositive("filters", filters);
      checkKernel(kernel, stride);
      checkOneNorm(batchNorm, instanceNorm);
      checkShare(dropout);
    }

    @Override
    public int enlargement() {
      return stride;
    }
  }

  /**
   * The mean of each square of an image.
   *
   * @param size rows and columns of a square
   */
  record AveragePool(int size) implements LayerConfig {
    /** Checks the setting. */
    public AveragePool {
      ConfigException.check(size > 1, "layers.size", size, "a number above 1");
    }

    @Override
    public int reduction() {
      return size;
    }
  }

  /**
   * Channels rearranged to space (Shi et al. 2016): [c * f * f, h, w] to [c, h * f, w * f].
   *
   * @param factor the factor f
   */
  record PixelShuffle(int factor) implements LayerConfig {
    /** Checks the setting. */
    public PixelShuffle {
      ConfigException.check(factor > 1, "layers.factor", factor, "a number above 1");
    }

    @Override
    public int enlargement() {
      return factor;
    }
  }

  /**
   * Gaussian noise added in training.
   *
   * @param sd its standard deviation
   */
  record Noise(double sd) implements LayerConfig {
    /** Checks the setting. */
    public Noise {
      ConfigException.check(sd > 0, "layers.sd", sd, "a positive number");
    }
  }

  private static void checkPositive(String key, int value) {
    ConfigException.check(value > 0, "layers." + key, value, "a positive number");
  }

  private static void checkKernel(int kernel, int stride) {
    checkPositive("stride", stride);
    ConfigException.check(
        kernel >= stride, "layers.kernel", kernel, "a number of at least the stride " + stride);
  }

  private static void checkOneNorm(boolean batchNorm, boolean instanceNorm) {
    ConfigException.check(
        !batchNorm || !instanceNorm,
        "layers.instance-norm",
        "true beside batch-norm",
        "one of them to be true");
  }

  private static void checkShare(double dropout) {
    ConfigException.check(
        dropout >= 0 && dropout < 1, "layers.dropout", dropout, "a share in [0, 1)");
  }
}
