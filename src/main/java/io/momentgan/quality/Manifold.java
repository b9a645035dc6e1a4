package io.momentgan.quality;

import java.io.Serializable;

/**
 * Precision and recall (Kynkaanniemi et al. 2019, arXiv 1904.06991), density and coverage (Naeem et
 * al. 2020, arXiv 2002.09797): counts of real and generated features in the balls that reach from
 * each to the k-th neighbour of its own kind.
 *
 * @param precision share of generated ones inside a ball of a real one
 * @param recall share of real ones inside a ball of a generated one
 * @param density mean number of real balls around a generated one, over k; may exceed 1
 * @param coverage share of real ones whose ball holds a generated one
 */
public record Manifold(double precision, double recall, double density, double coverage) {
  /**
   * Features with the radii of their balls.
   *
   * @param rows features [n, dimension]; never mutated
   * @param squaredRadii squared distance to the k-th neighbour of the same kind [n]; never mutated
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Balls(float[] rows, float[] squaredRadii) implements Serializable {}

  /**
   * Counts of rows of two blocks in each other's balls.
   *
   * @param realBallsAround per generated row, the real balls that it is in
   * @param generatedInBall per real row, the generated rows in its ball
   * @param generatedBallsAround per real row, the generated balls that it is in
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Hits(int[] realBallsAround, int[] generatedInBall, int[] generatedBallsAround)
      implements Serializable {}

  /**
   * Compares all pairs of two blocks.
   *
   * @param real some real features
   * @param generated some generated features
   * @param dimension values of a row
   */
  public static Hits hits(Balls real, Balls generated, int dimension) {
    float[] distances = Gram.squaredDistances(real.rows(), generated.rows(), dimension);
    int reals = real.squaredRadii().length;
    int fakes = generated.squaredRadii().length;
    Hits hits = new Hits(new int[fakes], new int[reals], new int[reals]);
    for (int i = 0; i < reals; i++) {
      for (int j = 0; j < fakes; j++) {
        float distance = distances[i * fakes + j];
        if (distance <= real.squaredRadii()[i]) {
          hits.realBallsAround[j]++;
          hits.generatedInBall[i]++;
        }
        if (distance <= generated.squaredRadii()[j]) {
          hits.generatedBallsAround[i]++;
        }
      }
    }
    return hits;
  }

  /**
   * Computes the measures.
   *
   * @param realBallsAround over all generated rows
   * @param generatedInBall over all real rows
   * @param generatedBallsAround over all real rows
   * @param k neighbours that the radii reach to
   */
  public static Manifold of(
      Tally realBallsAround, Tally generatedInBall, Tally generatedBallsAround, int k) {
    return new Manifold(
        realBallsAround.shareAboveZero(),
        generatedBallsAround.shareAboveZero(),
        (double) realBallsAround.sum() / k / realBallsAround.rows(),
        generatedInBall.shareAboveZero());
  }

  /**
   * Counts of many rows, summed up; mergeable.
   *
   * @param rows number of rows
   * @param aboveZero rows with a count above 0
   * @param sum sum of the counts
   */
  public record Tally(long rows, long aboveZero, long sum) implements Serializable {
    public static Tally of(int[] counts) {
      long aboveZero = 0;
      long sum = 0;
      for (int count : counts) {
        aboveZero += count > 0 ? 1 : 0;
        sum += count;
      }
      return new Tally(counts.length, aboveZero, sum);
    }

    public Tally merge(Tally other) {
      return new Tally(rows + other.rows, aboveZero + other.aboveZero, sum + other.sum);
    }

    double shareAboveZero() {
      return (double) aboveZero / rows;
    }
  }
}
