package io.momentgan.config;

import java.io.Serializable;
import java.util.List;

/**
 * Length, order and distribution of the training.
 *
 * @param epochs passes over the training images
 * @param seed seed of everything that is drawn
 * @param batchSize images per worker and iteration
 * @param workers number of shards trained side by side; 0 for the number of cores
 * @param averagingFrequency iterations per round, after which the workers' networks are averaged
 * @param warmUp phases at the beginning with other frequencies, one after another (post-local SGD,
 *     arXiv 1808.07217: average often while the networks still move fast)
 * @param dSteps discriminator updates per iteration
 * @param gSteps generator updates per iteration ("g_advantage")
 * @param freshLatent whether each of an iteration's generator updates draws its own z
 * @param thresholds losses above which a network is updated more often
 * @param deadlineSeconds how long a worker waits for the others before its round fails
 */
public record TrainConfig(
    int epochs,
    long seed,
    int batchSize,
    int workers,
    int averagingFrequency,
    List<WarmUpPhase> warmUp,
    int dSteps,
    int gSteps,
    boolean freshLatent,
    ThresholdsConfig thresholds,
    int deadlineSeconds)
    implements Serializable {
  /** Checks each setting by itself. */
  public TrainConfig {
    warmUp = List.copyOf(warmUp);
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
   * Iterations per round.
   *
   * @param epoch number of the epoch, from 1
   * @return the frequency of the phase that the epoch falls into
   */
  public int averagingFrequency(int epoch) {
    int end = 0;
    for (WarmUpPhase phase : warmUp) {
      end += phase.epochs();
      if (epoch <= end) {
        return phase.averagingFrequency();
      }
    }
    return averagingFrequency;
  }

  /** Whether workers share each gradient in some epoch: where a round is one iteration. */
  public boolean everSharesGradients() {
    return averagingFrequency == 1
        || warmUp.stream().anyMatch(phase -> phase.averagingFrequency() == 1);
  }

  /**
   * The same settings with a known number of workers.
   *
   * @param count the number
   * @return the changed copy
   */
  public TrainConfig withWorkers(int count) {
    return new TrainConfig(
        epochs,
        seed,
        batchSize,
        count,
        averagingFrequency,
        warmUp,
        dSteps,
        gSteps,
        freshLatent,
        thresholds,
        deadlineSeconds);
  }
}
