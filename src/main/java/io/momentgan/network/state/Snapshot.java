package io.momentgan.network.state;

import java.io.Serializable;
import java.util.Optional;

/**
 * The state of a training between two rounds.
 *
 * @param round number of rounds made
 * @param iteration number of iterations that each worker has made
 * @param samplesSeen number of real images that all workers together have seen
 * @param generator state of the generator
 * @param discriminator state of the discriminator
 * @param opponent parameters of an older generator, which the discriminator faces now and then;
 *     empty where there is none; never mutated
 * @param averaging what the driver alone knows
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
  /**
   * The generator's exponential moving average as a generator to draw from.
   *
   * @return its state, without that of an optimizer; empty where no average is kept
   */
  public Optional<NetworkState> emaGenerator() {
    return averaging.ema().length == 0
        ? Optional.empty()
        : Optional.of(new NetworkState(averaging.ema(), new float[0], generator.updates()));
  }
}
