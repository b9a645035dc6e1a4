package io.momentgan.collective;

import io.momentgan.moments.Moments;
import java.util.List;

/** An exchange of moments under way. */
@FunctionalInterface
public interface Exchange {
  /**
   * Waits until all workers have handed theirs in.
   *
   * @return for each place of the list the moments of all workers together; the same bits on every
   *     worker and in every repetition
   * @throws CollectiveException when a worker failed or the deadline passed; the message names the
   *     missing ranks
   */
  List<Moments> await();
}
