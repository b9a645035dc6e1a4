package io.momentgan.config;

import static io.momentgan.config.ConfigException.check;
import static io.momentgan.config.ConfigException.checkPositive;

import java.io.Serializable;

/**
 * How the driver combines the workers' networks at the end of a round.
 *
 * @param ema the generator's exponential moving average
 * @param outer the outer optimizer, which treats the average as a gradient
 * @param firstMomentPeriod rounds between two averagings of the optimizers' first moments (Adam's
 *     m, the velocity of momentum); between them each worker keeps its own (DES-LOC, arXiv
 *     2505.22549)
 * @param secondMomentPeriod rounds between two averagings of Adam's v
 * @param path where networks, and the moments and gradients of iterations, are averaged
 * @param wire how exact the numbers are that workers hand in
 */
public record AveragingConfig(
    Ema ema, Outer outer, int firstMomentPeriod, int secondMomentPeriod, Path path, Wire wire)
    implements Serializable {
  public AveragingConfig {
    check(
        firstMomentPeriod > 0,
        "first-moment-period",
        firstMomentPeriod,
        "a positive number of rounds");
    check(
        secondMomentPeriod > 0,
        "second-moment-period",
        secondMomentPeriod,
        "a positive number of rounds");
  }

  /** Where the workers' numbers are averaged; the bits are the same. */
  public enum Path {
    /** Slices where the numbers of all workers together are too many bytes for the driver. */
    AUTO,
    /** All come to the driver. */
    DRIVER,
    /**
     * Slices of networks go through Spark's shuffle to tasks that average them; the driver gets the
     * average. Slices of an iteration's moments and gradients go from worker to worker.
     */
    SLICES
  }

  /** Precision of numbers between workers. A worker alone sends none: its numbers stay exact. */
  public Wire wireOf(int workers) {
    return workers == 1 ? Wire.EXACT : wire;
  }

  /**
   * How exact the numbers are that workers hand in and get back. Numbers are rounded to the
   * nearest, ties to even, in one process as well, so the bits depend on the setting but on no path
   * or place.
   */
  public enum Wire {
    /** Moments and gradients in double, networks in float. */
    EXACT(Double.BYTES),
    /** Moments and gradients in float. */
    FLOAT(Float.BYTES),
    /**
     * Moments and gradients in bfloat16, the upper half of a float: its range with 8 significant
     * bits. Means are sent as differences from those of all training images. Of networks the
     * changes of parameters since the round's beginning and, where a round replaces a tenth of it,
     * Adam's m; all else of networks stays float.
     */
    BF16(Short.BYTES);

    private static final double MOST_KEPT = 0.9;
    private static final int LEAST_EXPONENT = Float.MIN_EXPONENT;
    private static final int FRACTION_BITS = 7;
    private static final int DOUBLE_BIAS = Double.MAX_EXPONENT;
    private static final int DOUBLE_FRACTION_BITS = 52;

    private final int bytes;

    Wire(int bytes) {
      this.bytes = bytes;
    }

    /** Bytes of one of the numbers of moments and gradients. */
    public int bytes() {
      return bytes;
    }

    /** Rounds a number to this precision. */
    public double round(double value) {
      return switch (this) {
        case EXACT -> value;
        case FLOAT -> (float) value;
        case BF16 -> fromBf16(toBf16(value));
      };
    }

    /**
     * Whether first moments may be rounded as they are. One that a round changes by less than half
     * of a bfloat16's last bit stands still: a constant gradient is missed by up to 1/256 of it
     * over the share that a round replaces, so by 4 % with a tenth.
     *
     * @param kept share that a round leaves of what they were
     */
    public boolean roundsFirstMoments(double kept) {
      return this == BF16 && kept <= MOST_KEPT;
    }

    /** Rounds numbers; returns the array itself where there is nothing to round. */
    public double[] round(double[] values) {
      if (this == EXACT) {
        return values;
      }
      double[] rounded = new double[values.length];
      for (int i = 0; i < rounded.length; i++) {
        rounded[i] = round(values[i]);
      }
      return rounded;
    }

    /** The bits of the nearest bfloat16; all NaN have the same. */
    public static short toBf16(double value) {
      int exponent = Math.max(Math.getExponent(value), LEAST_EXPONENT) - FRACTION_BITS;
      // Distance of neighbours: a power of two, so only rint rounds.
      double unit =
          Double.longBitsToDouble((long) (exponent + DOUBLE_BIAS) << DOUBLE_FRACTION_BITS);
      float nearest = (float) (Math.rint(value / unit) * unit);
      return (short) (Float.floatToIntBits(nearest) >>> Short.SIZE);
    }

    /** The number of a bfloat16's bits. */
    public static float fromBf16(short bits) {
      return Float.intBitsToFloat(bits << Short.SIZE);
    }
  }

  /**
   * The generator's exponential moving average (as in StyleGAN, arXiv 1812.04948, and its code): a
   * second generator that is sampled from and not trained. It costs no communication.
   *
   * @param halfLife real images after which a generator counts half; 0 for no average
   * @param discriminatorHalfLife the same of a discriminator that classifies images; 0 for no
   *     average. It starts at nothing and is corrected for that, so its first value is the first
   *     discriminator
   * @param rampUp the generator's half-life is at most this share of the images seen so far; 0 for
   *     no ramp-up
   */
  public record Ema(double halfLife, double discriminatorHalfLife, double rampUp)
      implements Serializable {
    public Ema {
      check(halfLife >= 0, "half-life", halfLife, "0 (none) or a number of images");
      check(
          discriminatorHalfLife >= 0,
          "discriminator-half-life",
          discriminatorHalfLife,
          "0 (none) or a number of images");
      check(rampUp >= 0, "ramp-up", rampUp, "0 or more");
    }

    /** Whether there is an average. */
    public boolean on() {
      return halfLife > 0;
    }
  }

  /**
   * The outer optimizer.
   *
   * @param type its update rule
   * @param generator its rates for the generator
   * @param discriminator its rates for the discriminator
   */
  public record Outer(OuterType type, OuterRates generator, OuterRates discriminator)
      implements Serializable {}

  /** Update rules of the outer optimizer. With d = parameters before the round - their average: */
  public enum OuterType {
    /** The average itself. */
    NONE,
    /** u = momentum * u + d; parameters -= rate * u (SlowMo, arXiv 1910.00643). */
    MOMENTUM,
    /** The same u; parameters -= rate * (d + momentum * u) (DiLoCo, arXiv 2311.08105). */
    NESTEROV
  }

  /**
   * Rates of the outer optimizer for one network.
   *
   * @param learningRate 1 takes the whole step
   * @param momentum in [0, 1)
   */
  public record OuterRates(double learningRate, double momentum) implements Serializable {
    public OuterRates {
      checkPositive("learning-rate", learningRate);
      check(momentum >= 0 && momentum < 1, "momentum", momentum, "in [0, 1)");
    }
  }
}
