package io.momentgan.config;

import java.io.Serializable;

/**
 * What is done to the images that the discriminator is shown in training.
 *
 * @param noiseSd standard deviation of the Gaussian noise that is added to real and generated
 *     images (Arjovsky and Bottou 2017); 0 for none
 * @param noiseIterations iterations over which it decreases linearly to 0; 0 for a constant one
 * @param replayCapacity how many past generated images of a round a worker remembers
 * @param replayShare probability that a generated image is replaced by a remembered one in the
 *     discriminator's update (Shrivastava et al. 2017)
 * @param opponentRounds after how many rounds the older generator, which the discriminator faces
 *     now and then, is replaced by the newest (ganhacks 8); 0 for none
 * @param opponentShare probability that an update of the discriminator faces it
 */
public record DiscriminatorInputConfig(
    double noiseSd,
    int noiseIterations,
    int replayCapacity,
    double replayShare,
    int opponentRounds,
    double opponentShare)
    implements Serializable {
  /** Checks each setting by itself. */
  public DiscriminatorInputConfig {
    ConfigException.check(
        noiseSd >= 0, "discriminator-input.noise-sd", noiseSd, "0 (none) or a positive number");
    ConfigException.check(
        noiseIterations >= 0,
        "discriminator-input.noise-iterations",
        noiseIterations,
        "0 (constant) or a positive number");
    ConfigException.check(
        replayCapacity >= 0,
        "discriminator-input.replay-capacity",
        replayCapacity,
        "0 (none) or a positive number");
    ConfigException.check(
        replayShare >= 0 && replayShare <= 1,
        "discriminator-input.replay-share",
        replayShare,
        "a probability");
    ConfigException.check(
        opponentRounds >= 0,
        "discriminator-input.opponent-rounds",
        opponentRounds,
        "0 (none) or a positive number");
    ConfigException.check(
        opponentShare >= 0 && opponentShare <= 1,
        "discriminator-input.opponent-share",
        opponentShare,
        "a probability");
  }

  /**
   * The standard deviation of the noise.
   *
   * @param iteration number of the iteration in the whole training
   */
  public double noise(long iteration) {
    return noiseIterations == 0
        ? noiseSd
        : noiseSd * Math.max(0, 1 - iteration / (double) noiseIterations);
  }
}
