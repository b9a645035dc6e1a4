package io.momentgan.moments;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Compares generated with real moments, cluster by cluster. A cluster is weighted by its share of
 * the generated images; a cluster without real or without generated images is left out.
 *
 * @param generated moments of the generated images per cluster
 * @param real moments of the real images per cluster
 */
public record Comparison(List<Moments> generated, List<Moments> real) {
  public Comparison {
    generated = List.copyOf(generated);
    real = List.copyOf(real);
  }

  /** The moment distance: mean of the clusters' distances by their shares. */
  public MomentDistance distance() {
    double mean = 0;
    double variance = 0;
    for (int c = 0; c < generated.size(); c++) {
      if (counts(c)) {
        MomentDistance distance = MomentDistance.between(generated.get(c), real.get(c));
        mean += share(c) * distance.mean();
        variance += share(c) * distance.variance();
      }
    }
    return new MomentDistance(mean, variance);
  }

  /**
   * One {@link MomentPenalty} per cluster for its images, with N the number of all generated
   * images; of value 0 where a cluster is left out.
   */
  public List<MomentPenalty> penalties(double meanWeight, double varianceWeight) {
    return IntStream.range(0, generated.size())
        .mapToObj(
            c ->
                counts(c)
                    ? MomentPenalty.of(generated.get(c), real.get(c), meanWeight, varianceWeight)
                    : MomentPenalty.none(generated.get(c).features()))
        .toList();
  }

  /** The penalty of all clusters: the mean of theirs by the clusters' shares. */
  public double value(List<MomentPenalty> penalties) {
    return IntStream.range(0, penalties.size())
        .mapToDouble(c -> share(c) * penalties.get(c).value())
        .sum();
  }

  private boolean counts(int cluster) {
    return generated.get(cluster).count() > 0 && real.get(cluster).count() > 0;
  }

  private double share(int cluster) {
    long all = generated.stream().mapToLong(Moments::count).sum();
    return all == 0 ? 0 : (double) generated.get(cluster).count() / all;
  }
}
