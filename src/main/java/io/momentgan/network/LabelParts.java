package io.momentgan.network;

import io.momentgan.kernels.Conditional;
import io.momentgan.kernels.loops.HostArrays;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The parts of a network that are conditioned on the classes of the images. */
final class LabelParts {
  private final List<Conditional> parts = new ArrayList<>();
  private final int classes;

  LabelParts(MultiLayerNetwork model, int classes) {
    this.classes = classes;
    for (int i = 0; i < model.getnLayers(); i++) {
      add(model.getLayerWiseConfigurations().getInputPreProcess(i));
      if (model.getLayer(i) instanceof Conditional layer) {
        parts.add(layer);
      }
    }
  }

  private void add(InputPreProcessor preProcessor) {
    if (preProcessor instanceof ComposableInputPreProcessor several) {
      for (InputPreProcessor one : several.getInputPreProcessors()) {
        add(one);
      }
    } else if (preProcessor instanceof Conditional part) {
      parts.add(part);
    }
  }

  /**
   * Conditions the next passes.
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
    float[] oneHot = new float[labels.length * classes];
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalArgumentException(
            "Invalid label: %d (must be 0 to %d)".formatted(labels[i], classes - 1));
      }
      oneHot[i * classes + labels[i]] = 1;
    }
    INDArray given = HostArrays.toArray(oneHot, labels.length, classes).castTo(rows.dataType());
    parts.forEach(part -> part.condition(given));
  }
}
