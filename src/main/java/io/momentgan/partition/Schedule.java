package io.momentgan.partition;

import io.momentgan.config.TrainConfig;

/**
 * How a training is cut into epochs, rounds and iterations. Epochs end with a round; images beyond
 * the last full batch of a shard are left out of that epoch (another order leaves out others).
 *
 * @param iterationsPerEpoch iterations of each worker in an epoch
 * @param averagingFrequency iterations per round
 * @param epochs number of epochs
 */
public record Schedule(int iterationsPerEpoch, int averagingFrequency, int epochs) {
  /**
   * The schedule of a training.
   *
   * @param train the settings, workers known
   * @param images number of training images
   * @return the schedule; without iterations when the batch is larger than the smallest shard
   */
  public static Schedule of(TrainConfig train, int images) {
    int iterations = Shards.smallestSize(images, train.workers()) / train.batchSize();
    return new Schedule(iterations, train.averagingFrequency(), train.epochs());
  }

  /** Number of rounds of an epoch. */
  public int roundsPerEpoch() {
    return (iterationsPerEpoch + averagingFrequency - 1) / averagingFrequency;
  }

  /** Number of rounds of the training. */
  public long rounds() {
    return (long) roundsPerEpoch() * epochs;
  }

  /** Number of iterations that each worker makes. */
  public long iterations() {
    return (long) iterationsPerEpoch * epochs;
  }

  /**
   * A round by its number.
   *
   * @param number from 0
   * @return the round
   */
  public Round round(long number) {
    int epoch = (int) (number / roundsPerEpoch());
    int index = (int) (number % roundsPerEpoch());
    int first = index * averagingFrequency;
    return new Round(
        number,
        epoch + 1,
        first,
        Math.min(averagingFrequency, iterationsPerEpoch - first),
        (long) epoch * iterationsPerEpoch + first,
        index == roundsPerEpoch() - 1);
  }
}
