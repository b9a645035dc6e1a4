package io.momentgan.quality;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Sums over a classifier's answers to many images; mergeable.
 *
 * @param count number of images
 * @param probabilities sum of the probabilities per class; never mutated
 * @param negativeEntropy sum over the images of {@code sum_c p_c ln p_c}, in nats
 * @param predicted images per most probable class; never mutated
 * @param confident images whose most probable class has more than 0.9
 * @param known images whose class is known or was asked for
 * @param right images among them whose most probable class is that one
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record ClassStatistics(
    long count,
    double[] probabilities,
    double negativeEntropy,
    long[] predicted,
    long confident,
    long known,
    long right)
    implements Serializable {
  /** Probability above which a classifier counts as sure. */
  private static final double CONFIDENCE = 0.9;

  /** Part of a class's share of the real images below which it counts as missing. */
  private static final double MISSING_BELOW = 0.1;

  /**
   * Sums up images.
   *
   * @param logProbabilities natural logarithms [n, classes], row after row
   * @param classes number of classes
   * @param known the class of each image, real or asked for; empty without classes
   */
  public static ClassStatistics of(float[] logProbabilities, int classes, byte[] known) {
    double[] sums = new double[classes];
    long[] predicted = new long[classes];
    double negativeEntropy = 0;
    long confident = 0;
    long right = 0;
    for (int row = 0; row < logProbabilities.length; row += classes) {
      int best = 0;
      for (int c = 0; c < classes; c++) {
        double p = Math.exp(logProbabilities[row + c]);
        sums[c] += p;
        negativeEntropy += p > 0 ? p * logProbabilities[row + c] : 0;
        best = logProbabilities[row + c] > logProbabilities[row + best] ? c : best;
      }
      predicted[best]++;
      confident += Math.exp(logProbabilities[row + best]) > CONFIDENCE ? 1 : 0;
      right += known.length > 0 && (known[row / classes] & 0xFF) == best ? 1 : 0;
    }
    return new ClassStatistics(
        logProbabilities.length / classes,
        sums,
        negativeEntropy,
        predicted,
        confident,
        known.length,
        right);
  }

  public ClassStatistics merge(ClassStatistics other) {
    double[] sums = new double[probabilities.length];
    long[] counts = new long[predicted.length];
    Arrays.setAll(sums, c -> probabilities[c] + other.probabilities[c]);
    Arrays.setAll(counts, c -> predicted[c] + other.predicted[c]);
    return new ClassStatistics(
        count + other.count,
        sums,
        negativeEntropy + other.negativeEntropy,
        counts,
        confident + other.confident,
        known + other.known,
        right + other.right);
  }

  /**
   * The classifier score, {@code exp E KL(p(y|x) | p(y))}: the Inception score with another
   * classifier (Salimans et al. 2016, arXiv 1606.03498). It ignores the real images.
   *
   * @return 1 to the number of classes
   */
  public double classifierScore() {
    return Math.exp(divergence());
  }

  /**
   * The mode score, {@code exp(E KL(p(y|x) | p(y)) - KL(p(y) | p*(y)))} (Che et al. 2017, arXiv
   * 1612.02136, in the form that ranks).
   *
   * @param realShares shares of the classes among the real images, each above 0
   */
  public double modeScore(double[] realShares) {
    double balance = 0;
    for (int c = 0; c < probabilities.length; c++) {
      double p = probabilities[c] / count;
      balance += p > 0 ? p * Math.log(p / realShares[c]) : 0;
    }
    return Math.exp(divergence() - balance);
  }

  private double divergence() {
    double marginal = 0;
    for (double sum : probabilities) {
      double p = sum / count;
      marginal += p > 0 ? p * Math.log(p) : 0;
    }
    return negativeEntropy / count - marginal;
  }

  /** Share of the images per most probable class. */
  public double[] shares() {
    return Arrays.stream(predicted).mapToDouble(n -> (double) n / count).toArray();
  }

  /** Share of images that the classifier is sure of. */
  public double confidentShare() {
    return (double) confident / count;
  }

  /** Share of the images of a known class that the classifier names; NaN without such images. */
  public double accuracy() {
    return (double) right / known;
  }

  /**
   * Classes that hardly appear.
   *
   * @param realShares shares of the classes among the real images
   */
  public int missing(double[] realShares) {
    double[] shares = shares();
    return (int)
        IntStream.range(0, shares.length)
            .filter(c -> shares[c] < MISSING_BELOW * realShares[c])
            .count();
  }

  /**
   * Total variation between the class shares: half the sum of their differences, 0 to 1.
   *
   * @param realShares shares of the classes among the real images
   */
  public double totalVariation(double[] realShares) {
    double[] shares = shares();
    return IntStream.range(0, shares.length)
            .mapToDouble(c -> Math.abs(shares[c] - realShares[c]))
            .sum()
        / 2;
  }
}
