package io.momentgan.engine.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A pass through the operations of a network, and how they see its images.
 *
 * <p>"Same" padding puts an odd row and column after the image. libtorch pads both sides alike, and
 * where the stride leaves the last row out, that is padding before the image. So from the first
 * such convolution on the images are turned by half a turn, and filters with them: no operation
 * copies images to pad them, or computes rows that are cut off.
 */
final class Pass {
  private static final long[] EACH = {1, 1};
  private static final long[] NONE = {0, 0};
  private static final long[] ROWS_AND_COLUMNS = {2, 3};

  private final Tensor[] leaves;
  private final TensorOptional[] optional;
  private final Tensor oneHot;
  private boolean turned;

  /**
   * Begins a pass.
   *
   * @param leaves the parameters, in the order of the operations
   * @param optional the same, as operations take parameters that they can do without
   * @param oneHot classes of the rows [reference + n, classes], those of a reference batch of
   *     virtual batch normalisation first; null without
   */
  Pass(Tensor[] leaves, TensorOptional[] optional, Tensor oneHot) {
    this.leaves = leaves;
    this.optional = optional;
    this.oneHot = oneHot;
  }

  Tensor[] leaves() {
    return leaves;
  }

  TensorOptional[] optional() {
    return optional;
  }

  /** Returns the classes of an operation's rows, from which the reference batch may be gone. */
  Tensor oneHot(Tensor rows) {
    return oneHot.narrow(0, oneHot.size(0) - rows.size(0), rows.size(0));
  }

  /** Returns the pass's images or rows the right way up, for an operation that tells places. */
  Tensor upright(Tensor x) {
    return turned ? turn(x) : x;
  }

  private Tensor turn(Tensor x) {
    turned = !turned;
    return x.flip(ROWS_AND_COLUMNS);
  }

  private Tensor facing(Tensor filters) {
    return turned ? filters.flip(ROWS_AND_COLUMNS) : filters;
  }

  /**
   * Convolves images.
   *
   * @param x images [n, channels, h, w]
   * @param filters weights [filters, channels, kernel, kernel]
   * @param bias one for each filter
   * @param stride rows and columns from place to place
   * @param same whether images are padded for ceil(h / stride) places; else they are not
   */
  Tensor convolve(Tensor x, Tensor filters, TensorOptional bias, long stride, boolean same) {
    long kernel = filters.size(2);
    long rows = same ? padding(x.size(2), kernel, stride) : 0;
    long columns = same ? padding(x.size(3), kernel, stride) : 0;
    boolean odd = rows % 2 != 0 || columns % 2 != 0;
    Tensor images = x;
    long[] padding = {(rows + 1) / 2, (columns + 1) / 2};
    if (odd && stride > 1) {
      images = turned ? x : turn(x);
    } else if (odd) {
      // Each place counts, the one of a padding too large as well.
      images =
          torch.constant_pad_nd(
              upright(x), columns / 2, columns - columns / 2, rows / 2, rows - rows / 2);
      padding = NONE;
    }
    return torch.conv2d(
        images, facing(filters), bias, new long[] {stride, stride}, padding, EACH, 1);
  }

  private static long padding(long length, long kernel, long stride) {
    long places = (length + stride - 1) / stride;
    return Math.max(0, (places - 1) * stride + kernel - length);
  }

  /**
   * Enlarges images by a transposed convolution, to {@code stride} times their height and width.
   *
   * @param x images [n, channels, h, w]
   * @param filters weights [channels, filters, kernel, kernel]
   * @param bias one for each filter
   * @param stride factor of height and width
   */
  Tensor enlarge(Tensor x, Tensor filters, TensorOptional bias, long stride) {
    long cut = filters.size(2) - stride;
    boolean odd = cut % 2 != 0;
    boolean turns = odd && stride > 1;
    Tensor images = odd && turned != turns ? turn(x) : x;
    long before = turns ? (cut + 1) / 2 : cut / 2;
    long after = turns ? 1 : 0; // of the rows cut off after a turned image, one too many
    Tensor enlarged =
        torch.conv_transpose2d(
            images,
            facing(filters),
            bias,
            new long[] {stride, stride},
            new long[] {before, before},
            new long[] {after, after},
            1,
            EACH);
    return odd && !turns ? enlarged.narrow(2, 0, x.size(2)).narrow(3, 0, x.size(3)) : enlarged;
  }
}
