package io.momentgan.config;

import java.io.Serializable;

/**
 * Length, order and distribution of the training.
 *
 * @param epochs passes over the training images
 * @param seed seed of everything that is drawn
 * @param batchSize images per worker and iteration
 * @param workers number of shards trained side by side; 0 for the number of cores
 * @param averagingFrequency iterations per round, after which the workers' networks are averaged
 * @param dSteps discriminator updates per iteration
 * @param gSteps generator updates per iteration ("g_advantage")
 * @param deadlineSeconds how long a worker waits for the others before its round fails
 */
public record TrainConfig(
    int epochs,
    long seed,
    int batchSize,
    int workers,
    int averagingFrequency,
    int dSteps,
    int gSteps,
    int deadlineSeconds)
    implements Serializable {
  /** Checks each setting by itself. */
  public TrainConfig {
    ConfigException.check(epochs > 0, "train.epochs", epochs, "a positive number");
    ConfigException.check(batchSize > 0, "train.batch-size", batchSize, "a positive number");
    ConfigException.check(workers >= 0, "train.workers", workers, "0 (the cores) or more");
    ConfigException.check(
        averagingFrequency > 0,
        "train.averaging-frequency",
        averagingFrequency,
        "a positive number");
    ConfigException.check(dSteps > 0, "train.d-steps", dSteps, "a positive number");
    ConfigException.check(gSteps > 0, "train.g-steps", gSteps, "a positive number");
    ConfigException.check(
        deadlineSeconds > 0, "train.deadline-seconds", deadlineSeconds, "a positive number");
  }

  /**
   * The same settings with a known number of workers.
   *
   * @param count the number
   * @return the changed copy
   */
  public TrainConfig withWorkers(int count) {
    return new TrainConfig(
        epochs, seed, batchSize, count, averagingFrequency, dSteps, gSteps, deadlineSeconds);
  }
}
