package io.momentgan.averaging;

import io.momentgan.collective.Collective;
import io.momentgan.config.Experiment;
import io.momentgan.config.Seeds;
import io.momentgan.moments.MomentDistance;
import io.momentgan.moments.Moments;
import io.momentgan.moments.NoiseFloor;
import io.momentgan.partition.Shard;
import io.momentgan.partition.Shards;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Moments of the real images, computed on the workers before the first round. */
public final class RealMoments {
  /** Pairs of real batches that the floor is measured on. */
  static final int PAIRS = 50;

  private static final int ROWS_AT_ONCE = 1000;

  private RealMoments() {}

  /**
   * The moments of all training images.
   *
   * @param shards the images
   * @return their moments per feature
   */
  public static Moments whole(Shards shards) {
    return shards.rdd().map(RealMoments::ofShard).collect().stream()
        .reduce(Moments::merge)
        .orElseThrow();
  }

  /**
   * The noise floor of the experiment's scope: how far apart two real sides of a comparison are
   * that are drawn as the training draws them.
   *
   * @param shards the images
   * @param experiment the settings
   * @param whole moments of all images, for the scope {@code dataset}
   * @return the floor; {@link NoiseFloor#NONE} for the scope {@code none}
   */
  public static NoiseFloor floor(Shards shards, Experiment experiment, Moments whole) {
    return switch (experiment.moments().scope()) {
      case NONE -> NoiseFloor.NONE;
      case GLOBAL -> NoiseFloor.of(pairs(Collective.fold(draws(shards, experiment))));
      case PARTITION ->
          NoiseFloor.of(
              draws(shards, experiment).stream()
                  .flatMap(worker -> pairs(worker).stream())
                  .toList());
      case DATASET ->
          NoiseFloor.of(
              Collective.fold(draws(shards, experiment)).stream()
                  .map(batch -> MomentDistance.between(batch, whole))
                  .toList());
    };
  }

  private static Moments ofShard(Shard shard) {
    int count = shard.images().count();
    int features = shard.images().shape().features();
    Moments moments = Moments.empty(features);
    for (int from = 0; from < count; from += ROWS_AT_ONCE) {
      int[] rows = IntStream.range(from, Math.min(count, from + ROWS_AT_ONCE)).toArray();
      moments = moments.merge(Moments.of(shard.rows(rows), features));
    }
    return moments;
  }

  /** For each worker in rank order, the moments of its part of each drawn batch. */
  private static List<List<Moments>> draws(Shards shards, Experiment experiment) {
    int batchSize = experiment.train().batchSize();
    long runSeed = experiment.train().seed();
    return shards.rdd().map(shard -> drawn(shard, batchSize, runSeed)).collect();
  }

  private static List<Moments> drawn(Shard shard, int batchSize, long runSeed) {
    List<Moments> result = new ArrayList<>();
    for (int draw = 0; draw < 2 * PAIRS; draw++) {
      long seed = Seeds.of(runSeed, Seeds.Use.FLOOR, draw, shard.rank());
      IntStream drawn = new SplittableRandom(seed).ints(0, shard.images().count());
      // Of a shard with hardly more than a batch, distinct draws would be the same images twice.
      boolean distinct = shard.images().count() >= 2 * batchSize;
      int[] rows = (distinct ? drawn.distinct() : drawn).limit(batchSize).toArray();
      result.add(Moments.of(shard.rows(rows), shard.images().shape().features()));
    }
    return result;
  }

  private static List<MomentDistance> pairs(List<Moments> batches) {
    return IntStream.range(0, batches.size() / 2)
        .mapToObj(i -> MomentDistance.between(batches.get(2 * i), batches.get(2 * i + 1)))
        .toList();
  }
}
