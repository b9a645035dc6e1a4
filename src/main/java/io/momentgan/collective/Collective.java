package io.momentgan.collective;

/**
 * One worker's end of the group of workers of a round.
 *
 * <p>Every worker must make the same calls in the same order. Every wait ends: by the result, by a
 * deadline, or because a worker failed.
 */
public interface Collective extends AutoCloseable {
  /** This worker's number, 0 to size-1. */
  int rank();

  /** Number of workers. */
  int size();

  /**
   * Hands in a message to be merged over all workers without waiting for the result. One exchange
   * at a time.
   *
   * @param contribution this worker's message; all workers give messages of one kind and shape
   * @return the exchange, to be awaited before the next one begins
   * @throws CollectiveException when a worker failed
   */
  <M extends Message> Exchange<M> begin(M contribution);

  /** Merges messages as {@link #begin} does, and waits for the result. */
  default <M extends Message> M merge(M contribution) {
    return begin(contribution).await();
  }

  /** Tells the others, in one line, that this worker gives up, so that none waits for it. */
  void abort(String reason);

  /** Leaves the group. */
  @Override
  void close();

  /** Refuses a second exchange while one has not been awaited. */
  static void requireNone(boolean underWay) {
    if (underWay) {
      throw new IllegalStateException("An exchange is under way: await it before the next one");
    }
  }
}
