package io.momentgan.partition;

import io.momentgan.config.TrainConfig;
import java.util.stream.IntStream;

/**
 * Cuts a training into epochs, rounds and iterations. Epochs end with a round; images beyond the
 * last full batch of a shard are left out of that pass (another order leaves out others).
 *
 * @param iterationsPerEpoch iterations of each worker in an epoch
 * @param train the settings, workers known
 */
public record Schedule(int iterationsPerEpoch, TrainConfig train) {
  /**
   * Makes the schedule for a number of images: without iterations when the batch is larger than the
   * smallest shard.
   */
  public static Schedule of(TrainConfig train, int images) {
    int perPass = Shards.smallestSize(images, train.workers()) / train.batchSize();
    return new Schedule(train.passes() * perPass, train);
  }

  /** Number of rounds of the training. */
  public long rounds() {
    return IntStream.rangeClosed(1, train.epochs()).mapToLong(this::roundsOf).sum();
  }

  /** Number of iterations that each worker makes. */
  public long iterations() {
    return (long) iterationsPerEpoch * train.epochs();
  }

  /** Finds a round by its number, from 0. */
  public Round round(long number) {
    int epoch = 1;
    long before = 0;
    while (number >= before + roundsOf(epoch)) {
      before += roundsOf(epoch++);
    }
    int frequency = train.averagingFrequency(epoch);
    int index = (int) (number - before);
    int first = index * frequency;
    return new Round(
        number,
        epoch,
        first,
        Math.min(frequency, iterationsPerEpoch - first),
        iterationsPerEpoch / train.passes(),
        (long) (epoch - 1) * iterationsPerEpoch + first,
        index,
        index == roundsOf(epoch) - 1,
        frequency == 1);
  }

  private int roundsOf(int epoch) {
    int frequency = train.averagingFrequency(epoch);
    return (iterationsPerEpoch + frequency - 1) / frequency;
  }
}
