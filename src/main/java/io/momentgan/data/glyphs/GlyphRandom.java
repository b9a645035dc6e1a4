package io.momentgan.data.glyphs;

/**
 * Random numbers that are the same on every machine and every JDK: SplitMix64, with nothing but
 * additions and multiplications behind each number.
 *
 * <p>Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
 */
final class GlyphRandom {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  private GlyphRandom(long state) {
    this.state = state;
  }

  /** Starts the numbers of an index under a seed, independent of any other index. */
  static GlyphRandom of(long seed, long index) {
    return new GlyphRandom(mix(mix(seed) + GOLDEN_GAMMA * (index + 1)));
  }

  /** A bijection that scatters neighbouring values. */
  static long mix(long value) {
    long z = value + GOLDEN_GAMMA;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Uniform in low (inclusive) to high (exclusive). */
  double uniform(double low, double high) {
    state += GOLDEN_GAMMA;
    return low + (high - low) * (mix(state) >>> 11) * 0x1p-53;
  }

  /** Uniform in 0..bound-1. */
  int below(int bound) {
    return (int) uniform(0, bound);
  }

  /** Near normal: the sum of four uniform numbers, hence never beyond 3.5 deviations. */
  double normal(double mean, double deviation) {
    double sum = uniform(-1, 1) + uniform(-1, 1) + uniform(-1, 1) + uniform(-1, 1);
    return mean + deviation * sum * 0.8660254037844386;
  }
}
