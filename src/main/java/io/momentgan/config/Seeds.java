package io.momentgan.config;

/**
 * Derives the seed of each random draw from the run's seed and the place of the draw (epoch,
 * iteration, rank, ...). A draw depends on nothing before it, so a round that is retried, on
 * another machine or after a resume, draws the same numbers.
 */
public final class Seeds {
  /** Purposes of seeds: keeps their draws independent. */
  public enum Use {
    GENERATOR_WEIGHTS(1),
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
    /** Samples drawn for measures of quality and for files. */
    DRAWS(10),
    /** Choice and order of the real images of a measure. */
    REALS(11),
    /** Images of independent pixels, the ceiling of measures. */
    INDEPENDENT_PIXELS(12),
    /** Targets of the discriminator. */
    LABELS(13),
    /** Noise on the images that the discriminator is shown. */
    INPUT_NOISE(14),
    /** Choice of the generated images that remembered ones replace. */
    REPLAY(15),
    /** Dropout masks of generators that are sampled with dropout. */
    SAMPLING_DROPOUT(16),
    /** Choice of the discriminator's updates that face the older generator. */
    OPPONENT(17),
    /** Images, latent vectors and noise of the data-dependent initialisation. */
    INITIALISATION(18),
    /** Augmentation of the images that the discriminator is shown. */
    AUGMENTATION(20),
    /** Order of the labelled images of a classifier. */
    LABELLED(21),
    /** Places between real and generated images where the discriminator's gradient is penalised. */
    INTERPOLATION(22);

    private final long salt;

    Use(long salt) {
      this.salt = salt;
    }
  }

  private Seeds() {}

  /**
   * The seed of one draw.
   *
   * @param runSeed {@code train.seed}
   * @param use its purpose
   * @param place its epoch, iteration, rank, ...
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
