package io.momentgan.network.state;

import io.momentgan.kernels.loops.HostArrays;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The values of a network that training changes.
 *
 * @param params parameters in Deeplearning4j's flat order with running statistics; never mutated
 * @param updaterState the optimizer's state in Deeplearning4j's flat order, empty for plain SGD;
 *     never mutated
 * @param updates number of updates made, for Adam's bias correction
 */
@SuppressWarnings("ArrayRecordComponent") // states are compared array by array where needed
public record NetworkState(float[] params, float[] updaterState, int updates)
    implements Serializable {
  // Java serialises float arrays value by value, byte arrays at once.
  private Object writeReplace() {
    return new Wire(bytes(params), bytes(updaterState), updates);
  }

  /** Bytes of floats, little-endian. */
  public static byte[] bytes(float[] values) {
    byte[] bytes = new byte[values.length * Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return bytes;
  }

  /** Floats of little-endian bytes. */
  public static float[] floats(byte[] bytes) {
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Wire(byte[] params, byte[] updaterState, int updates) implements Serializable {
    private Object readResolve() {
      return new NetworkState(floats(params), floats(updaterState), updates);
    }
  }

  /** Returns this state without the optimizer's, for inference. */
  public NetworkState withoutUpdater() {
    return new NetworkState(params, new float[0], updates);
  }

  /** Bytes of parameters and optimizer state. */
  public long bytes() {
    return (long) Float.BYTES * (params.length + updaterState.length);
  }

  /** Copies the state of a network. */
  public static NetworkState of(MultiLayerNetwork model) {
    INDArray updaterState = model.getUpdater().getStateViewArray();
    return new NetworkState(
        HostArrays.floats(model.params()),
        updaterState == null ? new float[0] : HostArrays.floats(updaterState),
        model.getIterationCount());
  }

  /**
   * Reads a state from a file in Deeplearning4j's format, bit for bit. Nothing in the file is run,
   * and memory stays within the expected size, whoever wrote it.
   *
   * @param zip bytes of the file
   * @param size lengths of the network's state; the optimizer's may be missing
   * @throws IOException when the file is damaged, or of another network
   */
  public static NetworkState ofZip(byte[] zip, NetworkSize size) throws IOException {
    return StoredNetwork.read(zip, size);
  }
}
