package io.momentgan.network;

import io.momentgan.kernels.Conditional;
import io.momentgan.kernels.batch.VirtualBatch;
import io.momentgan.kernels.batch.VirtualBatchNorm;
import io.momentgan.kernels.loops.HostArrays;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The parts of a network that are conditioned on the classes of the images. */
final class LabelParts {
  private final List<Conditional> withReference = new ArrayList<>();
  private final List<Conditional> parts = new ArrayList<>();
  private final int reference;
  private final LabelInput input;

  LabelParts(MultiLayerNetwork model, LabelInput input) {
    this.input = input;
    this.reference = VirtualBatch.rows(model);
    List<Conditional> next = reference > 0 ? withReference : parts;
    for (int i = 0; i < model.getnLayers(); i++) {
      add(model.getLayerWiseConfigurations().getInputPreProcess(i), next);
      if (model.getLayer(i) instanceof Conditional layer) {
        next.add(layer);
      }
      if (model.getLayer(i).conf().getLayer() instanceof VirtualBatchNorm norm && norm.last()) {
        next = parts;
      }
    }
  }

  private static void add(InputPreProcessor preProcessor, List<Conditional> parts) {
    if (preProcessor instanceof ComposableInputPreProcessor several) {
      for (InputPreProcessor one : several.getInputPreProcessors()) {
        add(one, parts);
      }
    } else if (preProcessor instanceof Conditional part) {
      parts.add(part);
    }
  }

  /**
   * Conditions the next passes. The rows of a virtual batch get the classes in turn.
   *
   * @param labels class of each row
   * @param rows input of the next pass
   * @throws IllegalArgumentException if a conditional network gets other than one valid class a row
   */
  void give(int[] labels, INDArray rows) {
    if (!input.isOn()) {
      return;
    }
    INDArray given = oneHot(labels, rows.size(0)).castTo(rows.dataType());
    int[] all = input.withReference(reference, labels);
    INDArray ofAll = oneHot(all, all.length).castTo(rows.dataType());
    withReference.forEach(part -> part.condition(ofAll));
    parts.forEach(part -> part.condition(given));
  }

  private INDArray oneHot(int[] labels, long rows) {
    return HostArrays.toArray(input.oneHot(labels, rows), rows, input.classes());
  }
}
