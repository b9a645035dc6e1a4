package io.momentgan.averaging;

import io.momentgan.config.Experiment;
import io.momentgan.config.TrainConfig;
import io.momentgan.engine.ArrayRows;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.partition.LabelledImages;
import io.momentgan.partition.Round;
import io.momentgan.partition.Shard;
import io.momentgan.step.Batch;
import io.momentgan.step.RealBatches;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.nd4j.linalg.dataset.DataSet;

/**
 * The batches of a round from a worker's shard, each made on request.
 *
 * <p>With {@code train.fresh-batches} each update has a stream of batches of its own: a permutation
 * of the shard in each pass.
 */
final class RoundBatches implements Iterator<DataSet> {
  private final Shard shard;
  private final Round round;
  private final TrainConfig train;
  private final LabelledImages labelled;
  private final boolean hidesLabels;
  private final int[][] orders;
  private int pass;
  private int made;

  RoundBatches(Shard shard, Round round, Experiment experiment, LabelledImages labelled) {
    this.shard = shard;
    this.round = round;
    this.train = experiment.train();
    this.labelled = labelled;
    this.hidesLabels = experiment.labels().perClass() > 0;
    this.orders = new int[train.freshBatches() ? train.dSteps() + 1 : 1][];
  }

  @Override
  public boolean hasNext() {
    return made < round.iterations();
  }

  // Made here and not in hasNext: the worker is asked for a batch inside the group that must hear
  // of a failure.
  @Override
  public DataSet next() {
    if (!hasNext()) {
      throw new NoSuchElementException("The round has %d batches".formatted(round.iterations()));
    }
    if (round.pass(made) != pass) {
      pass = round.pass(made);
      for (int stream = 0; stream < orders.length; stream++) {
        orders[stream] = shard.order(train.seed(), pass, stream);
      }
    }
    long before = round.iterationsBefore() + made;
    int iteration = round.inPass(made++);
    List<Batch> updates = new ArrayList<>();
    for (int[] order : orders) {
      int[] classes = hidesLabels ? new int[0] : shard.classes(order, iteration, train.batchSize());
      updates.add(batch(shard.batch(order, iteration, train.batchSize()), classes));
    }
    return new BatchesDataSet(new RealBatches(updates, labelled(before)));
  }

  private List<Batch> labelled(long iteration) {
    List<Batch> batches = new ArrayList<>();
    Shard all = new Shard(shard.rank(), labelled.images(), shard.black());
    for (int i = 0; i < train.dSteps() && !labelled.isEmpty(); i++) {
      long before = iteration * train.dSteps() + i;
      int[] drawn = labelled.batch(before, train.batchSize(), train.seed(), shard.rank());
      batches.add(batch(all.rows(drawn), all.classes(drawn, 0, drawn.length)));
    }
    return batches;
  }

  private Batch batch(float[] rows, int[] classes) {
    int size = train.batchSize();
    return new Batch(new ArrayRows(HostArrays.toArray(rows, size, rows.length / size)), classes);
  }

  /** Carries batches through dl4j-spark, which hands on data sets of the full size as they are. */
  static final class BatchesDataSet extends DataSet {
    private static final long serialVersionUID = 1L;
    private final transient RealBatches batches;

    BatchesDataSet(RealBatches batches) {
      super(((ArrayRows) batches.updates().get(0).images()).array(), null);
      this.batches = batches;
    }

    RealBatches batches() {
      return batches;
    }
  }
}
