package io.momentgan.collective;

import java.io.Serializable;

/**
 * The cost of a worker's exchanges.
 *
 * @param exchanges number of exchanges
 * @param bytesOut bytes of the numbers that it handed in, also where they stay in the process
 * @param bytesIn bytes of the numbers that it got back
 * @param secondsWaited time that it waited for the others
 */
public record Traffic(long exchanges, long bytesOut, long bytesIn, double secondsWaited)
    implements Serializable {
  /** No exchange. */
  public static final Traffic NONE = new Traffic(0, 0, 0, 0);

  /** Adds further traffic. */
  public Traffic plus(Traffic other) {
    return new Traffic(
        exchanges + other.exchanges,
        bytesOut + other.bytesOut,
        bytesIn + other.bytesIn,
        secondsWaited + other.secondsWaited);
  }
}
