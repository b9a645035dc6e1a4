package io.momentgan.config;

import static io.momentgan.config.ConfigException.check;
import static io.momentgan.config.ConfigException.checkPositive;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * One hidden layer of a network. After a layer with weights come normalisation, the activation
 * (except after maxout), and dropout. Layers share these settings:
 *
 * <ul>
 *   <li>{@code batchNorm}: whether batch normalisation precedes the activation, per channel for
 *       images
 *   <li>{@code instanceNorm}: whether instance normalisation, per image and channel, takes its
 *       place (Ulyanov et al. 2016)
 *   <li>{@code virtualBatchNorm}: whether virtual batch normalisation, by the statistics of a fixed
 *       reference batch, takes its place; in generators only (Salimans et al. 2016)
 *   <li>{@code weightNorm}: whether each output's weights are a direction times a scale
 *   <li>{@code activation}: the function of each output
 *   <li>{@code dropout}: share of the outputs dropped in training, 0 for none
 *   <li>{@code channels}, {@code filters}: channels of the output
 *   <li>{@code kernel}: rows and columns of a filter
 *   <li>{@code stride}: rows and columns between two positions of the filter
 * </ul>
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
  @JsonSubTypes.Type(value = LayerConfig.GlobalPool.class, name = "global-pool"),
  @JsonSubTypes.Type(value = LayerConfig.Minibatch.class, name = "minibatch"),
  @JsonSubTypes.Type(value = LayerConfig.Noise.class, name = "noise"),
  @JsonSubTypes.Type(value = LayerConfig.Dropout.class, name = "dropout")
})
public sealed interface LayerConfig extends Serializable {
  /** Names of the types, as settings give them. */
  static List<String> types() {
    return Arrays.stream(LayerConfig.class.getAnnotation(JsonSubTypes.class).value())
        .map(JsonSubTypes.Type::name)
        .toList();
  }

  /** Function of a layer's outputs. */
  enum Activation {
    /** max(slope * x, x), with the network's slope. */
    LEAKY_RELU,
    /** max(0, x). */
    RELU,
    /** ln(1 + exp(x)). */
    SOFTPLUS,
    /** 1 / (1 + exp(-x)). */
    SIGMOID,
    /** tanh(x). */
    TANH,
    /** x. */
    IDENTITY
  }

  /**
   * Weight normalisation (Salimans and Kingma 2016): the weights w of an output, of all its inputs,
   * are g v / |v| with v the layer's parameters.
   */
  enum WeightNorm {
    /** The weights are the parameters. */
    NONE,
    /** The scales g keep their first values: 1, or what {@code train.init-images} gives. */
    FIXED,
    /** The scales g are trained. */
    TRAINED
  }

  /** Share of the layer's outputs dropped in training, 0 for none. */
  default double dropout() {
    return 0;
  }

  /** Weight normalisation of the layer. */
  default WeightNorm weightNorm() {
    return WeightNorm.NONE;
  }

  /** Whether batch normalisation precedes the activation. */
  default boolean batchNorm() {
    return false;
  }

  /** Whether virtual batch normalisation precedes the activation. */
  default boolean virtualBatchNorm() {
    return false;
  }

  /** Factor by which the layer enlarges an image's height and width. */
  default int enlargement() {
    return 1;
  }

  /** Divisor by which the layer reduces an image's height and width. */
  default int reduction() {
    return 1;
  }

  /**
   * A dense layer.
   *
   * @param units number of outputs
   */
  record Dense(
      int units,
      boolean batchNorm,
      boolean virtualBatchNorm,
      WeightNorm weightNorm,
      Activation activation,
      double dropout)
      implements LayerConfig {
    public Dense {
      checkPositive("units", units);
      checkOneNorm(batchNorm, false, virtualBatchNorm, weightNorm);
      checkShare(dropout);
    }
  }

  /**
   * A dense layer each of whose outputs is the largest of several affine functions of the input
   * (Goodfellow et al. 2013), in place of an activation.
   *
   * @param units number of outputs
   * @param pieces affine functions per output; with one, the layer is affine
   */
  record Maxout(int units, int pieces, double dropout) implements LayerConfig {
    public Maxout {
      checkPositive("units", units);
      checkPositive("pieces", pieces);
      checkShare(dropout);
    }
  }

  /**
   * A dense layer whose outputs are an image with channels ("project and reshape", Radford et al.
   * 2016).
   *
   * @param height rows of the image; 0 to derive it from the output's height and the later layers
   * @param width columns of the image; 0 to derive it from the output's width
   */
  record Project(
      int channels,
      int height,
      int width,
      boolean batchNorm,
      boolean instanceNorm,
      boolean virtualBatchNorm,
      WeightNorm weightNorm,
      Activation activation,
      double dropout)
      implements LayerConfig {
    public Project {
      checkPositive("channels", channels);
      check(height >= 0, "height", height, "0 (what the layers after it ask for) or more");
      check(width >= 0, "width", width, "0 (what the layers after it ask for) or more");
      checkOneNorm(batchNorm, instanceNorm, virtualBatchNorm, weightNorm);
      checkShare(dropout);
    }
  }

