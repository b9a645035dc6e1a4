package io.momentgan.peer;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Floats from a stream to libtorch. */
final class Floats {
  private Floats() {}

  /**
   * Reads values.
   *
   * @param in a number of values, and the values
   */
  static float[] read(DataInputStream in) throws IOException {
    int length = in.readInt();
    byte[] bytes = in.readNBytes(length * Float.BYTES);
    float[] values = new float[length];
    ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
    return values;
  }

  /**
   * A tensor that has its values for itself.
   *
   * @param values in row-major order
   * @param shape whose product is their number
   */
  static Tensor tensor(float[] values, long... shape) {
    try (FloatPointer memory = new FloatPointer(values)) {
      return torch.from_blob(memory, shape).clone();
    }
  }
}
