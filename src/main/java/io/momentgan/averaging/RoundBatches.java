package io.momentgan.averaging;

import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.partition.Round;
import io.momentgan.partition.Shard;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** The batches of a round from a worker's shard, made when they are asked for. */
final class RoundBatches implements Iterator<DataSet> {
  private final Shard shard;
  private final Round round;
  private final int batchSize;
  private final int[] order;
  private int made;

  RoundBatches(Shard shard, Round round, int batchSize, long runSeed) {
    this.shard = shard;
    this.round = round;
    this.batchSize = batchSize;
    this.order = shard.order(runSeed, round.epoch());
  }

  @Override
  public boolean hasNext() {
    return made < round.iterations();
  }

  @Override
  public DataSet next() {
    if (!hasNext()) {
      throw new NoSuchElementException("The round has %d batches".formatted(round.iterations()));
    }
    int iteration = round.firstIteration() + made++;
    float[] rows = shard.batch(order, iteration, batchSize);
    int[] labels = shard.labels(order, iteration, batchSize);
    return new DataSet(
        HostArrays.toArray(rows, batchSize, rows.length / batchSize), column(labels));
  }

  /** Classes as Deeplearning4j's labels [n, 1]; null where there are none. */
  private static INDArray column(int[] labels) {
    return labels.length == 0 ? null : Nd4j.createFromArray(labels).reshape(labels.length, 1);
  }

  /** The classes of a batch that was made here. */
  static int[] labels(org.nd4j.linalg.dataset.api.DataSet batch) {
    return batch.getLabels() == null ? new int[0] : batch.getLabels().toIntVector();
  }
}
