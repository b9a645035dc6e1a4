package io.momentgan.network;

import java.util.Map;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradient under the very object that the updater compares with: Deeplearning4j's own {@code
 * DefaultGradient} makes a new view each time, which sends the updater down its slow path.
 */
final class FlatGradient extends DefaultGradient {
  private static final long serialVersionUID = 1L;
  private final transient INDArray flat;

  FlatGradient(INDArray flat) {
    super(flat);
    this.flat = flat;
  }

  @Override
  public INDArray gradient() {
    return flat;
  }

  @Override
  public Map<String, INDArray> gradientForVariable() {
    return Map.of();
  }
}
