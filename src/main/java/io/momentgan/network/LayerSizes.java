package io.momentgan.network;

import io.momentgan.config.ConfigException;
import io.momentgan.config.LayerConfig;
import io.momentgan.config.NetworkConfig;
import io.momentgan.data.ImageShape;
import java.util.Arrays;
import java.util.List;

/**
 * Heights and widths of the images between layers. Going down they follow from the input, going up
 * from the output: what a layer that enlarges gives is the size that the layers after it make the
 * output, rounded up where it is no multiple.
 */
final class LayerSizes {
  private LayerSizes() {}

  /**
   * What each hidden layer should give.
   *
   * @param config the network
   * @param output shape of its output
   * @return a size per hidden layer, with one channel
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

  /** What a dense layer makes an image of. */
  static ImageShape projected(LayerConfig.Project project, ImageShape size) {
    int height = project.height() == 0 ? size.height() : project.height();
    int width = project.width() == 0 ? size.width() : project.width();
    return new ImageShape(project.channels(), height, width);
  }

  /** What a stride leaves of an image. */
  static ImageShape shrunk(ImageShape from, int channels, int stride) {
    return new ImageShape(channels, ceil(from.height(), stride), ceil(from.width(), stride));
  }

  /** What a transposed convolution makes of an image, if it can make that. */
  static ImageShape enlarged(ImageShape from, int channels, int stride, ImageShape size) {
    require(from, shrunk(size, from.channels(), stride));
    return new ImageShape(channels, size.height(), size.width());
  }

  /** What a pixel shuffle makes of an image. */
  static ImageShape shuffled(ImageShape from, int factor) {
    int channels = from.channels() / (factor * factor);
    if (channels * factor * factor != from.channels()) {
      throw new ConfigException(
          "layers: a pixel shuffle of factor %d found %d channels before it, expected a multiple of %d"
              .formatted(factor, from.channels(), factor * factor));
    }
    return new ImageShape(channels, from.height() * factor, from.width() * factor);
  }

  /** Refuses layers that do not lead to the output. */
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
