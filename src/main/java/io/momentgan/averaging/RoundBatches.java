package io.momentgan.averaging;

import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.partition.Round;
import io.momentgan.partition.Shard;
import io.momentgan.step.Batch;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.nd4j.linalg.dataset.DataSet;

/** The batches of a round from a worker's shard, each made on request. */
final class RoundBatches {
  private RoundBatches() {}

  static Iterator<DataSet> of(Shard shard, Round round, int batchSize, long runSeed) {
    int[] order = shard.order(runSeed, round.epoch());
    int first = round.firstIteration();
    return IntStream.range(first, first + round.iterations())
        .<DataSet>mapToObj(i -> new BatchDataSet(batch(shard, order, i, batchSize)))
        .iterator();
  }

  private static Batch batch(Shard shard, int[] order, int iteration, int batchSize) {
    float[] rows = shard.batch(order, iteration, batchSize);
    return new Batch(
        HostArrays.toArray(rows, batchSize, rows.length / batchSize),
        shard.classes(order, iteration, batchSize));
  }

  /** Carries a batch through dl4j-spark, which hands on data sets of the full size as they are. */
  static final class BatchDataSet extends DataSet {
    private static final long serialVersionUID = 1L;
    private final transient Batch batch;

    BatchDataSet(Batch batch) {
      super(batch.images(), null);
      this.batch = batch;
    }

    Batch batch() {
      return batch;
    }
  }
}
