package io.momentgan.averaging;

import io.momentgan.collective.Traffic;
import io.momentgan.step.Losses;
import java.io.Serializable;

/**
 * What a worker says of its round beside its networks.
 *
 * @param rank number of the worker
 * @param host where it ran
 * @param samples real images it has trained on
 * @param sum sum of its iterations' figures
 * @param iterations number of its iterations
 * @param last figures of the last batch after the last update
 * @param maxGradientNorm largest gradient norm of either network in any of its iterations
 * @param seconds wall time
 * @param stepSeconds of these, time within iterations, waits for others included
 * @param traffic what its exchanges cost
 * @param fault what was not finite
 */
public record WorkerReport(
    int rank,
    String host,
    long samples,
    Losses sum,
    int iterations,
    Losses last,
    double maxGradientNorm,
    double seconds,
    double stepSeconds,
    Traffic traffic,
    Fault fault)
    implements Serializable {
  /**
   * Why a worker stopped.
   *
   * @param own whether it was a figure of its own, and not what another worker told
   * @param text what was not finite; empty when nothing
   */
  record Fault(boolean own, String text) implements Serializable {
    static final Fault NONE = new Fault(false, "");

    boolean isNone() {
      return text.isEmpty();
    }

    /** The first of two, where the second is found later. */
    Fault or(Fault later) {
      return isNone() ? later : this;
    }
  }
}
