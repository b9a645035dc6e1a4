package io.momentgan.partition;

import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.config.Experiment;
import io.momentgan.config.MomentsConfig;
import io.momentgan.config.Seeds;
import io.momentgan.config.UserException;
import io.momentgan.moments.Clusters;
import io.momentgan.moments.Comparison;
import io.momentgan.moments.MomentDistance;
import io.momentgan.moments.Moments;
import io.momentgan.moments.NoiseFloor;
import io.momentgan.moments.RealSide;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Moments of the real images, computed on the workers before the first round. */
public final class RealMoments {
  /** Pairs of real batches that the floor is measured on. */
  static final int PAIRS = 50;

  /** Batches of each worker that the variance is measured on. */
  private static final int DRAWS = 10;

  private static final int ROWS_AT_ONCE = 1000;

  /** Labels are bytes. */
  private static final int LABELS = 256;

  private RealMoments() {}

  /**
   * Computes clusters and moments of all images, as far as the settings need them.
   *
   * @throws UserException when moments per class are wanted of images without labels
   */
  public static RealSide side(Shards shards, Experiment experiment) {
    Clusters clusters =
        experiment.moments().perClass() ? Clusters.around(classes(shards)) : Clusters.ONE;
    Wire wire = experiment.averaging().wireOf(experiment.train().workers());
    boolean wholeNeeded =
        switch (experiment.moments().scope()) {
          case DATASET -> true;
          case GLOBAL -> wire == Wire.BF16; // means travel as differences from the whole's
          case PARTITION, NONE -> false;
        };
    return new RealSide(clusters, wholeNeeded ? whole(shards, clusters) : List.of());
  }

  /** Computes the mean of each value [features] over all training images. */
  public static double[] mean(Shards shards) {
    return whole(shards, Clusters.ONE).get(0).mean();
  }

  /** Computes the moments of all training images per cluster. */
  static List<Moments> whole(Shards shards, Clusters clusters) {
    return Moments.fold(shards.rdd().map(shard -> ofShard(shard, clusters)).collect());
  }

  /** The moments of each label's images. */
  private static List<Moments> classes(Shards shards) {
    List<List<Moments>> byRank = shards.rdd().map(RealMoments::byLabel).collect();
    if (byRank.stream().anyMatch(List::isEmpty)) {
      throw new UserException(
          "moments.per-class: found true with images that have no labels, expected labelled images;"
              + " set moments.per-class=false or give data with labels");
    }
    return Moments.fold(byRank);
  }

  private static List<Moments> byLabel(Shard shard) {
    byte[] labels = shard.images().labels();
    int features = shard.images().shape().features();
    return labels.length == 0
        ? List.of()
        : IntStream.range(0, LABELS)
            .mapToObj(
                label ->
                    IntStream.range(0, labels.length)
                        .filter(i -> Byte.toUnsignedInt(labels[i]) == label)
                        .toArray())
            .map(
                rows ->
                    pieces(rows)
                        .map(piece -> Moments.of(shard.rows(piece), features))
                        .reduce(Moments.empty(features), Moments::merge))
            .toList();
  }

  private static Stream<int[]> pieces(int[] rows) {
    return IntStream.iterate(0, from -> from < rows.length, from -> from + ROWS_AT_ONCE)
        .mapToObj(
            from -> Arrays.copyOfRange(rows, from, Math.min(rows.length, from + ROWS_AT_ONCE)));
  }

  /**
   * Measures the noise floor of the experiment's scope: the distance between two real sides of a
   * comparison that are drawn as the training draws them; {@link NoiseFloor#NONE} for the scope
   * {@code none}.
   */
  public static NoiseFloor floor(Shards shards, Experiment experiment, RealSide real) {
    if (experiment.moments().scope() == MomentsConfig.Scope.NONE) {
      return NoiseFloor.NONE;
    }
    int batchSize = experiment.train().batchSize();
    long runSeed = experiment.train().seed();
    Clusters clusters = real.clusters();
    // For each worker in rank order, the moments of its part of each drawn batch per cluster.
    List<List<List<Moments>>> byRank =
        shards.rdd().map(shard -> drawn(shard, batchSize, runSeed, clusters, 2 * PAIRS)).collect();
    return switch (experiment.moments().scope()) {
      case PARTITION -> NoiseFloor.of(byRank.stream().flatMap(RealMoments::pairs).toList());
      case DATASET ->
          NoiseFloor.of(
              merged(byRank).map(batch -> new Comparison(batch, real.whole()).distance()).toList());
      default -> NoiseFloor.of(pairs(merged(byRank).toList()).toList());
    };
  }

  /**
   * Measures the variance term of a generator whose images are all alike, cluster by cluster, on
   * real images drawn as for {@link #floor}; NaN for the scope {@code none}.
   */
  public static double variance(Shards shards, Experiment experiment, RealSide real) {
    if (experiment.moments().scope() == MomentsConfig.Scope.NONE) {
      return Double.NaN;
    }
    int batchSize = experiment.train().batchSize();
    long runSeed = experiment.train().seed();
    Clusters clusters = real.clusters();
    List<Moments> drawn =
        Moments.fold(
            shards
                .rdd()
                .map(shard -> Moments.fold(drawn(shard, batchSize, runSeed, clusters, DRAWS)))
                .collect());
    double all = drawn.stream().mapToLong(Moments::count).sum();
    return drawn.stream()
        .filter(cluster -> cluster.count() > 0)
        .mapToDouble(cluster -> cluster.count() / all * MomentDistance.ofAllAlike(cluster))
        .sum();
  }

  private static List<Moments> ofShard(Shard shard, Clusters clusters) {
    Moments none = Moments.empty(shard.images().shape().features());
    return pieces(IntStream.range(0, shard.images().count()).toArray())
        .map(piece -> ofRows(shard, piece, clusters))
        .reduce(Collections.nCopies(clusters.count(), none), (a, b) -> Moments.fold(List.of(a, b)));
  }

  private static List<Moments> ofRows(Shard shard, int[] indices, Clusters clusters) {
    int features = shard.images().shape().features();
    float[] values = shard.rows(indices);
    double[] rows = IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    return clusters.moments(rows, features, clusters.assign(rows, features));
  }

  private static List<List<Moments>> drawn(
      Shard shard, int batchSize, long runSeed, Clusters clusters, int draws) {
    List<List<Moments>> result = new ArrayList<>();
    for (int draw = 0; draw < draws; draw++) {
      long seed = Seeds.of(runSeed, Seeds.Use.FLOOR, draw, shard.rank());
      IntStream drawn = new SplittableRandom(seed).ints(0, shard.images().count());
      // Distinct draws from a shard of hardly more than a batch would be the same images twice.
      boolean distinct = shard.images().count() >= 2 * batchSize;
      int[] rows = (distinct ? drawn.distinct() : drawn).limit(batchSize).toArray();
      result.add(ofRows(shard, rows, clusters));
    }
    return result;
  }

  /** Each draw of all workers together. */
  private static Stream<List<Moments>> merged(List<List<List<Moments>>> byRank) {
    return IntStream.range(0, 2 * PAIRS)
        .mapToObj(draw -> Moments.fold(byRank.stream().map(rank -> rank.get(draw)).toList()));
  }

  private static Stream<MomentDistance> pairs(List<List<Moments>> batches) {
    return IntStream.range(0, batches.size() / 2)
        .mapToObj(i -> new Comparison(batches.get(2 * i), batches.get(2 * i + 1)).distance());
  }
}
