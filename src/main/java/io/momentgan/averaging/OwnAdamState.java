package io.momentgan.averaging;

import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Adam's moments that workers of this process keep to themselves from one round to the next. If the
 * process is lost, the training goes back to the last snapshot with all moments.
 *
 * @param generator whole updater state of the worker's generator
 * @param discriminator whole updater state of its discriminator
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record OwnAdamState(float[] generator, float[] discriminator) {
  // A retried round needs the state that its first attempt began with.
  private static final int ROUNDS_KEPT = 2;

  private static final ConcurrentHashMap<Owner, NavigableMap<Long, OwnAdamState>> KEPT =
      new ConcurrentHashMap<>();

  private record Owner(String run, int rank) {}

  void keep(String run, int rank, long nextRound) {
    KEPT.compute(
        new Owner(run, rank),
        (owner, before) -> {
          NavigableMap<Long, OwnAdamState> kept =
              before == null ? new TreeMap<>() : new TreeMap<>(before.headMap(nextRound, false));
          kept.put(nextRound, this);
          while (kept.size() > ROUNDS_KEPT) {
            kept.pollFirstEntry();
          }
          return kept;
        });
  }

  /** The state that a worker kept for a round. */
  static OwnAdamState of(String run, int rank, long round) {
    NavigableMap<Long, OwnAdamState> kept = KEPT.get(new Owner(run, rank));
    OwnAdamState own = kept == null ? null : kept.get(round);
    if (own == null) {
      throw new IllegalStateException(
          ("The moments that worker %d kept to itself (averaging.first-moment-period,"
                  + " second-moment-period) are not in this process: its executor was lost, or its"
                  + " task moved")
              .formatted(rank));
    }
    return own;
  }
}
