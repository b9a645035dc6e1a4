package io.momentgan.network;

import io.momentgan.kernels.Conditional;
import io.momentgan.kernels.batch.VirtualBatch;
import io.momentgan.kernels.batch.VirtualBatchNorm;
import io.momentgan.kernels.loops.HostArrays;
import java.util.ArrayList;
import java.util.Arrays;
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
  private final int classes;

  LabelParts(MultiLayerNetwork model, int classes) {
    this.classes = classes;
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
    if (classes == 0) {
      return;
    }
    if (labels.length != rows.size(0)) {
      throw new IllegalArgumentException(
          "Invalid labels: %d for %d rows (a conditional network needs one each)"
              .formatted(labels.length, rows.size(0)));
    }
    int[] all = new int[reference + labels.length];
    Arrays.setAll(all, i -> i < reference ? i % classes : labels[i - reference]);
    INDArray ofAll = oneHot(all).castTo(rows.dataType());
    withReference.forEach(part -> part.condition(ofAll));
    INDArray given = oneHot(labels).castTo(rows.dataType());
    parts.forEach(part -> part.condition(given));
  }

  private INDArray oneHot(int[] labels) {
    float[] oneHot = new float[labels.length * classes];
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalArgumentException(
            "Invalid label: %d (must be 0 to %d)".formatted(labels[i], classes - 1));
      }
      oneHot[i * classes + labels[i]] = 1;
    }
    return HostArrays.toArray(oneHot, labels.length, classes);
  }
}
