package io.momentgan.collective;

/** An exchange of messages under way. */
@FunctionalInterface
public interface Exchange<M extends Message> {
  /**
   * Waits until all workers have handed in their messages.
   *
   * @return the merged message; the same bits on every worker and in every repetition
   * @throws CollectiveException when a worker failed or the deadline passed; the message names the
   *     missing ranks
   */
  M await();
}
