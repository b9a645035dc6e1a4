package io.momentgan.onnx;

import io.momentgan.kernels.Conditional;
import io.momentgan.kernels.batch.VirtualBatch;
import io.momentgan.kernels.batch.VirtualBatchNorm;
import io.momentgan.kernels.loops.HostArrays;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The reference batch of virtual batch normalisation. Its latent vectors are fixed, so its moments
 * before each {@link VirtualBatchNorm} are constants of a trained network.
 */
final class ReferenceRows {
  private final MultiLayerNetwork network;
  private final int count;
  private final Map<Integer, INDArray> inputs = new HashMap<>();

  /**
   * Runs the reference batch through a network.
   *
   * @param network in inference
   * @param classes that the network is told of; the reference rows have them in turn
   */
  ReferenceRows(MultiLayerNetwork network, int classes) {
    this.network = network;
    this.count = VirtualBatch.rows(network);
    if (count > 0) {
      run(classes);
    }
  }

  private void run(int classes) {
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    // Layers want a row after the reference batch; it does not matter to it.
    INDArray rows = Nd4j.zeros(DataType.FLOAT, 1, inputsOf(network.getLayer(0)));
    for (int i = 0; i < network.getnLayers(); i++) {
      Layer layer = network.getLayer(i);
      InputPreProcessor before = network.getLayerWiseConfigurations().getInputPreProcess(i);
      condition(layer, before, classes);
      rows = before == null ? rows : before.preProcess(rows, count + 1, none);
      boolean norm = layer.conf().getLayer() instanceof VirtualBatchNorm;
      if (norm) {
        inputs.put(i, rows.get(NDArrayIndex.interval(0, count)).castTo(DataType.DOUBLE));
      }
      if (norm && ((VirtualBatchNorm) layer.conf().getLayer()).last()) {
        return;
      }
      rows = layer.activate(rows, false, none);
    }
  }

  private static long inputsOf(Layer layer) {
    return ((VirtualBatch) layer.conf().getLayer()).getNIn();
  }

  private void condition(Layer layer, InputPreProcessor before, int classes) {
    List<Object> parts = new ArrayList<>(List.of(layer));
    if (before instanceof ComposableInputPreProcessor several) {
      parts.addAll(List.of(several.getInputPreProcessors()));
    } else if (before != null) {
      parts.add(before);
    }
    for (Object part : parts) {
      if (part instanceof Conditional conditional) {
        INDArray oneHot = Nd4j.zeros(DataType.FLOAT, count + 1, classes);
        for (int row = 0; row <= count; row++) {
          oneHot.putScalar(row, row % classes, 1);
        }
        conditional.condition(oneHot);
      }
    }
  }

  /** Returns the mean of each channel before a virtual batch normalisation. */
  float[] mean(int layer) {
    INDArray rows = inputs.get(layer);
    return HostArrays.floats(rows.mean(allButChannels(rows)));
  }

  /** Returns the biased variance of each channel before a virtual batch normalisation. */
  float[] variance(int layer) {
    INDArray rows = inputs.get(layer);
    return HostArrays.floats(rows.var(false, allButChannels(rows)));
  }

  private static int[] allButChannels(INDArray rows) {
    return rows.rank() == 2 ? new int[] {0} : new int[] {0, 2, 3};
  }
}
