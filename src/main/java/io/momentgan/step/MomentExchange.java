package io.momentgan.step;

import io.momentgan.collective.Collective;
import io.momentgan.collective.Exchange;
import io.momentgan.collective.Message.BatchMoments;
import io.momentgan.collective.Message.WeightedMean;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.config.MomentsConfig.Scope;
import io.momentgan.engine.Rows;
import io.momentgan.moments.Comparison;
import io.momentgan.moments.Moments;
import io.momentgan.moments.RealSide;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/**
 * Compares a worker's generated with real moments, over the batches that the scope names. One
 * message per generator update carries the moments of both sides and the losses of the update
 * before, so that a loss that is not finite stops all workers at the same iteration.
 */
final class MomentExchange {
  private final Scope scope;
  private final Collective collective;
  private final Wire wire;
  private final RealSide realSide;
  private final boolean alwaysSharesLosses;

  /**
   * Means of all training images per cluster, which means are sent as differences from; or empty.
   */
  private final List<double[]> origins;

  private List<Moments> real;

  /**
   * Prepares a worker.
   *
   * @param scope over which batches moments are taken
   * @param collective the worker's end of its group
   * @param wire precision of moments on their way
   * @param realSide clusters, and moments of the whole data set for {@link Scope#DATASET}
   * @param alwaysSharesLosses whether losses are exchanged even where moments are not
   */
  MomentExchange(
      Scope scope,
      Collective collective,
      Wire wire,
      RealSide realSide,
      boolean alwaysSharesLosses) {
    this.scope = scope;
    this.collective = collective;
    this.wire = wire;
    this.realSide = realSide;
    this.alwaysSharesLosses = alwaysSharesLosses;
    this.real = realSide.whole();
    // A bfloat16 near -1, the background, is as far from the next as batches of real images differ.
    this.origins =
        wire == Wire.BF16 ? realSide.whole().stream().map(Moments::mean).toList() : List.of();
  }

  /**
   * The result of an exchange.
   *
   * @param comparison the two sides, if moments are compared
   * @param clusters the cluster of each of this worker's generated images
   * @param losses mean of the losses of all workers that exchange, not finite if one of them is not
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Exchanged(Optional<Comparison> comparison, int[] clusters, double losses) {}

  /** An exchange under way. */
  @FunctionalInterface
  interface Pending {
    /** Waits for the other workers. */
    Exchanged await();
  }

  /**
   * Begins to compare a generated batch with a real one.
   *
   * @param realImages rows [n, features]
   * @param fakeImages rows [n, features]
   * @param losses this worker's losses before this update
   */
  Pending begin(Rows realImages, Rows fakeImages, double losses) {
    if (scope == Scope.GLOBAL) {
      return exchange(side(fakeImages), side(realImages).moments(), losses);
    }
    if (scope == Scope.PARTITION) {
      real = side(realImages).moments();
    }
    return beginAgain(fakeImages, losses);
  }

  /** Begins to compare another generated batch with the last real one. */
  Pending beginAgain(Rows fakeImages, double losses) {
    return switch (scope) {
      case NONE -> losses(Optional.empty(), new int[0], losses);
      case PARTITION -> {
        Side fake = side(fakeImages);
        yield losses(Optional.of(new Comparison(fake.moments(), real)), fake.clusters(), losses);
      }
      case DATASET, GLOBAL -> exchange(side(fakeImages), List.of(), losses);
    };
  }

  /** Exchanges the generated moments, and the real ones unless all workers know them. */
  private Pending exchange(Side fake, List<Moments> ownReal, double losses) {
    Exchange<BatchMoments> exchange =
        collective.begin(
            new BatchMoments(
                wire,
                moved(fake.moments(), Moments::minus),
                moved(ownReal, Moments::minus),
                new WeightedMean(Wire.EXACT, 1, losses)));
    return () -> {
      BatchMoments merged = exchange.await();
      real = ownReal.isEmpty() ? real : moved(merged.real(), Moments::plus);
      Comparison comparison = new Comparison(moved(merged.generated(), Moments::plus), real);
      return new Exchanged(Optional.of(comparison), fake.clusters(), merged.losses().values()[0]);
    };
  }

  private List<Moments> moved(List<Moments> list, BiFunction<Moments, double[], Moments> by) {
    return origins.isEmpty()
        ? list
        : IntStream.range(0, list.size())
            .mapToObj(cluster -> by.apply(list.get(cluster), origins.get(cluster)))
            .toList();
  }

  /** Exchanges losses at most. */
  private Pending losses(Optional<Comparison> comparison, int[] clusters, double losses) {
    if (!alwaysSharesLosses) {
      return () -> new Exchanged(comparison, clusters, losses);
    }
    Exchange<WeightedMean> exchange = collective.begin(new WeightedMean(Wire.EXACT, 1, losses));
    return () -> new Exchanged(comparison, clusters, exchange.await().values()[0]);
  }

  private Side side(Rows images) {
    if (realSide.clusters().count() == 1 && images.isFloat()) {
      return new Side(new int[images.count()], List.of(images.moments()));
    }
    int features = images.features();
    double[] rows = images.doubles();
    int[] clusters = realSide.clusters().assign(rows, features);
    return new Side(clusters, realSide.clusters().moments(rows, features, clusters));
  }

  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Side(int[] clusters, List<Moments> moments) {}
}
