package io.momentgan.network.state;

import io.momentgan.kernels.loops.HostArrays;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Networks in Deeplearning4j's file format. The network in the file has the weights of passes.
 * Where a training's parameters are others or more, two more entries hold them and the updater
 * state, as floats in little-endian order. Deeplearning4j ignores them.
 */
public final class NetworkFile {
  static final String PARAMS = "momentgan-parameters.bin";
  static final String UPDATER_STATE = "momentgan-updater-state.bin";

  private NetworkFile() {}

  /**
   * Writes a network for Deeplearning4j.
   *
   * @param network with the weights of passes
   * @param state the parameters and updater state of the training
   * @param differs whether its parameters are others, or more, than the network's
   * @param withUpdater whether to write the updater state
   */
  public static byte[] write(
      MultiLayerNetwork network, NetworkState state, boolean differs, boolean withUpdater) {
    network.setIterationCount(state.updates());
    try {
      if (differs) {
        return withEntries(plain(network, false), state, withUpdater);
      }
      float[] updaterState = state.updaterState();
      if (withUpdater && updaterState.length > 0) {
        INDArray view = HostArrays.toArray(updaterState, 1, updaterState.length);
        network.getUpdater().setStateViewArray(network, view, false);
      }
      return plain(network, withUpdater);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write a network to memory", e);
    }
  }

  private static byte[] plain(MultiLayerNetwork network, boolean withUpdater) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, bytes, withUpdater);
    return bytes.toByteArray();
  }

  private static byte[] withEntries(byte[] zip, NetworkState state, boolean withUpdater)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip));
        ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        put(out, entry.getName(), in.readAllBytes());
      }
      put(out, PARAMS, NetworkState.bytes(state.params()));
      if (withUpdater) {
        put(out, UPDATER_STATE, NetworkState.bytes(state.updaterState()));
      }
    }
    return bytes.toByteArray();
  }

  private static void put(ZipOutputStream out, String name, byte[] bytes) throws IOException {
    out.putNextEntry(new ZipEntry(name));
    out.write(bytes);
    out.closeEntry();
  }
}
