package io.momentgan.kernels.loops;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A convolution without padding as a matrix product, and 2x2 max pooling. The matrix has one row
 * for each cell of the filter and one column for each of its places.
 *
 * @param channels channels of an image
 * @param height rows of an image
 * @param width columns of an image
 * @param kernel rows and columns of a filter
 * @param filters number of filters
 */
public record Columns(int channels, int height, int width, int kernel, int filters) {
  private static final int POOL = 2;

  int outHeight() {
    return height - kernel + 1;
  }

  int outWidth() {
    return width - kernel + 1;
  }

  public int pooledHeight() {
    return outHeight() / POOL;
  }

  public int pooledWidth() {
    return outWidth() / POOL;
  }

  /** Values of an image. */
  int imageLength() {
    return channels * height * width;
  }

  /** Places of the filter in an image. */
  int places() {
    return outHeight() * outWidth();
  }

  /** Values under the filter. */
  int depth() {
    return channels * kernel * kernel;
  }

  /** Values of an image's pooled output. */
  public int pooledLength() {
    return filters * pooledHeight() * pooledWidth();
  }

  /**
   * Spreads an image: row (channel, y, x) of the matrix gets the values under that cell of the
   * filter at each place.
   *
   * @param images [image][channel][y][x]
   * @param image index of the image
   * @param matrix [depth][together * places]
   * @param together images side by side in the matrix
   * @param slot index of the image among them
   */
  void spread(float[] images, int image, float[] matrix, int together, int slot) {
    int row = 0;
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < kernel; y++) {
        for (int x = 0; x < kernel; x++, row++) {
          int from = image * imageLength() + (c * height + y) * width + x;
          int to = (row * together + slot) * places();
          for (int line = 0; line < outHeight(); line++) {
            System.arraycopy(images, from + line * width, matrix, to, outWidth());
            to += outWidth();
          }
        }
      }
    }
  }

  /** Sums a matrix over an image: the transpose of {@link #spread}. */
  void gather(float[] matrix, int together, int slot, float[] images, int image) {
    int row = 0;
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < kernel; y++) {
        for (int x = 0; x < kernel; x++, row++) {
          int to = image * imageLength() + (c * height + y) * width + x;
          int from = (row * together + slot) * places();
          for (int line = 0; line < outHeight(); line++) {
            add(matrix, from, images, to + line * width, outWidth());
            from += outWidth();
          }
        }
      }
    }
  }

  private static void add(float[] terms, int from, float[] sums, int to, int length) {
    for (int i = 0; i < length; i++) {
      sums[to + i] += terms[from + i];
    }
  }

  /**
   * Takes the largest value of each square of an image's output, adds the bias and rectifies.
   *
   * @param outputs [filters][together * places]
   * @param together images side by side in {@code outputs}
   * @param slot index of the image among them
   * @param bias per filter
   * @param into activations [image][filter][y][x]
   * @param winners index of the largest of the four values of each square
   * @param image index of the image in {@code into}
   */
  public void pool(
      float[] outputs,
      int together,
      int slot,
      float[] bias,
      float[] into,
      byte[] winners,
      int image) {
    int at = image * pooledLength();
    for (int filter = 0; filter < filters; filter++) {
      int plane = (filter * together + slot) * places();
      for (int y = 0; y < pooledHeight(); y++) {
        int line = plane + POOL * y * outWidth();
        for (int x = 0; x < pooledWidth(); x++, at++) {
          int winner = winner(outputs, line + POOL * x);
          winners[at] = (byte) winner;
          into[at] = Math.max(0, outputs[line + POOL * x + offset(winner)] + bias[filter]);
        }
      }
    }
  }

  private int winner(float[] outputs, int corner) {
    int top = outputs[corner + 1] > outputs[corner] ? 1 : 0;
    int below = corner + outWidth();
    int bottom = outputs[below + 1] > outputs[below] ? 1 : 0;
    return outputs[below + bottom] > outputs[corner + top] ? POOL + bottom : top;
  }

  private int offset(int winner) {
    return winner / POOL * outWidth() + winner % POOL;
  }

  /** Routes an image's errors to the largest values: the transpose of {@link #pool}. */
  void unpool(float[] errors, byte[] winners, int image, float[] outputs, int together, int slot) {
    int at = image * pooledLength();
    for (int filter = 0; filter < filters; filter++) {
      int plane = (filter * together + slot) * places();
      Arrays.fill(outputs, plane, plane + places(), 0);
      for (int y = 0; y < pooledHeight(); y++) {
        int line = plane + POOL * y * outWidth();
        for (int x = 0; x < pooledWidth(); x++, at++) {
          outputs[line + POOL * x + offset(winners[at])] = errors[at];
        }
      }
    }
  }

  /** Sums the errors of each filter. */
  public INDArray biasGradient(float[] errors, int images, long... shape) {
    float[] sums = new float[filters];
    int plane = pooledHeight() * pooledWidth();
    for (int block = 0; block < images * filters; block++) {
      float sum = 0;
      for (int i = block * plane; i < (block + 1) * plane; i++) {
        sum += errors[i];
      }
      sums[block % filters] += sum;
    }
    return Nd4j.createFromArray(sums).reshape(shape);
  }
}
