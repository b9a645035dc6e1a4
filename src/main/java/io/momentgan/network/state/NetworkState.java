package io.momentgan.network.state;

import io.momentgan.kernels.loops.HostArrays;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Everything of a network that training changes.
 *
 * @param params parameters in Deeplearning4j's flat order, running statistics included; never
 *     mutated
 * @param updaterState the optimizer's state in Deeplearning4j's flat order, empty for plain SGD;
 *     never mutated
 * @param updates number of updates made, which Adam's bias correction needs
 */
@SuppressWarnings("ArrayRecordComponent") // states are compared array by array where needed
public record NetworkState(float[] params, float[] updaterState, int updates)
    implements Serializable {
  /** Java writes arrays of floats value by value, and those of bytes at once. */
  private Object writeReplace() {
    return new Wire(bytes(params), bytes(updaterState), updates);
  }

  private static byte[] bytes(float[] values) {
    byte[] bytes = new byte[values.length * Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return bytes;
  }

  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Wire(byte[] params, byte[] updaterState, int updates) implements Serializable {
    private Object readResolve() {
      return new NetworkState(floats(params), floats(updaterState), updates);
    }

    private static float[] floats(byte[] bytes) {
      float[] values = new float[bytes.length / Float.BYTES];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
      return values;
    }
  }

  /**
   * Reads a state from a file in Deeplearning4j's format.
   *
   * @param zip bytes of a file as {@code Network.toZip} makes it
   * @return the state, the same bits as were written
   * @throws IOException when the file is damaged
   */
  public static NetworkState ofZip(byte[] zip) throws IOException {
    MultiLayerNetwork model =
        ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(zip), true);
    INDArray updaterState = model.getUpdater().getStateViewArray();
    return new NetworkState(
        HostArrays.floats(model.params()),
        updaterState == null ? new float[0] : HostArrays.floats(updaterState),
        model.getIterationCount());
  }
}
