package io.momentgan.partition;

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

  private static final int ROWS_AT_ONCE = 1000;

  /** Labels are bytes. */
  private static final int LABELS = 256;

  private RealMoments() {}

  /**
   * Computes the real side of the comparisons of an experiment.
   *
   * @param shards the images
   * @param experiment the settings
   * @return clusters and moments of all images, as far as the settings need them
   * @throws UserException when moments per class are wanted of images without labels
   */
  public static RealSide side(Shards shards, Experiment experiment) {
    Clusters clusters =
        experiment.moments().perClass() ? Clusters.around(classes(shards)) : Clusters.ONE;
    boolean wholeNeeded = experiment.moments().scope() == MomentsConfig.Scope.DATASET;
    return new RealSide(clusters, wholeNeeded ? whole(shards, clusters) : List.of());
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
    if (labels.length == 0) {
      return List.of();
    }
    Moments none = Moments.empty(shard.images().shape().features());
    return IntStream.range(0, LABELS)
        .mapToObj(label -> withLabel(labels, label))
        .map(rows -> rows.length == 0 ? none : inPieces(shard, rows))
        .toList();
  }

  private static int[] withLabel(byte[] labels, int label) {
    return IntStream.range(0, labels.length).filter(i -> (labels[i] & 0xFF) == label).toArray();
  }

  private static Moments inPieces(Shard shard, int[] rows) {
    int features = shard.images().shape().features();
    Moments moments = Moments.empty(features);
    for (int from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      int[] piece = Arrays.copyOfRange(rows, from, Math.min(rows.length, from + ROWS_AT_ONCE));
      moments = moments.merge(Moments.of(shard.rows(piece), features));
    }
    return moments;
  }

  /**
   * Measures the noise floor of the experiment's scope: the distance between two real sides of a
   * comparison that are drawn as the training draws them.
   *
   * @param shards the images
   * @param experiment the settings
   * @param real clusters and moments of the images
   * @return the floor; {@link NoiseFloor#NONE} for the scope {@code none}
   */
  public static NoiseFloor floor(Shards shards, Experiment experiment, RealSide real) {
    if (experiment.moments().scope() == MomentsConfig.Scope.NONE) {
      return NoiseFloor.NONE;
    }
    List<List<List<Moments>>> byRank = draws(shards, experiment, real.clusters());
    return switch (experiment.moments().scope()) {
      case PARTITION -> NoiseFloor.of(byRank.stream().flatMap(RealMoments::pairs).toList());
      case DATASET ->
          NoiseFloor.of(
              merged(byRank).map(batch -> new Comparison(batch, real.whole()).distance()).toList());
      default -> NoiseFloor.of(pairs(merged(byRank).toList()).toList());
    };
  }

  private static List<Moments> ofShard(Shard shard, Clusters clusters) {
    int count = shard.images().count();
    int features = shard.images().shape().features();
    List<Moments> moments = Collections.nCopies(clusters.count(), Moments.empty(features));
    for (int from = 0; from < count; from += ROWS_AT_ONCE) {
      int[] rows = IntStream.range(from, Math.min(count, from + ROWS_AT_ONCE)).toArray();
      moments = Moments.fold(List.of(moments, ofRows(shard, rows, clusters)));
    }
    return moments;
  }

  private static List<Moments> ofRows(Shard shard, int[] indices, Clusters clusters) {
    int features = shard.images().shape().features();
    float[] values = shard.rows(indices);
    double[] rows = IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    return clusters.moments(rows, features, clusters.assign(rows, features));
  }

  /** For each worker in rank order, the moments of its part of each drawn batch per cluster. */
  private static List<List<List<Moments>>> draws(
      Shards shards, Experiment experiment, Clusters clusters) {
    int batchSize = experiment.train().batchSize();
    long runSeed = experiment.train().seed();
    return shards.rdd().map(shard -> drawn(shard, batchSize, runSeed, clusters)).collect();
  }

  private static List<List<Moments>> drawn(
      Shard shard, int batchSize, long runSeed, Clusters clusters) {
    List<List<Moments>> result = new ArrayList<>();
    for (int draw = 0; draw < 2 * PAIRS; draw++) {
      long seed = Seeds.of(runSeed, Seeds.Use.FLOOR, draw, shard.rank());
      IntStream drawn = new SplittableRandom(seed).ints(0, shard.images().count());
      // Of a shard with hardly more than a batch, distinct draws would be the same images twice.
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
