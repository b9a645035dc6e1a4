package io.momentgan.engine.torch;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Copies values between the heap and tensors of one type on one device.
 *
 * @param device the device
 * @param type of the tensors: Float, or Double for checks
 */
record TorchMemory(Device device, ScalarType type) {
  static TorchMemory of(int gpu, ScalarType type) {
    return new TorchMemory(new Device(gpu < 0 ? "cpu" : "cuda:" + gpu), type);
  }

  /** Makes a tensor that has its values for itself. */
  Tensor tensor(float[] values, long... shape) {
    try (FloatPointer memory = new FloatPointer(values)) {
      return onDevice(torch.from_blob(memory, shape));
    }
  }

  /** Makes a tensor that has its values for itself. */
  Tensor tensor(double[] values, long... shape) {
    try (DoublePointer memory = new DoublePointer(values)) {
      return onDevice(torch.from_blob(memory, shape, new TensorOptions(ScalarType.Double)));
    }
  }

  /** Makes a tensor of whole numbers that index another. */
  Tensor indices(int... values) {
    try (IntPointer memory = new IntPointer(values)) {
      Tensor blob =
          torch.from_blob(memory, new long[] {values.length}, new TensorOptions(ScalarType.Int));
      return blob.to(device, ScalarType.Long, false, true, null);
    }
  }

  // A copy even where type and device are those of the blob, whose memory is freed.
  private Tensor onDevice(Tensor blob) {
    return blob.to(device, type, false, true, null);
  }

  /** Makes a tensor of zeros. */
  Tensor zeros(long length) {
    return tensor(new float[(int) length], length);
  }

  /** Begins a scope whose end frees the tensors that were made in it. */
  @SuppressWarnings("unchecked") // an empty array of classes
  static PointerScope scope() {
    return new PointerScope();
  }

  /**
   * Keeps a result of an inner scope.
   *
   * @param outer the scope that it is for; null for as long as Java knows it
   */
  static <P extends Pointer> P keep(PointerScope outer, P result) {
    if (outer == null) {
      result.retainReference();
    } else {
      outer.attach(result);
    }
    return result;
  }

  /** Copies values, rounded, to the heap in row-major order. */
  static float[] floats(Tensor tensor) {
    try (PointerScope scope = scope()) {
      Tensor host = tensor.detach().to(ScalarType.Float).cpu().contiguous();
      float[] values = new float[(int) host.numel()];
      host.data_ptr_float().get(values);
      return values;
    }
  }

  /** Copies values to the heap in row-major order. */
  static double[] doubles(Tensor tensor) {
    try (PointerScope scope = scope()) {
      Tensor host = tensor.detach().to(ScalarType.Double).cpu().contiguous();
      double[] values = new double[(int) host.numel()];
      host.data_ptr_double().get(values);
      return values;
    }
  }
}
