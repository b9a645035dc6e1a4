package io.momentgan.network;

import io.momentgan.config.ConfigException;
import io.momentgan.config.LayerConfig;
import io.momentgan.config.NetworkConfig;
import io.momentgan.data.ImageShape;
import java.util.Arrays;
import java.util.List;

/**
 * Heights and widths of the images between layers. They follow from the input where layers shrink,
 * and from the output where layers enlarge: the size that the next layers need, rounded up.
 */
final class LayerSizes {
  private LayerSizes() {}

  /**
   * Computes the output sizes of the hidden layers.
   *
   * @param config the network
   * @param output shape of its output
   * @return a size for each hidden layer, with one channel
   */
  static List<ImageShape> of(NetworkConfig config, ImageShape output) {
    ImageShape[] sizes = new ImageShape[config.layers().size()];
    ImageShape size = new ImageShape(1, output.height(), output.width());
    NetworkConfig.OutputLayer last = config.outputLayer();
    size = before(size, last.enlargement(), last.reduction());
    for (int i = sizes.length - 1; i >= 0; i--) {
      sizes[i] = size;
      LayerConfig layer = config.layers().get(i);
      size = before(size, layer.enlargement(), layer.reduction());
    }
    return Arrays.asList(sizes);
  }

  private static ImageShape before(ImageShape size, int enlargement, int reduction) {
    return new ImageShape(
        1,
        ceil(size.height(), enlargement) * reduction,
        ceil(size.width(), enlargement) * reduction);
  }

  static ImageShape projected(LayerConfig.Project project, ImageShape size) {
    int height = project.height() == 0 ? size.height() : project.height();
    int width = project.width() == 0 ? size.width() : project.width();
    return new ImageShape(project.channels(), height, width);
  }

  static ImageShape shrunk(ImageShape from, int channels, int stride) {
    return new ImageShape(channels, ceil(from.height(), stride), ceil(from.width(), stride));
  }

  static ImageShape convolved(ImageShape from, LayerConfig.Convolution c) {
    if (c.padding() == LayerConfig.Padding.SAME) {
      return shrunk(from, c.filters(), c.stride());
    }
    if (from.height() < c.kernel() || from.width() < c.kernel()) {
      throw new ConfigException(
          "layers: a convolution of kernel %d without padding found images of %d x %d, expected at least %d x %d; set padding: same or a smaller kernel"
              .formatted(c.kernel(), from.height(), from.width(), c.kernel(), c.kernel()));
    }
    return new ImageShape(
        c.filters(),
        (from.height() - c.kernel()) / c.stride() + 1,
        (from.width() - c.kernel()) / c.stride() + 1);
  }

  static ImageShape pooled(ImageShape from, int size) {
    if (from.height() % size != 0 || from.width() % size != 0) {
      throw new ConfigException(
          "layers: an average pool of size %d found images of %d x %d before it, expected multiples of %d; change its size, or the strides before it"
              .formatted(size, from.height(), from.width(), size));
    }
    return shrunk(from, from.channels(), size);
  }

  static ImageShape enlarged(ImageShape from, int channels, int stride, ImageShape size) {
    require(from, shrunk(size, from.channels(), stride));
    return new ImageShape(channels, size.height(), size.width());
  }

  static ImageShape shuffled(ImageShape from, int factor) {
    int channels = from.channels() / (factor * factor);
    if (channels * factor * factor != from.channels()) {
      throw new ConfigException(
          "layers: a pixel shuffle of factor %d found %d channels before it, expected a multiple of %d"
              .formatted(factor, from.channels(), factor * factor));
    }
    return new ImageShape(channels, from.height() * factor, from.width() * factor);
  }

  /** Rejects layers that do not lead to the output. */
  static void require(ImageShape found, ImageShape expected) {
    if (found.height() != expected.height() || found.width() != expected.width()) {
      throw new ConfigException(
          ("layers: found images of %d x %d where those after them need %d x %d;"
                  + " change strides, or the height and width of project (0 for what fits)")
              .formatted(found.height(), found.width(), expected.height(), expected.width()));
    }
  }

  private static int ceil(int length, int divisor) {
    return (length + divisor - 1) / divisor;
  }
}
