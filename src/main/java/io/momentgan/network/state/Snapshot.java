package io.momentgan.network.state;

import java.io.Serializable;
import java.util.Optional;

/**
 * The state of a training between two rounds.
 *
 * @param round number of rounds made
 * @param iteration number of iterations of each worker
 * @param samplesSeen number of real images that all workers have seen
 * @param generator state of the generator
 * @param discriminator state of the discriminator
 * @param opponent parameters of an older generator that the discriminator faces now and then, or
 *     empty; never mutated
 * @param averaging the driver's own state
 */
@SuppressWarnings("ArrayRecordComponent") // compared array by array where needed
public record Snapshot(
    long round,
    long iteration,
    long samplesSeen,
    NetworkState generator,
    NetworkState discriminator,
    float[] opponent,
    AveragingState averaging)
    implements Serializable {
  /** Returns the generator's exponential moving average without optimizer state, if it is kept. */
  public Optional<NetworkState> emaGenerator() {
    return averaging.ema().length == 0
        ? Optional.empty()
        : Optional.of(new NetworkState(averaging.ema(), new float[0], generator.updates()));
  }
}
