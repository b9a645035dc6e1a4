package io.momentgan.peer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A network's parameters, taken one after another from the values they start with. */
final class Parameters {
  private final float[] values;
  private final List<Tensor> trained = new ArrayList<>();
  private int at;

  Parameters(float[] values) {
    this.values = values;
  }

  /** The next parameter, which will be trained. */
  Tensor next(long... shape) {
    Tensor tensor = fixed(shape).requires_grad_(true);
    trained.add(tensor);
    return tensor;
  }

  /** The next parameter, which stays as it is. */
  Tensor fixed(long... shape) {
    int length = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    Tensor tensor = Floats.tensor(Arrays.copyOfRange(values, at, at + length), shape);
    at += length;
    return tensor;
  }

  /** Those that are trained. */
  List<Tensor> trained() {
    return trained;
  }

  /** Whether gradients by those that are trained are computed. */
  void requireGradients(boolean required) {
    trained.forEach(tensor -> tensor.requires_grad_(required));
  }

  /** Refuses values that belong to nothing. */
  void requireAllTaken() {
    if (at != values.length) {
      throw new IllegalArgumentException(
          "Invalid parameters: %d given, %d taken".formatted(values.length, at));
    }
  }
}