  /**
   * A strided convolution.
   *
   * @param padding {@code same} leads from h rows to ceil(h / stride), {@code valid} to (h -
   *     kernel) / stride + 1
   */
  record Convolution(
      int filters,
      int kernel,
      int stride,
      Padding padding,
      boolean batchNorm,
      boolean instanceNorm,
      boolean virtualBatchNorm,
      WeightNorm weightNorm,
      Activation activation,
      double dropout)
      implements LayerConfig {
    public Convolution {
      checkFilters(filters, kernel, stride);
      checkOneNorm(batchNorm, instanceNorm, virtualBatchNorm, weightNorm);
      checkShare(dropout);
    }

    @Override
    public int reduction() {
      return stride;
    }
  }

  /**
   * The transpose of a strided convolution, from h rows to stride * h, or fewer if the network's
   * output size is no multiple.
   */
  record TransposedConvolution(
      int filters,
      int kernel,
      int stride,
      boolean batchNorm,
      boolean instanceNorm,
      boolean virtualBatchNorm,
      WeightNorm weightNorm,
      Activation activation,
      double dropout)
      implements LayerConfig {
    public TransposedConvolution {
      checkFilters(filters, kernel, stride);
      checkOneNorm(batchNorm, instanceNorm, virtualBatchNorm, weightNorm);
      checkShare(dropout);
    }

    @Override
    public int enlargement() {
      return stride;
    }
  }

  /** The mean of each square of {@code size} rows and columns of an image. */
  record AveragePool(int size) implements LayerConfig {
    public AveragePool {
      check(size > 1, "size", size, "a number above 1");
    }

    @Override
    public int reduction() {
      return size;
    }
  }

  /** Channels rearranged to space (Shi et al. 2016): [c * f * f, h, w] to [c, h * f, w * f]. */
  record PixelShuffle(int factor) implements LayerConfig {
    public PixelShuffle {
      check(factor > 1, "factor", factor, "a number above 1");
    }

    @Override
    public int enlargement() {
      return factor;
    }
  }

  /** The mean of each channel over the whole image: a vector. */
  record GlobalPool() implements LayerConfig {}

  /**
   * Minibatch discrimination (Salimans et al. 2016), for discriminators: appends to each row how
   * close it is to the other rows of its batch.
   *
   * @param kernels numbers appended to a row
   * @param dimensions length of the vectors whose L1 distance each of them is made of
   */
  record Minibatch(int kernels, int dimensions) implements LayerConfig {
    public Minibatch {
      checkPositive("kernels", kernels);
      checkPositive("dimensions", dimensions);
    }
  }

  /** Gaussian noise of standard deviation {@code sd}, added in training. */
  record Noise(double sd) implements LayerConfig {
    public Noise {
      checkPositive("sd", sd);
    }
  }

  /** The outputs before it, or the network's input, dropped in training by a share. */
  record Dropout(double dropout) implements LayerConfig {
    public Dropout {
      check(dropout > 0 && dropout < 1, "dropout", dropout, "a share in (0, 1)");
    }
  }

  /** Rows and columns of zeros around an image. */
  enum Padding {
    /** As many as keep the size at stride 1. */
    SAME,
    /** None. */
    VALID
  }

  private static void checkFilters(int filters, int kernel, int stride) {
    checkPositive("filters", filters);
    checkPositive("stride", stride);
    check(kernel >= stride, "kernel", kernel, "a number of at least the stride " + stride);
  }

  private static void checkOneNorm(
      boolean batchNorm, boolean instanceNorm, boolean virtualBatchNorm, WeightNorm weightNorm) {
    String first = batchNorm ? "batch-norm" : instanceNorm ? "instance-norm" : "virtual-batch-norm";
    // What divides the outputs by their deviation divides the scales out again.
    check(
        weightNorm == WeightNorm.NONE || !(batchNorm || instanceNorm || virtualBatchNorm),
        "weight-norm",
        ExperimentReader.name(weightNorm) + " beside " + first,
        "none (the other normalisation divides its scales out again)");
    check(
        !batchNorm || !instanceNorm,
        "instance-norm",
        "true beside batch-norm",
        "one of them to be true");
    check(
        !virtualBatchNorm || !(batchNorm || instanceNorm),
        "virtual-batch-norm",
        "true beside " + (batchNorm ? "batch-norm" : "instance-norm"),
        "one of them to be true");
  }

  private static void checkShare(double dropout) {
    check(dropout >= 0 && dropout < 1, "dropout", dropout, "a share in [0, 1)");
  }
}
