package io.momentgan.collective;

import io.momentgan.moments.Moments;
import java.util.List;

/**
 * One worker's end of the group of workers of a round.
 *
 * <p>Every worker must make the same calls in the same order. All waits end: by the result, by a
 * deadline, or because a worker failed.
 */
public interface Collective extends AutoCloseable {
  /** This worker's number, 0 to size-1. */
  int rank();

  /** Number of workers. */
  int size();

  /**
   * Hands in moments that are to be merged over all workers, and does not wait: the worker goes on
   * with what does not need the result. One exchange at a time.
   *
   * @param contribution this worker's moments; all workers give lists of the same shape
   * @return the exchange, to be awaited before the next one begins
   * @throws CollectiveException when a worker failed
   */
  Exchange begin(List<Moments> contribution);

  /**
   * Merges moments over all workers, in rank order, and waits for the result.
   *
   * @param contribution this worker's moments; all workers give lists of the same shape
   * @return what {@link Exchange#await} returns
   * @throws CollectiveException when a worker failed or the deadline passed; the message names the
   *     missing ranks
   */
  default List<Moments> merge(List<Moments> contribution) {
    return begin(contribution).await();
  }

  /**
   * Tells the others that this worker gives up, so that none waits for it.
   *
   * @param reason one line
   */
  void abort(String reason);

  /** Leaves the group. */
  @Override
  void close();

  /**
   * Refuses a second exchange beside the first.
   *
   * @param underWay whether an exchange has not been awaited
   * @throws IllegalStateException if so
   */
  static void requireNone(boolean underWay) {
    if (underWay) {
      throw new IllegalStateException("An exchange is under way: await it before the next one");
    }
  }

  /**
   * Folds contributions in rank order.
   *
   * @param byRank contributions, each a list of the same shape
   * @return the merged list
   */
  static List<Moments> fold(List<List<Moments>> byRank) {
    List<Moments> first = byRank.get(0);
    return java.util.stream.IntStream.range(0, first.size())
        .mapToObj(
            place -> byRank.stream().map(c -> c.get(place)).reduce(Moments::merge).orElseThrow())
        .toList();
  }
}
