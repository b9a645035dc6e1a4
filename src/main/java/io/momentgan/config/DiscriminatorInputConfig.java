package io.momentgan.config;

import static io.momentgan.config.ConfigException.check;

import java.io.Serializable;

/**
 * How the discriminator's input images are altered in training.
 *
 * @param noiseSd standard deviation of the Gaussian noise added to real and generated images
 *     (Arjovsky and Bottou 2017); 0 for none
 * @param noiseIterations iterations over which the noise decreases linearly to 0; 0 for constant
 * @param replayCapacity how many past generated images a worker remembers, over the whole training
 *     (Shrivastava et al. 2017, section 2.3); 0 for none
 * @param replayShare probability that the discriminator's update shows a remembered image in place
 *     of a new one
 * @param opponentRounds rounds after which the newest generator replaces the older one that the
 *     discriminator also faces (ganhacks 8); 0 for none
 * @param opponentShare probability that an update of the discriminator faces the older generator
 */
public record DiscriminatorInputConfig(
    double noiseSd,
    int noiseIterations,
    int replayCapacity,
    double replayShare,
    int opponentRounds,
    double opponentShare)
    implements Serializable {
  private static final String NONE_OR_POSITIVE = "0 (none) or a positive number";

  public DiscriminatorInputConfig {
    check(noiseSd >= 0, "noise-sd", noiseSd, NONE_OR_POSITIVE);
    check(
        noiseIterations >= 0,
        "noise-iterations",
        noiseIterations,
        "0 (constant) or a positive number");
    check(replayCapacity >= 0, "replay-capacity", replayCapacity, NONE_OR_POSITIVE);
    checkProbability("replay-share", replayShare);
    check(opponentRounds >= 0, "opponent-rounds", opponentRounds, NONE_OR_POSITIVE);
    checkProbability("opponent-share", opponentShare);
  }

  private static void checkProbability(String key, double share) {
    check(share >= 0 && share <= 1, key, share, "a probability");
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
