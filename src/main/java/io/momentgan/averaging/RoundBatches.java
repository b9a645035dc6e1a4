package io.momentgan.averaging;

import io.momentgan.network.HostArrays;
import io.momentgan.partition.Round;
import io.momentgan.partition.Shard;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.nd4j.linalg.dataset.DataSet;

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
    float[] rows = shard.batch(order, round.firstIteration() + made++, batchSize);
    return new DataSet(HostArrays.toArray(rows, batchSize, rows.length / batchSize), null);
  }
}
