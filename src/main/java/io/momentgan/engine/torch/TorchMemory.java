package io.momentgan.engine.torch;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Copies values between the heap and tensors of one type on one device, and draws noise there.
 *
 * @param device the device
 * @param type of the tensors: Float, or Double for checks
 * @param generator draws the noise. Its user's own, as other workers of the process seed theirs
 */
record TorchMemory(Device device, ScalarType type, Generator generator) {
  static TorchMemory of(int gpu, ScalarType type) {
    Device device = new Device(gpu < 0 ? "cpu" : "cuda:" + gpu);
    return new TorchMemory(device, type, torch.globalContext().defaultGenerator(device).clone());
  }

  /** Draws standard normal values of another tensor's shape. */
  Tensor normal(Tensor like) {
    Tensor normal = torch.empty_like(like);
    normal.normal_(0, 1, new GeneratorOptional(generator));
    return normal;
  }

  /** Draws a mask of another tensor's shape, of 0 and, with a probability, 1 / probability. */
  Tensor mask(Tensor like, double probability) {
    Tensor mask = torch.empty_like(like);
    mask.bernoulli_(probability, new GeneratorOptional(generator));
    mask.mul_(new Scalar(1 / probability));
    return mask;
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
