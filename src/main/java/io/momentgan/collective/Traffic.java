package io.momentgan.collective;

import java.io.Serializable;

/**
 * What exchanges cost a worker.
 *
 * @param exchanges how many
 * @param bytesOut bytes of the numbers that it handed in; none leave the process where all workers
 *     are in it
 * @param bytesIn bytes of the numbers that it got back
 * @param secondsWaited time that it waited for the others
 */
public record Traffic(long exchanges, long bytesOut, long bytesIn, double secondsWaited)
    implements Serializable {
  /** No exchange. */
  public static final Traffic NONE = new Traffic(0, 0, 0, 0);

  /**
   * The sum of two.
   *
   * @param other further traffic
   * @return what both cost together
   */
  public Traffic plus(Traffic other) {
    return new Traffic(
        exchanges + other.exchanges,
        bytesOut + other.bytesOut,
        bytesIn + other.bytesIn,
        secondsWaited + other.secondsWaited);
  }
}
