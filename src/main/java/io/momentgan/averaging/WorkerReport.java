package io.momentgan.averaging;

import io.momentgan.collective.Traffic;
import io.momentgan.step.Losses;
import java.io.Serializable;

/**
 * A worker's figures of its round.
 *
 * @param rank number of the worker
 * @param host where it ran
 * @param samples real images it has trained on
 * @param sum sum of its iterations' figures
 * @param iterations number of its iterations
 * @param last figures of the last batch after the last update
 * @param maxGradientNorm largest gradient norm in any of its iterations: of the discriminator, and
 *     of the generator where the moment penalty takes no part in it
 * @param seconds wall time
 * @param stepSeconds time within iterations, waits for others included
 * @param traffic cost of its exchanges
 * @param fault the value that was not finite
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
   * The reason why a worker stopped.
   *
   * @param own whether the value was the worker's own, not another worker's
   * @param text the value that was not finite; empty when all were
   */
  record Fault(boolean own, String text) implements Serializable {
    static final Fault NONE = new Fault(false, "");

    boolean isNone() {
      return text.isEmpty();
    }

    /** This fault, or a later one if this is none. */
    Fault or(Fault later) {
      return isNone() ? later : this;
    }
  }
}
