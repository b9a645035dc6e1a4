package io.momentgan.averaging;

import io.momentgan.config.AveragingConfig;
import io.momentgan.config.Experiment;
import io.momentgan.network.ParameterLayout.Range;
import io.momentgan.network.UpdaterLayout;
import io.momentgan.network.state.NetworkState;
import io.momentgan.partition.Round;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells which of Adam's moments all workers share at a boundary between two rounds; each worker
 * keeps its own of the others. At the end of an epoch all are shared.
 *
 * @param first whether first moments are shared
 * @param second whether second moments are shared
 */
record SharedAdamState(boolean first, boolean second) implements Serializable {
  private static final SharedAdamState ALL = new SharedAdamState(true, true);

  /** The shared moments at the beginning of a round. */
  static SharedAdamState before(Round round, Experiment experiment) {
    return round.indexInEpoch() == 0 ? ALL : at(round.indexInEpoch(), experiment);
  }

  /** The shared moments at the end of a round. */
  static SharedAdamState after(Round round, Experiment experiment) {
    return round.lastOfEpoch() ? ALL : at(round.indexInEpoch() + 1, experiment);
  }

  private static SharedAdamState at(int roundsOfEpoch, Experiment experiment) {
    AveragingConfig averaging = experiment.averaging();
    return experiment.train().workers() == 1
        ? ALL
        : new SharedAdamState(
            roundsOfEpoch % averaging.firstMomentPeriod() == 0,
            roundsOfEpoch % averaging.secondMomentPeriod() == 0);
  }

  boolean all() {
    return first && second;
  }

  /** Drops all moments that are not shared, so that they do not travel. */
  NetworkState select(NetworkState state, UpdaterLayout layout) {
    if (all()) {
      return state;
    }
    List<Range> ranges = ranges(layout);
    float[] selected = new float[ranges.stream().mapToInt(Range::length).sum()];
    int at = 0;
    for (Range range : ranges) {
      System.arraycopy(state.updaterState(), range.from(), selected, at, range.length());
      at += range.length();
    }
    return new NetworkState(state.params(), selected, state.updates());
  }

  /** Completes a state that has travelled by the moments that are not shared. */
  NetworkState insert(NetworkState travelled, float[] others, UpdaterLayout layout) {
    if (all()) {
      return travelled;
    }
    float[] whole = others.clone();
    int at = 0;
    for (Range range : ranges(layout)) {
      System.arraycopy(travelled.updaterState(), at, whole, range.from(), range.length());
      at += range.length();
    }
    return new NetworkState(travelled.params(), whole, travelled.updates());
  }

  private List<Range> ranges(UpdaterLayout layout) {
    List<Range> ranges = new ArrayList<>();
    if (first) {
      ranges.addAll(layout.first());
    }
    if (second) {
      ranges.addAll(layout.second());
    }
    return ranges;
  }
}
