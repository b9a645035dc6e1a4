package io.momentgan.engine.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A pass through the operations of a network, and how they see its images.
 *
 * <p>"Same" padding puts an odd row and column after the image. libtorch pads both sides alike, and
 * where the stride leaves the last row out, that is padding before the image. So where padding is
 * odd, images are turned by half a turn and filters with them, until an operation needs them the
 * right way up: convolutions of a stride above 1 neither copy images to pad them nor compute rows
 * that are cut off.
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

  /** Turns the pass's images, or rows, the right way up, for an operation that tells places. */
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
   * @param filters weights [filters, channels, kernel, kernel], the kernel at least the stride
   * @param bias one for each filter
   * @param stride rows and columns from place to place
   * @param same whether images are padded for ceil(h / stride) places; else they are not
   */
  Tensor convolve(Tensor x, Tensor filters, TensorOptional bias, long stride, boolean same) {
    if (!same) {
      // The rows that a stride leaves out are the last ones; turned, they would be the first.
      return convolve(stride == 1 ? x : upright(x), filters, bias, stride, NONE);
    }
    long kernel = filters.size(2);
    long rows = padding(x.size(2), kernel, stride);
    long columns = padding(x.size(3), kernel, stride);
    boolean odd = rows % 2 != 0 || columns % 2 != 0;
    if (odd && stride == 1) {
      // One more row of padding would be one more row of output.
      long above = turned ? rows - rows / 2 : rows / 2;
      long left = turned ? columns - columns / 2 : columns / 2;
      Tensor padded = torch.constant_pad_nd(x, left, columns - left, above, rows - above);
      return convolve(padded, filters, bias, stride, NONE);
    }
    Tensor images = odd && !turned ? turn(x) : x;
    return convolve(images, filters, bias, stride, (rows + 1) / 2, (columns + 1) / 2);
  }

  private Tensor convolve(
      Tensor x, Tensor filters, TensorOptional bias, long stride, long... padding) {
    long[] strides = {stride, stride};
    return torch.conv2d(x, facing(filters), bias, strides, padding, EACH, 1);
  }

  private static long padding(long length, long kernel, long stride) {
    long places = (length + stride - 1) / stride;
    return (places - 1) * stride + kernel - length;
  }

  /**
   * Enlarges images by a transposed convolution, to {@code stride} times their height and width.
   *
   * @param x images [n, channels, h, w]
   * @param filters weights [channels, filters, kernel, kernel], the kernel at least the stride
   * @param bias one for each filter
   * @param stride factor of height and width
   */
  Tensor enlarge(Tensor x, Tensor filters, TensorOptional bias, long stride) {
    long cut = filters.size(2) - stride;
    boolean odd = cut % 2 != 0;
    boolean turns = odd && stride > 1;
    Tensor images = turns && !turned ? turn(x) : x;
    long before = turns ? (cut + 1) / 2 : cut / 2;
    // libtorch cuts as many rows after the image as before it; a turned one needs one fewer.
    long after = turns ? 1 : 0;
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
    if (!odd || turns) {
      return enlarged;
    }
    long first = turned ? 1 : 0;
    return enlarged.narrow(2, first, x.size(2)).narrow(3, first, x.size(3));
  }
}
