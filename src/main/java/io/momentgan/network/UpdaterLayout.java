package io.momentgan.network;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.updater.UpdaterBlock;

/**
 * The layout of a network's flat updater state. For each block of parameters with one optimizer,
 * Deeplearning4j keeps all first moments and then, for Adam, all second moments.
 *
 * @param first first moments: Adam's m, the velocity of momentum
 * @param second second moments: Adam's v
 */
public record UpdaterLayout(List<ParameterLayout.Range> first, List<ParameterLayout.Range> second)
    implements Serializable {
  /** Copies the lists. */
  public UpdaterLayout {
    first = List.copyOf(first);
    second = List.copyOf(second);
  }

  static UpdaterLayout of(MultiLayerNetwork model) {
    List<ParameterLayout.Range> first = new ArrayList<>();
    List<ParameterLayout.Range> second = new ArrayList<>();
    BaseMultiLayerUpdater<?> updater = (BaseMultiLayerUpdater<?>) model.getUpdater();
    for (UpdaterBlock block : updater.getUpdaterBlocks()) {
      int params = block.getParamOffsetEnd() - block.getParamOffsetStart();
      int from = block.getUpdaterViewOffsetStart();
      int to = block.getUpdaterViewOffsetEnd();
      int middle = Math.min(from + params, to);
      if (middle > from) {
        first.add(new ParameterLayout.Range(from, middle));
      }
      if (to > middle) {
        second.add(new ParameterLayout.Range(middle, to));
      }
    }
    return new UpdaterLayout(first, second);
  }
}
