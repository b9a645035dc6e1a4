package io.momentgan.engine.torch;

import io.momentgan.engine.Rows;
import io.momentgan.moments.Moments;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rows in a tensor of libtorch's, on its device.
 *
 * @param memory type and device of the values
 * @param tensor values [n, features] without a history
 */
record TorchRows(TorchMemory memory, Tensor tensor) implements Rows {
  /** Takes up rows of any engine. */
  static Tensor tensor(TorchMemory memory, Rows rows) {
    if (rows instanceof TorchRows own) {
      return own.tensor;
    }
    return rows.isFloat()
        ? memory.tensor(rows.floats(), rows.count(), rows.features())
        : memory.tensor(rows.doubles(), rows.count(), rows.features());
  }

  @Override
  public int count() {
    return (int) tensor.size(0);
  }

  @Override
  public int features() {
    return (int) tensor.size(1);
  }

  @Override
  public boolean isFloat() {
    return memory.type() == ScalarType.Float;
  }

  @Override
  public float[] floats() {
    return TorchMemory.floats(tensor);
  }

  @Override
  public double[] doubles() {
    return TorchMemory.doubles(tensor);
  }

  // In double, as the host's: 2 * features values cross the bus instead of n * features.
  @Override
  public Moments moments() {
    try (PointerScope scope = TorchMemory.scope()) {
      Tensor rows = tensor.to(ScalarType.Double, false, true, new MemoryFormatOptional());
      // In two passes: libtorch's var_mean of columns took a fifth of a small network's iteration.
      Tensor means = rows.mean(0);
      Tensor squares = rows.sub_(means).square_().sum(0);
      double[] both = TorchMemory.doubles(torch.stack(new TensorVector(means, squares)));
      int features = features();
      double[] mean = Arrays.copyOf(both, features);
      double[] m2 = Arrays.copyOfRange(both, features, both.length);
      return new Moments(count(), mean, m2);
    }
  }

  @Override
  public Rows plus(float[] terms) {
    return new TorchRows(memory, tensor.add(memory.tensor(terms, count(), features())));
  }

  @Override
  public Rows towards(Rows other, double[] shares) {
    Tensor share = memory.tensor(shares, shares.length, 1);
    return new TorchRows(memory, tensor.add(tensor(memory, other).sub(tensor).mul_(share)));
  }

  @Override
  public Rows withValues(double[] values) {
    return new TorchRows(memory, memory.tensor(values, count(), features()));
  }

  @Override
  public Rows replaced(int[] at, float[][] by) {
    Tensor mixed = tensor.clone();
    for (int i = 0; i < at.length; i++) {
      mixed.select(0, at[i]).copy_(memory.tensor(by[i], features()));
    }
    return new TorchRows(memory, mixed);
  }

  @Override
  public void addAffine(Rows at, double[] factor, double[] shift) {
    Tensor both = memory.tensor(join(factor, shift), 2, factor.length);
    tensor.addcmul_(tensor(memory, at), both.select(0, 0)).add_(both.select(0, 1));
  }

  private static double[] join(double[] first, double[] second) {
    double[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  @Override
  public void add(double[] terms) {
    tensor.add_(memory.tensor(terms, count(), features()));
  }
}
