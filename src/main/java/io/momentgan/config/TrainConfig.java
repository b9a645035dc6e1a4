package io.momentgan.config;

import static io.momentgan.config.ConfigException.check;
import static io.momentgan.config.ConfigException.checkPositive;

import java.io.Serializable;
import java.util.List;

/**
 * Length, order and distribution of the training.
 *
 * @param epochs number of epochs, after each of which samples, metrics and checkpoints are written
 * @param passes passes over the training images in an epoch; more than 1 for small sets
 * @param seed seed of all random draws
 * @param initImages training images from which layers with weight normalisation or minibatch
 *     discrimination get their first scales and biases; 0 for none
 * @param batchSize images per worker and iteration
 * @param workers number of shards trained side by side; 0 for the number of cores
 * @param averagingFrequency iterations per round, after which the workers' networks are averaged
 * @param gradients whose gradients a worker updates its networks by
 * @param warmUp phases at the beginning with other frequencies, one after another (post-local SGD,
 *     arXiv 1808.07217: average often while the networks still move fast)
 * @param dSteps discriminator updates per iteration
 * @param gSteps generator updates per iteration ("g_advantage")
 * @param freshBatches whether each discriminator update, and the generator, has a real batch and z
 *     of its own (Goodfellow et al. 2014, algorithm 1); else all updates of an iteration share one
 * @param freshLatent whether each of an iteration's generator updates draws its own z
 * @param thresholds losses above which a network is updated more often
 * @param deadlineSeconds how long a worker waits for the others before its round fails
 */
public record TrainConfig(
    int epochs,
    int passes,
    long seed,
    int initImages,
    int batchSize,
    int workers,
    int averagingFrequency,
    Gradients gradients,
    List<WarmUpPhase> warmUp,
    int dSteps,
    int gSteps,
    boolean freshBatches,
    boolean freshLatent,
    ThresholdsConfig thresholds,
    int deadlineSeconds)
    implements Serializable {
  public TrainConfig {
    warmUp = List.copyOf(warmUp);
    checkPositive("epochs", epochs);
    checkPositive("passes", passes);
    check(
        initImages == 0 || initImages > 1,
        "init-images",
        initImages,
        "0 (no initialisation from images) or at least 2");
    checkPositive("batch-size", batchSize);
    check(workers >= 0, "workers", workers, "0 (the cores) or more");
    checkPositive("averaging-frequency", averagingFrequency);
    checkPositive("d-steps", dSteps);
    checkPositive("g-steps", gSteps);
    checkPositive("deadline-seconds", deadlineSeconds);
  }

  /**
   * A phase at the beginning of the training with its own number of iterations per round.
   *
   * @param epochs its length
   * @param averagingFrequency iterations per round
   */
  public record WarmUpPhase(int epochs, int averagingFrequency) implements Serializable {
    public WarmUpPhase {
      checkPositive("epochs", epochs);
      checkPositive("averaging-frequency", averagingFrequency);
    }
  }

  /**
   * More updates of a network in an iteration while its loss, averaged over the workers, is above a
   * threshold. Off by default, since the list of GAN hacks advises against it (item 11).
   *
   * @param dLoss threshold of the discriminator's loss; 0 for off
   * @param gLoss threshold of the adversarial part of the generator's loss; 0 for off
   * @param mostSteps most updates of a network in an iteration, including the ordinary ones
   */
  public record ThresholdsConfig(double dLoss, double gLoss, int mostSteps)
      implements Serializable {
    public ThresholdsConfig {
      check(dLoss >= 0, "d-loss", dLoss, "0 (off) or a positive number");
      check(gLoss >= 0, "g-loss", gLoss, "0 (off) or a positive number");
      checkPositive("most-steps", mostSteps);
    }

    /** Whether any update depends on a loss. */
    public boolean on() {
      return dLoss > 0 || gLoss > 0;
    }
  }

  /** Iterations per round in an epoch (counted from 1), by the phase that it falls into. */
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

  /** Whether workers share each gradient in an epoch. */
  public boolean sharesGradients(int epoch) {
    return gradients != Gradients.OWN || averagingFrequency(epoch) == 1;
  }

  /** Whether workers share each gradient in some epoch. */
  public boolean everSharesGradients() {
    return gradients != Gradients.OWN
        || averagingFrequency == 1
        || warmUp.stream().anyMatch(phase -> phase.averagingFrequency() == 1);
  }

  /** Whose gradients a worker updates its networks by. A worker alone has its own only. */
  public enum Gradients {
    /** Its own, but in rounds of one iteration all workers' mean. */
    OWN,
    /** All workers' mean, so that their networks never drift apart. */
    SHARED,
    /**
     * All workers' mean, which their devices take in floats and in an order of their own: with
     * other bits, and without the hosts.
     */
    DEVICES
  }

  /**
   * When failed rounds and lost executors end the run.
   *
   * @param limit failed attempts at rounds that end the run, if they fall
   * @param window within so many rounds
   * @param roundSeconds wall time after which an attempt at a round has failed; 0 for no limit
   * @param waitSeconds wall time for which a round waits for executors in the place of lost ones
   * @param leastWorkers fewest workers to go on with after that; 0 for none fewer than before
   */
  public record FailuresConfig(
      int limit, int window, int roundSeconds, int waitSeconds, int leastWorkers)
      implements Serializable {
    public FailuresConfig {
      check(limit > 0, "limit", limit, "a positive number of attempts");
      check(window > 0, "window", window, "a positive number of rounds");
      check(roundSeconds >= 0, "round-seconds", roundSeconds, "0 (no limit) or more");
      checkPositive("wait-seconds", waitSeconds);
      check(leastWorkers >= 0, "least-workers", leastWorkers, "0 (no fewer) or more");
    }
  }
}
