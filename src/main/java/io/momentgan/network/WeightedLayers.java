package io.momentgan.network;

import io.momentgan.config.Experiment.LatentConfig;
import io.momentgan.config.LayerConfig;
import io.momentgan.config.NetworkConfig;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.Crop;
import io.momentgan.kernels.LabelEmbedding;
import io.momentgan.kernels.StridedConvolution;
import io.momentgan.kernels.TransposedConvolution;
import io.momentgan.kernels.VectorBatchNorm;
import io.momentgan.kernels.VectorDense;
import io.momentgan.kernels.batch.VirtualBatch;
import io.momentgan.kernels.batch.VirtualBatchNorm;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.distribution.TruncatedNormalDistribution;
import org.deeplearning4j.nn.conf.distribution.UniformDistribution;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.deeplearning4j.nn.weights.WeightInitXavierUniform;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;

/** Makes layers with weights and their initialisation, by fast kernels where there are any. */
final class WeightedLayers {
  private final NetworkConfig config;
  private final boolean fast;

  WeightedLayers(NetworkBlueprint blueprint) {
    this.config = blueprint.config();
    this.fast = blueprint.fast() && blueprint.dataType() == DataType.FLOAT;
  }

  FeedForwardLayer dense(ImageShape from, ImageShape to) {
    FeedForwardLayer layer =
        fast
            ? new VectorDense(from.features(), to.features())
            : new DenseLayer.Builder().nIn(from.features()).nOut(to.features()).build();
    layer.setWeightInitFn(dense());
    return layer;
  }

  FeedForwardLayer embedding(ImageShape from, int classes, int values) {
    FeedForwardLayer layer = new LabelEmbedding(from.features(), classes, values);
    layer.setWeightInitFn(dense());
    return layer;
  }

  // The fast kernel pads to the same size; without padding, the stock layer serves.
  FeedForwardLayer convolution(
      ImageShape from, ImageShape to, int kernel, int stride, LayerConfig.Padding padding) {
    boolean same = padding == LayerConfig.Padding.SAME;
    FeedForwardLayer layer =
        fast && same
            ? new StridedConvolution(from.channels(), to.channels(), kernel, stride)
            : new ConvolutionLayer.Builder(kernel, kernel)
                .stride(stride, stride)
                .convolutionMode(same ? ConvolutionMode.Same : ConvolutionMode.Truncate)
                .nIn(from.channels())
                .nOut(to.channels())
                .build();
    layer.setWeightInitFn(
        config.weights() == NetworkConfig.Weights.TRUNCATED_NORMAL
            ? new WeightInitDistribution(new TruncatedNormalDistribution(0, config.weightsSd()))
            : convolutional(from, to, kernel));
    return layer;
  }

  FeedForwardLayer transposed(ImageShape from, ImageShape to, int kernel, int stride) {
    FeedForwardLayer layer =
        fast
            ? new TransposedConvolution(
                from.channels(), to.channels(), kernel, stride, to.height(), to.width())
            : new Deconvolution2D.Builder()
                .kernelSize(kernel, kernel)
                .stride(stride, stride)
                .convolutionMode(ConvolutionMode.Same)
                .nIn(from.channels())
                .nOut(to.channels())
                .build();
    layer.setWeightInitFn(convolutional(from, to, kernel));
    return layer;
  }

  /** Makes the layer that removes surplus rows after a stock transposed convolution. */
  Optional<Layer> crop(FeedForwardLayer layer, ImageShape from, ImageShape to) {
    if (fast || !(layer instanceof Deconvolution2D transposed)) {
      return Optional.empty();
    }
    int kernel = transposed.getKernelSize()[0];
    int stride = transposed.getStride()[0];
    Crop rows = Crop.of(from.height(), stride, kernel, to.height());
    Crop columns = Crop.of(from.width(), stride, kernel, to.width());
    return rows.isNone() && columns.isNone()
        ? Optional.empty()
        : Optional.of(
            new Cropping2D.Builder(rows.start(), rows.end(), columns.start(), columns.end())
                .build());
  }

  /** Makes batch normalisation and the activation that follows it. */
  List<Layer> batchNorm(int channels, IActivation activation) {
    NetworkConfig.BatchNorm norm = config.batchNorm();
    if (fast) {
      return List.of(new VectorBatchNorm(channels, norm.epsilon(), norm.decay(), activation));
    }
    Layer stock =
        new BatchNormalization.Builder()
            .nIn(channels)
            .nOut(channels)
            .eps(norm.epsilon())
            .decay(norm.decay())
            .useLogStd(false) // averages pool variances, not log10 of deviations
            .build();
    return List.of(stock, new ActivationLayer.Builder().activation(activation).build());
  }

  /** Makes the layer that puts the reference batch, drawn like z, before each batch. */
  Layer virtualBatch(ImageShape latent, LatentConfig distribution) {
    return new VirtualBatch(
        latent.features(),
        config.batchNorm().virtualBatch(),
        distribution.distribution() == LatentConfig.Distribution.GAUSSIAN
            ? new NormalDistribution(0, 1)
            : new UniformDistribution(distribution.low(), distribution.high()));
  }

  /**
   * Makes virtual batch normalisation.
   *
   * @param last whether it is the network's last one
   */
  Layer virtualBatchNorm(int channels, boolean last) {
    NetworkConfig.BatchNorm norm = config.batchNorm();
    return new VirtualBatchNorm(channels, norm.virtualBatch(), norm.epsilon(), norm.gamma(), last);
  }

  private IWeightInit dense() {
    return switch (config.weights()) {
      case GLOROT_UNIFORM -> new WeightInitXavierUniform();
      case NORMAL, TRUNCATED_NORMAL -> normal();
      case UNIFORM -> uniform(config.weightsBound());
    };
  }

  private IWeightInit normal() {
    return new WeightInitDistribution(new NormalDistribution(0, config.weightsSd()));
  }

  private static IWeightInit uniform(double bound) {
    return new WeightInitDistribution(new UniformDistribution(-bound, bound));
  }

  // Deeplearning4j's own Glorot divides the fan-out by the stride, others do not.
  private IWeightInit convolutional(ImageShape from, ImageShape to, int kernel) {
    double fans = (double) kernel * kernel * (from.channels() + to.channels());
    return config.weights() == NetworkConfig.Weights.GLOROT_UNIFORM
        ? uniform(Math.sqrt(6 / fans))
        : dense();
  }
}
