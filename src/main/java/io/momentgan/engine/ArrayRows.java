package io.momentgan.engine;

import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.kernels.loops.Vectors;
import io.momentgan.moments.Moments;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Rows in an array of ND4J's.
 *
 * @param array values [n, features] of type FLOAT or DOUBLE
 */
public record ArrayRows(INDArray array) implements Rows {
  static INDArray of(Rows rows) {
    return ((ArrayRows) rows).array;
  }

  @Override
  public int count() {
    return (int) array.size(0);
  }

  @Override
  public int features() {
    return (int) array.size(1);
  }

  @Override
  public boolean isFloat() {
    return array.dataType() == DataType.FLOAT;
  }

  @Override
  public float[] floats() {
    return HostArrays.floats(array);
  }

  @Override
  public double[] doubles() {
    return HostArrays.doubles(array);
  }

  @Override
  public Moments moments() {
    return isFloat() ? Moments.of(floats(), features()) : Moments.of(doubles(), features());
  }

  @Override
  public Rows plus(float[] terms) {
    return new ArrayRows(
        array.add(HostArrays.toArray(terms, array.shape()).castTo(array.dataType())));
  }

  @Override
  public Rows towards(Rows other, double[] shares) {
    INDArray share = Nd4j.createFromArray(shares).castTo(array.dataType()).reshape(-1, 1);
    return new ArrayRows(of(other).sub(array).muliColumnVector(share).addi(array));
  }

  @Override
  public Rows withValues(double[] values) {
    return new ArrayRows(HostArrays.toArray(array.dataType(), values, array.shape()));
  }

  @Override
  public Rows replaced(int[] at, float[][] by) {
    INDArray mixed = array.dup('c');
    for (int i = 0; i < at.length; i++) {
      mixed.putRow(at[i], Nd4j.createFromArray(by[i]).castTo(mixed.dataType()));
    }
    return new ArrayRows(mixed);
  }

  @Override
  public void addAffine(Rows at, double[] factor, double[] shift) {
    Vectors.addAffine(array, of(at), factor, shift);
  }

  @Override
  public void add(double[] terms) {
    array.addi(Nd4j.createFromArray(terms).castTo(array.dataType()).reshape(array.shape()));
  }
}
