package io.momentgan.averaging;

import io.momentgan.averaging.merge.Averages;
import io.momentgan.network.ParameterLayout;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.partition.Stages;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.lang3.ArrayUtils;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingResult;
import scala.Tuple2;

/**
 * Averages the workers' networks on the workers: each cuts its networks into slices, which go
 * through Spark's shuffle, and one task per slice averages those of all workers. The driver gets
 * one average and the workers' reports, whatever the number of workers; an executor holds a few
 * times one worker's networks. The bits are those of the average on the driver, for any number of
 * slices.
 *
 * @param slices how many, at least 1
 * @param generator layout of the generators
 * @param discriminator layout of the discriminators
 */
record SlicedAverage(int slices, ParameterLayout generator, ParameterLayout discriminator)
    implements Serializable {
  private static final int SLICE_BYTES = 1 << 20;

  /** Chooses as many slices as there are workers, but none smaller than 1 MiB. */
  static SlicedAverage of(
      int workers, long bytes, ParameterLayout generator, ParameterLayout discriminator) {
    int slices = (int) Math.max(1, Math.min(workers, bytes / SLICE_BYTES));
    return new SlicedAverage(slices, generator, discriminator);
  }

  /**
   * A part of what a worker hands in.
   *
   * @param rank of the worker
   * @param samples images that it has trained on
   * @param content bytes of a slice, or a {@link Head}
   */
  private record Piece(int rank, long samples, Serializable content) implements Serializable {}

  /** What the driver needs of each worker. The variances of batch norm are pooled, not averaged. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Head(
      WorkerReport report,
      ReplayBuffer replay,
      Lengths generator,
      Lengths discriminator,
      float[] ofGenerator,
      float[] ofDiscriminator,
      long bytes)
      implements Serializable {}

  private record Lengths(int params, int updaterState, int updates) implements Serializable {
    static Lengths of(NetworkState state) {
      return new Lengths(state.params().length, state.updaterState().length, state.updates());
    }

    int values() {
      return params + updaterState;
    }

    NetworkState from(float[] values, int at) {
      int end = at + params;
      return new NetworkState(
          Arrays.copyOfRange(values, at, end),
          Arrays.copyOfRange(values, end, end + updaterState),
          updates);
    }
  }

  /** Runs the workers' tasks, then those of the slices. */
  AveragedRound average(JavaRDD<ParameterAveragingTrainingResult> results) {
    int workers = results.getNumPartitions();
    JavaRDD<Tuple2<Integer, Piece>> pieces =
        Stages.mapPartitions(results, worker -> pieces((GanTrainingResult) worker.next()));
    // The heads of all workers are one more part.
    JavaPairRDD<Integer, Piece> byPart =
        JavaPairRDD.fromJavaRDD(pieces).partitionBy(new HashPartitioner(slices + 1));
    JavaRDD<Serializable> averages =
        Stages.mapPartitions(
            JavaRDD.fromRDD(byPart.rdd(), byPart.classTag()),
            part -> List.of(average(part, workers)).iterator());
    return joined(Stages.collect(averages));
  }

  private Iterator<Tuple2<Integer, Piece>> pieces(GanTrainingResult result) {
    NetworkState g = result.generator();
    NetworkState d = result.discriminator();
    WorkerReport report = result.report();
    Head head =
        new Head(
            report,
            result.replay(),
            Lengths.of(g),
            Lengths.of(d),
            generator.statisticsOf(g.params()),
            discriminator.statisticsOf(d.params()),
            result.bytes());
    float[] all =
        ArrayUtils.addAll(
            ArrayUtils.addAll(g.params(), g.updaterState()),
            ArrayUtils.addAll(d.params(), d.updaterState()));
    return IntStream.rangeClosed(0, slices)
        .mapToObj(
            part ->
                new Tuple2<>(
                    part,
                    new Piece(
                        report.rank(),
                        report.samples(),
                        part == slices ? head : NetworkState.bytes(slice(all, part)))))
        .iterator();
  }

  private float[] slice(float[] all, int part) {
    return Arrays.copyOfRange(all, begin(all, part), begin(all, part + 1));
  }

  private int begin(float[] all, int part) {
    return (int) ((long) all.length * part / slices);
  }

  private static Serializable average(Iterator<Tuple2<Integer, Piece>> part, int workers) {
    List<Piece> byRank = new ArrayList<>();
    part.forEachRemaining(piece -> byRank.add(piece._2()));
    byRank.sort(Comparator.comparingInt(Piece::rank));
    if (byRank.size() != workers) {
      throw new IllegalStateException(
          "Found pieces of %d workers, expected %d".formatted(byRank.size(), workers));
    }
    if (byRank.get(0).content() instanceof Head) {
      return byRank.stream().map(Piece::content).toArray(Serializable[]::new);
    }
    double[] weights = Averages.weights(byRank.stream().map(Piece::samples).toList());
    return NetworkState.bytes(
        Averages.weighted(
            byRank.stream().map(piece -> NetworkState.floats((byte[]) piece.content())).toList(),
            weights));
  }

  private AveragedRound joined(List<Serializable> parts) {
    List<Head> heads =
        Arrays.stream((Serializable[]) parts.get(slices)).map(Head.class::cast).toList();
    Head first = heads.get(0);
    float[] all = new float[first.generator().values() + first.discriminator().values()];
    for (int part = 0; part < slices; part++) {
      float[] slice = NetworkState.floats((byte[]) parts.get(part));
      System.arraycopy(slice, 0, all, begin(all, part), slice.length);
    }
    NetworkState g = first.generator().from(all, 0);
    NetworkState d = first.discriminator().from(all, first.generator().values());
    List<WorkerReport> reports = heads.stream().map(Head::report).toList();
    if (heads.size() > 1) {
      double[] weights = AveragedRound.weights(reports);
      Averages.pool(
          heads.stream().map(Head::ofGenerator).toList(), weights, generator, g.params());
      Averages.pool(
          heads.stream().map(Head::ofDiscriminator).toList(), weights, discriminator, d.params());
    }
    return new AveragedRound(
        reports,
        g,
        d,
        heads.stream().map(Head::replay).toList(),
        heads.stream().mapToLong(Head::bytes).sum());
  }
}
