package io.momentgan.averaging;

import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.partition.Round;
import io.momentgan.partition.Shard;
import io.momentgan.step.Batch;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.nd4j.linalg.dataset.DataSet;

/** The batches of a round from a worker's shard, each made on request. */
final class RoundBatches implements Iterator<DataSet> {
  private final Shard shard;
  private final Round round;
  private final int batchSize;
  private final long runSeed;
  private int[] order;
  private int pass;
  private int made;

  RoundBatches(Shard shard, Round round, int batchSize, long runSeed) {
    this.shard = shard;
    this.round = round;
    this.batchSize = batchSize;
    this.runSeed = runSeed;
  }

  @Override
  public boolean hasNext() {
    return made < round.iterations();
  }

  // Made here and not in hasNext: the worker is asked for a batch inside the group that must hear
  // of
  // a failure.
  @Override
  public DataSet next() {
    if (!hasNext()) {
      throw new NoSuchElementException("The round has %d batches".formatted(round.iterations()));
    }
    if (round.pass(made) != pass) {
      pass = round.pass(made);
      order = shard.order(runSeed, pass);
    }
    int iteration = round.inPass(made++);
    float[] rows = shard.batch(order, iteration, batchSize);
    return new BatchDataSet(
        new Batch(
            HostArrays.toArray(rows, batchSize, rows.length / batchSize),
            shard.classes(order, iteration, batchSize)));
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
