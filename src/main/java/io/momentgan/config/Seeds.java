package io.momentgan.config;

/**
 * Derives the seed of each random draw from the run's seed and the place of the draw (epoch,
 * iteration, rank, ...), so that a draw depends on nothing that happened before it: a round that is
 * run again, on another machine or after a resume, draws the same numbers.
 */
public final class Seeds {
  /** What a seed is used for; keeps draws for different purposes apart. */
  public enum Use {
    /** Initial weights of the generator. */
    GENERATOR_WEIGHTS(1),
    /** Initial weights of the discriminator. */
    DISCRIMINATOR_WEIGHTS(2),
    /** Assignment of images to shards. */
    SHARDS(3),
    /** Order of a shard's images in an epoch. */
    ORDER(4),
    /** Latent vectors of an iteration. */
    LATENT(5),
    /** Dropout masks and other noise inside networks. */
    NOISE(6),
    /** The fixed latent vectors of the sample grid. */
    GRID(7),
    /** The stored samples of an epoch. */
    SAMPLES(8),
    /** Pairs of real batches that measure the noise floor. */
    FLOOR(9),
    /** Samples drawn in numbers: for measures of quality and for files. */
    DRAWS(10),
    /** Which real images a measure looks at, and in what order. */
    REALS(11),
    /** Images made of independent pixels, the ceiling of measures. */
    INDEPENDENT_PIXELS(12),
    /** Targets of the discriminator. */
    LABELS(13),
    /** Noise on the images that the discriminator is shown. */
    INPUT_NOISE(14),
    /** Which generated images are replaced by remembered ones. */
    REPLAY(15),
    /** Dropout masks of generators that are sampled with dropout. */
    SAMPLING_DROPOUT(16),
    /** Which updates of the discriminator face the older generator. */
    OPPONENT(17);

    private final long salt;

    Use(long salt) {
      this.salt = salt;
    }
  }

  private Seeds() {}

  /**
   * The seed for one draw.
   *
   * @param runSeed {@code train.seed}
   * @param use what for
   * @param place where: epoch, iteration, rank, ...
   * @return a well-mixed seed
   */
  public static long of(long runSeed, Use use, long... place) {
    long seed = mix(runSeed + GOLDEN_GAMMA * use.salt);
    for (long part : place) {
      seed = mix(seed + GOLDEN_GAMMA * (part + 1));
    }
    return seed;
  }

  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  /** The finalizer of SplitMix64 (Steele, Lea and Flood 2014). */
  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }
}
