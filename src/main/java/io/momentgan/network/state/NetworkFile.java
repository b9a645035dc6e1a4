package io.momentgan.network.state;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;

/**
 * Networks in Deeplearning4j's file format. Where passes use other weights than the parameters, the
 * network in the file has the weights of passes, and two more entries hold what training needs:
 * parameters and updater state as floats in little-endian order, which Deeplearning4j ignores.
 */
public final class NetworkFile {
  private static final String PARAMS = "momentgan-parameters.bin";
  private static final String UPDATER_STATE = "momentgan-updater-state.bin";

  private NetworkFile() {}

  /** Writes a network of its own weights, with or without its updater state. */
  public static byte[] write(MultiLayerNetwork network, boolean withUpdater) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ModelSerializer.writeModel(network, bytes, withUpdater);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write a network to memory", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Writes a network whose weights are a function of other parameters.
   *
   * @param network with the weights of passes
   * @param trained the parameters that training changes
   * @param withUpdater whether to write their updater state
   */
  public static byte[] write(MultiLayerNetwork network, NetworkState trained, boolean withUpdater) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipInputStream in =
            new ZipInputStream(new ByteArrayInputStream(write(network, false)));
        ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        put(out, entry.getName(), in.readAllBytes());
      }
      put(out, PARAMS, NetworkState.bytes(trained.params()));
      if (withUpdater) {
        put(out, UPDATER_STATE, NetworkState.bytes(trained.updaterState()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write a network to memory", e);
    }
    return bytes.toByteArray();
  }

  private static void put(ZipOutputStream out, String name, byte[] bytes) throws IOException {
    out.putNextEntry(new ZipEntry(name));
    out.write(bytes);
    out.closeEntry();
  }

  /**
   * Reads what training needs beside the network.
   *
   * @param zip bytes of a file
   * @param updates number of updates made
   * @return empty where the network's own weights are the parameters
   * @throws IOException when the file is damaged
   */
  static Optional<NetworkState> trained(byte[] zip, int updates) throws IOException {
    Map<String, byte[]> own = new HashMap<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (entry.getName().equals(PARAMS) || entry.getName().equals(UPDATER_STATE)) {
          own.put(entry.getName(), in.readAllBytes());
        }
      }
    }
    return Optional.ofNullable(own.get(PARAMS))
        .map(
            params ->
                new NetworkState(
                    NetworkState.floats(params),
                    NetworkState.floats(own.getOrDefault(UPDATER_STATE, new byte[0])),
                    updates));
  }
}
