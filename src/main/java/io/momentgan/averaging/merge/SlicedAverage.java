package io.momentgan.averaging.merge;

import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.network.ParameterLayout;
import io.momentgan.network.state.NetworkState;
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
import scala.Tuple2;

/**
 * Averages the workers' networks on the workers: each cuts its networks into slices, which go
 * through Spark's shuffle, and one task per slice averages those of all workers. The driver gets
 * one average, whatever the number of workers; an executor holds a few times one worker's networks.
 * The bits are those of {@link Averages} on the driver, for any number of slices.
 *
 * @param wire the form in which slices travel
 * @param slices how many, at least 1
 * @param generator layout of the generators
 * @param discriminator layout of the discriminators
 */
public record SlicedAverage(
    Wire wire, int slices, ParameterLayout generator, ParameterLayout discriminator)
    implements Serializable {
  private static final long BYTES_PER_TASK = 64L << 20;

  /**
   * Chooses the slices.
   *
   * @param wire the form in which slices travel
   * @param workers number of workers
   * @param bytes of a worker's networks
   */
  public static SlicedAverage of(
      Wire wire,
      int workers,
      long bytes,
      ParameterLayout generator,
      ParameterLayout discriminator) {
    // Each task holds its slice of all workers; smaller slices cost more in files than they save.
    long slices = Math.min(workers, workers * bytes / BYTES_PER_TASK + 1);
    return new SlicedAverage(wire, (int) slices, generator, discriminator);
  }

  /**
   * What a worker hands in.
   *
   * @param rank of the worker
   * @param samples images that it has trained on
   * @param generator its generator
   * @param discriminator its discriminator
   * @param rest what the driver gets as it is
   */
  public record Contribution<T extends Serializable>(
      int rank, long samples, NetworkState generator, NetworkState discriminator, T rest)
      implements Serializable {}

  /**
   * What the driver gets.
   *
   * @param generator the average of the generators
   * @param discriminator the average of the discriminators
   * @param rest of the contributions, in rank order
   */
  public record Average<T>(NetworkState generator, NetworkState discriminator, List<T> rest) {}

  /**
   * A part of what a worker hands in.
   *
   * @param content bytes of a slice, or a {@link Head}
   */
  private record Piece(int rank, long samples, Serializable content) implements Serializable {}

  /** What the driver needs of each worker. The variances of batch norm are pooled, not averaged. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Head<T extends Serializable>(
      long samples, Lengths ofG, Lengths ofD, float[] statisticsOfG, float[] statisticsOfD, T rest)
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

  /** Runs the workers' tasks, then those of the slices. Each partition has one contribution. */
  public <T extends Serializable> Average<T> average(JavaRDD<Contribution<T>> contributions) {
    int workers = contributions.getNumPartitions();
    JavaRDD<Tuple2<Integer, Piece>> pieces =
        Stages.mapPartitions(contributions, worker -> pieces(worker.next()));
    // The heads of all workers are one more part.
    JavaPairRDD<Integer, Piece> byPart =
        JavaPairRDD.fromJavaRDD(pieces).partitionBy(new HashPartitioner(slices + 1));
    return joined(
        Stages.collect(
            Stages.mapPartitions(
                JavaRDD.fromRDD(byPart.rdd(), byPart.classTag()),
                part -> List.of(average(part, workers)).iterator())));
  }

  private Iterator<Tuple2<Integer, Piece>> pieces(Contribution<?> worker) {
    NetworkState g = worker.generator();
    NetworkState d = worker.discriminator();
    Head<?> head =
        new Head<>(
            worker.samples(),
            Lengths.of(g),
            Lengths.of(d),
            generator.statisticsOf(g.params()),
            discriminator.statisticsOf(d.params()),
            worker.rest());
    float[] all =
        ArrayUtils.addAll(
            ArrayUtils.addAll(g.params(), g.updaterState()),
            ArrayUtils.addAll(d.params(), d.updaterState()));
    return IntStream.rangeClosed(0, slices)
        .mapToObj(
            part -> {
              Serializable content =
                  part == slices ? head : WireFloats.bytes(slice(all, part), wire);
              return new Tuple2<>(part, new Piece(worker.rank(), worker.samples(), content));
            })
        .iterator();
  }

  private float[] slice(float[] all, int part) {
    return Arrays.copyOfRange(all, begin(all, part), begin(all, part + 1));
  }

  private int begin(float[] all, int part) {
    return (int) ((long) all.length * part / slices);
  }

  /** Averages a slice, or puts the heads in order. */
  private Serializable average(Iterator<Tuple2<Integer, Piece>> part, int workers) {
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
    return NetworkState.bytes(
        Averages.weighted(
            byRank.stream()
                .map(piece -> WireFloats.floats((byte[]) piece.content(), wire))
                .toList(),
            Averages.weights(byRank.stream().map(Piece::samples).toList())));
  }

  @SuppressWarnings("unchecked") // pieces() made them
  private <T extends Serializable> Average<T> joined(List<Serializable> parts) {
    List<Head<T>> heads =
        Arrays.stream((Serializable[]) parts.get(slices)).map(head -> (Head<T>) head).toList();
    Head<T> first = heads.get(0);
    float[] all = new float[first.ofG().values() + first.ofD().values()];
    for (int part = 0; part < slices; part++) {
      float[] slice = NetworkState.floats((byte[]) parts.get(part));
      System.arraycopy(slice, 0, all, begin(all, part), slice.length);
    }
    NetworkState g = first.ofG().from(all, 0);
    NetworkState d = first.ofD().from(all, first.ofG().values());
    if (heads.size() > 1) {
      double[] weights = Averages.weights(heads.stream().map(Head::samples).toList());
      Averages.pool(
          heads.stream().map(Head::statisticsOfG).toList(), weights, generator, g.params());
      Averages.pool(
          heads.stream().map(Head::statisticsOfD).toList(), weights, discriminator, d.params());
    }
    return new Average<>(g, d, heads.stream().map(Head::rest).toList());
  }
}
