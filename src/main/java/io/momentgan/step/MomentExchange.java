package io.momentgan.step;

import io.momentgan.collective.Collective;
import io.momentgan.collective.Exchange;
import io.momentgan.config.MomentsConfig.Scope;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.moments.Comparison;
import io.momentgan.moments.Moments;
import io.momentgan.moments.RealSide;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A worker's comparisons of real and generated moments, over the batches that the scope names. One
 * message per generator update: both sides' moments, and the losses of the update before, so that a
 * loss that is not finite stops all workers at the same iteration.
 */
final class MomentExchange {
  private final Scope scope;
  private final Collective collective;
  private final RealSide realSide;
  private final boolean alwaysSharesLosses;
  private List<Moments> real = List.of();

  /**
   * Prepares a worker.
   *
   * @param scope over which batches moments are taken
   * @param collective the worker's end of its group
   * @param realSide what is known of the real images
   * @param alwaysSharesLosses whether losses are exchanged even where moments are not
   */
  MomentExchange(
      Scope scope, Collective collective, RealSide realSide, boolean alwaysSharesLosses) {
    this.scope = scope;
    this.collective = collective;
    this.realSide = realSide;
    this.alwaysSharesLosses = alwaysSharesLosses;
  }

  /**
   * What an exchange brought.
   *
   * @param comparison the two sides, if moments are looked at
   * @param clusters the cluster of each of this worker's generated images
   * @param losses mean of the losses of all workers that exchange, not finite if one of them is not
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Result(Optional<Comparison> comparison, int[] clusters, double losses) {}

  /** An exchange under way. */
  @FunctionalInterface
  interface Pending {
    /** Waits for the other workers. */
    Result await();
  }

  /**
   * Begins to compare a generated batch with a real one.
   *
   * @param realRows images [n, features]
   * @param fakeRows images [n, features]
   * @param losses this worker's losses before this update
   */
  Pending begin(INDArray realRows, INDArray fakeRows, double losses) {
    return switch (scope) {
      case NONE -> withLosses(List.of(), List.of(), new int[0], losses);
      case PARTITION -> {
        real = side(realRows).moments();
        yield again(fakeRows, losses);
      }
      case DATASET -> {
        real = realSide.whole();
        yield again(fakeRows, losses);
      }
      case GLOBAL -> withBothSides(side(realRows).moments(), side(fakeRows), losses);
    };
  }

  /** Begins to compare another generated batch with the last real one. */
  Pending again(INDArray fakeRows, double losses) {
    return switch (scope) {
      case NONE -> withLosses(List.of(), List.of(), new int[0], losses);
      case PARTITION -> {
        Side fake = side(fakeRows);
        yield withLosses(real, fake.moments(), fake.clusters(), losses);
      }
      case DATASET, GLOBAL -> {
        Side fake = side(fakeRows);
        Exchange exchange = collective.begin(message(fake.moments(), List.of(), losses));
        yield () -> result(exchange.await(), fake);
      }
    };
  }

  private Pending withBothSides(List<Moments> ownReal, Side fake, double losses) {
    Exchange exchange = collective.begin(message(fake.moments(), ownReal, losses));
    return () -> {
      List<Moments> merged = exchange.await();
      int clusters = fake.moments().size();
      real = merged.subList(clusters, 2 * clusters);
      return result(merged, fake);
    };
  }

  private Result result(List<Moments> merged, Side fake) {
    List<Moments> generated = merged.subList(0, fake.moments().size());
    double losses = merged.get(merged.size() - 1).mean()[0];
    return new Result(Optional.of(new Comparison(generated, real)), fake.clusters(), losses);
  }

  private static List<Moments> message(List<Moments> fake, List<Moments> ownReal, double losses) {
    List<Moments> message = new ArrayList<>(fake);
    message.addAll(ownReal);
    message.add(Moments.ofMeans(1, losses));
    return message;
  }

  /** Where moments are not exchanged. */
  private Pending withLosses(
      List<Moments> ownReal, List<Moments> fake, int[] clusters, double losses) {
    Optional<Comparison> comparison =
        fake.isEmpty() ? Optional.empty() : Optional.of(new Comparison(fake, ownReal));
    if (!alwaysSharesLosses) {
      return () -> new Result(comparison, clusters, losses);
    }
    Exchange exchange = collective.begin(message(List.of(), List.of(), losses));
    return () -> new Result(comparison, clusters, exchange.await().get(0).mean()[0]);
  }

  private Side side(INDArray images) {
    int features = (int) images.size(1);
    if (realSide.clusters().count() == 1 && images.dataType() == DataType.FLOAT) {
      Moments moments = Moments.of(HostArrays.floats(images), features);
      return new Side(new int[(int) images.size(0)], List.of(moments));
    }
    double[] rows = HostArrays.doubles(images);
    int[] clusters = realSide.clusters().assign(rows, features);
    return new Side(clusters, realSide.clusters().moments(rows, features, clusters));
  }

  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Side(int[] clusters, List<Moments> moments) {}
}
