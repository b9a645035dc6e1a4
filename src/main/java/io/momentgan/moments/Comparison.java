package io.momentgan.moments;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Compares generated with real moments, cluster by cluster.
 *
 * <p>A cluster counts by its share of the generated images. A cluster that only the generated
 * images lack counts by its share of the real ones, and its distance is that of its real images
 * from all generated ones: what stands in for a class is whatever the generator makes. So a
 * generator of one class out of ten is as far from the data as its nine other classes are. This
 * part has no gradient, since there is no image of the cluster that could be moved. A cluster that
 * only the real images lack is left out.
 *
 * @param generated moments of the generated images per cluster
 * @param real moments of the real images per cluster
 */
public record Comparison(List<Moments> generated, List<Moments> real) {
  public Comparison {
    generated = List.copyOf(generated);
    real = List.copyOf(real);
  }

  /** The moment distance: the clusters' distances by their weights. */
  public MomentDistance distance() {
    double mean = 0;
    double variance = 0;
    for (int c = 0; c < generated.size(); c++) {
      if (counts(c)) {
        MomentDistance distance = MomentDistance.between(generatedFor(c), real.get(c));
        mean += weight(c) * distance.mean();
        variance += weight(c) * distance.variance();
      }
    }
    return new MomentDistance(mean, variance);
  }

  /**
   * One {@link MomentPenalty} per cluster for its images, with N the number of all generated
   * images; of value 0 where a cluster is left out, and without gradient where it has no generated
   * images.
   */
  public List<MomentPenalty> penalties(double meanWeight, double varianceWeight) {
    return IntStream.range(0, generated.size())
        .mapToObj(c -> penalty(c, meanWeight, varianceWeight))
        .toList();
  }

  private MomentPenalty penalty(int cluster, double meanWeight, double varianceWeight) {
    int features = real.get(cluster).features();
    if (!counts(cluster)) {
      return MomentPenalty.constant(0, features);
    }
    MomentPenalty penalty =
        MomentPenalty.of(generatedFor(cluster), real.get(cluster), meanWeight, varianceWeight);
    return generated.get(cluster).count() > 0
        ? penalty
        : MomentPenalty.constant(penalty.value(), features);
  }

  /** The penalty of all clusters: theirs by the clusters' weights. */
  public double value(List<MomentPenalty> penalties) {
    return IntStream.range(0, penalties.size())
        .mapToDouble(c -> weight(c) * penalties.get(c).value())
        .sum();
  }

  private boolean counts(int cluster) {
    return real.get(cluster).count() > 0 && count(generated) > 0;
  }

  /** The generated images that a cluster's real ones are compared with. */
  private Moments generatedFor(int cluster) {
    return generated.get(cluster).count() > 0
        ? generated.get(cluster)
        : generated.stream().reduce(Moments::merge).orElseThrow();
  }

  private double weight(int cluster) {
    List<Moments> side = generated.get(cluster).count() > 0 ? generated : real;
    return count(side) == 0 ? 0 : (double) side.get(cluster).count() / count(side);
  }

  private static long count(List<Moments> clusters) {
    return clusters.stream().mapToLong(Moments::count).sum();
  }
}
