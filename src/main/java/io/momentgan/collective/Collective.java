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
   * Merges moments over all workers, in rank order.
   *
   * @param contribution this worker's moments; all workers give lists of the same shape
   * @return for each place of the list the moments of all workers together; the same bits on every
   *     worker and in every repetition
   * @throws CollectiveException when a worker failed or the deadline passed; the message names the
   *     missing ranks
   */
  List<Moments> merge(List<Moments> contribution);

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
