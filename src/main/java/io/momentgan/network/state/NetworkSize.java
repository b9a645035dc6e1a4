package io.momentgan.network.state;

/**
 * Lengths of a network's state.
 *
 * @param parameters number of parameters, with running statistics and held values
 * @param updaterState number of values of the optimizer's state
 */
public record NetworkSize(long parameters, long updaterState) {
  /** Bytes of parameters and optimizer state. */
  public long bytes() {
    return Float.BYTES * (parameters + updaterState);
  }

  /** Adds the lengths of another network. */
  public NetworkSize plus(NetworkSize other) {
    return new NetworkSize(parameters + other.parameters, updaterState + other.updaterState);
  }
}
