package io.momentgan.network.state;

import java.io.Serializable;
import java.util.List;
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
 * @param replay what each worker's discriminator may be shown again, in rank order; empty where
 *     nothing is replayed and before the first round
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
    List<ReplayBuffer> replay,
    AveragingState averaging)
    implements Serializable {
  public Snapshot {
    replay = List.copyOf(replay);
  }

  /** The buffer of a worker. */
  public ReplayBuffer replay(int rank) {
    return replay.isEmpty() ? ReplayBuffer.EMPTY : replay.get(rank);
  }

  /** This snapshot without the buffers. */
  public Snapshot withoutReplay() {
    return withReplay(List.of());
  }

  /**
   * This snapshot for another number of workers: their buffers are {@linkplain ReplayBuffer#dealt
   * dealt anew}, all else belongs to no worker.
   *
   * @param workers how many
   * @param capacity most images of a buffer
   */
  public Snapshot forWorkers(int workers, int capacity) {
    return replay.isEmpty() || replay.size() == workers
        ? this
        : withReplay(ReplayBuffer.dealt(replay, workers, capacity));
  }

  private Snapshot withReplay(List<ReplayBuffer> other) {
    return new Snapshot(
        round, iteration, samplesSeen, generator, discriminator, opponent, other, averaging);
  }

  /** Returns the generator's exponential moving average without optimizer state, if it is kept. */
  public Optional<NetworkState> emaGenerator() {
    return averaging.ema().length == 0
        ? Optional.empty()
        : Optional.of(new NetworkState(averaging.ema(), new float[0], generator.updates()));
  }

  /**
   * Returns the discriminator's exponential moving average without optimizer state, if it is kept.
   */
  public Optional<NetworkState> emaDiscriminator() {
    return averaging.discriminatorEma().length == 0
        ? Optional.empty()
        : Optional.of(
            new NetworkState(averaging.discriminatorEma(), new float[0], discriminator.updates()));
  }

  /** Returns the discriminator as it classifies images: its moving average, if it is kept. */
  public NetworkState classifier() {
    return emaDiscriminator().orElse(discriminator);
  }
}
