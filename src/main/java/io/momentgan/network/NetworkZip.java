package io.momentgan.network;

import io.momentgan.network.NetworkBlueprint.Purpose;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Deeplearning4j's own file format. */
final class NetworkZip {
  private NetworkZip() {}

  /**
   * A network for use.
   *
   * @param blueprint what the network is made of
   * @param model the network
   * @param withUpdater whether the optimizer's state goes with it
   */
  static byte[] of(NetworkBlueprint blueprint, MultiLayerNetwork model, boolean withUpdater) {
    MultiLayerNetwork plain = new MultiLayerNetwork(blueprint.with(Purpose.USE).configuration(0));
    plain.init(model.params().dup(), false);
    INDArray updaterState = model.getUpdater().getStateViewArray();
    if (withUpdater && updaterState != null) {
      plain.getUpdater().setStateViewArray(plain, updaterState.dup(), false);
    }
    plain.setIterationCount(model.getIterationCount());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ModelSerializer.writeModel(plain, bytes, withUpdater);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write a network to memory", e);
    }
    return bytes.toByteArray();
  }
}
