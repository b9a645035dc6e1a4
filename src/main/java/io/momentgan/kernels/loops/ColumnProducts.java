package io.momentgan.kernels.loops;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The matrix products of a convolution by {@link Columns}, with their memory. */
public final class ColumnProducts {
  private final Columns columns;
  private final int most;
  private final float[] matrix;
  private final float[] outputs;
  private final INDArray gradient;
  private INDArray filters;

  private ColumnProducts(Columns columns, int most) {
    this.columns = columns;
    this.most = most;
    this.matrix = new float[columns.depth() * columns.places() * most];
    this.outputs = new float[columns.filters() * columns.places() * most];
    this.gradient = memory(columns.filters(), columns.depth());
  }

  /**
   * Returns the older products if they fit, else new ones.
   *
   * @param older may be null
   * @param columns the convolution
   * @param most images per product
   */
  public static ColumnProducts of(ColumnProducts older, Columns columns, int most) {
    return older != null && older.columns.equals(columns) && older.most == most
        ? older
        : new ColumnProducts(columns, most);
  }

  /** Copies the filters [filters, channels, kernel, kernel]. */
  public void setFilters(INDArray weights) {
    filters = memory(columns.filters(), columns.depth());
    filters.assign(weights.reshape('c', columns.filters(), columns.depth()));
  }

  /** Convolves some images: [filters][length * places]. */
  public float[] forward(float[] images, int from, int length) {
    heap(spread(images, from, length).transpose().mmul(filters.transpose()), outputs);
    return outputs;
  }

  public void clearGradient() {
    gradient.assign(0);
  }

  /** Returns the gradient with respect to the filters, summed over the {@link #backward} calls. */
  public INDArray gradient() {
    return gradient;
  }

  /**
   * Backpropagates some images; adds their share to the gradient.
   *
   * @param images input of the forward pass
   * @param errors gradient with respect to the pooled output before the rectifier
   * @param winners index of the largest value of each square
   * @param from first image
   * @param length number of images
   * @param imageErrors the gradient with respect to the images is added
   */
  public void backward(
      float[] images, float[] errors, byte[] winners, int from, int length, float[] imageErrors) {
    for (int i = 0; i < length; i++) {
      columns.unpool(errors, winners, from + i, outputs, length, i);
    }
    INDArray delta = memory(columns.filters(), (long) length * columns.places());
    Pieces.pointer(delta).put(outputs, 0, (int) delta.length());
    gradient.addi(delta.mmul(spread(images, from, length).transpose()));
    heap(delta.transpose().mmul(filters), matrix);
    for (int i = 0; i < length; i++) {
      columns.gather(matrix, length, i, imageErrors, from + i);
    }
  }

  private INDArray spread(float[] images, int from, int length) {
    for (int i = 0; i < length; i++) {
      columns.spread(images, from + i, matrix, length, i);
    }
    INDArray spread = memory(columns.depth(), (long) length * columns.places());
    Pieces.pointer(spread).put(matrix, 0, (int) spread.length());
    return spread;
  }

  /** Copies a product by columns, as ND4J lays it out: its transpose by rows. */
  private static void heap(INDArray product, float[] into) {
    INDArray byColumn = product.ordering() == 'f' ? product : product.dup('f');
    Pieces.pointer(byColumn).get(into, 0, (int) byColumn.length());
  }

  private static INDArray memory(long rows, long columns) {
    return Nd4j.createUninitializedDetached(DataType.FLOAT, 'c', rows, columns);
  }
}
