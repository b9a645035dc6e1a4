package io.momentgan.averaging;

import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The moments that workers of this process keep to themselves from one round to the next. They are
 * lost with the process; then the training goes back to where all were shared.
 *
 * @param generator whole updater state of the worker's generator
 * @param discriminator whole updater state of its discriminator
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record OwnMoments(float[] generator, float[] discriminator) {
  /** A round that is tried again begins where the attempt before it began. */
  private static final int ROUNDS_KEPT = 2;

  private static final ConcurrentHashMap<Owner, NavigableMap<Long, OwnMoments>> KEPT =
      new ConcurrentHashMap<>();

  private record Owner(String run, int rank) {}

  /** Keeps a worker's moments for its next round. */
  void keep(String run, int rank, long nextRound) {
    KEPT.compute(
        new Owner(run, rank),
        (owner, before) -> {
          NavigableMap<Long, OwnMoments> kept =
              before == null ? new TreeMap<>() : new TreeMap<>(before.headMap(nextRound, false));
          kept.put(nextRound, this);
          while (kept.size() > ROUNDS_KEPT) {
            kept.pollFirstEntry();
          }
          return kept;
        });
  }

  /** What a worker kept for a round. */
  static OwnMoments of(String run, int rank, long round) {
    NavigableMap<Long, OwnMoments> kept = KEPT.get(new Owner(run, rank));
    OwnMoments own = kept == null ? null : kept.get(round);
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
