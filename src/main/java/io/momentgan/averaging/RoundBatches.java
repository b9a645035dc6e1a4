package io.momentgan.averaging;

import io.momentgan.config.Experiment;
import io.momentgan.config.TrainConfig;
import io.momentgan.engine.TrainedPair;
import io.momentgan.partition.LabelledImages;
import io.momentgan.partition.Round;
import io.momentgan.partition.Shard;
import io.momentgan.step.Batch;
import io.momentgan.step.RealBatches;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The batches of a round from a worker's shard, each chosen on request.
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
    List<Choice> updates = new ArrayList<>();
    for (int[] order : orders) {
      int[] chosen = Shard.batch(order, iteration, train.batchSize());
      updates.add(new Choice(shard, chosen, hidesLabels ? new int[0] : shard.classes(chosen)));
    }
    return new BatchesDataSet(train.batchSize(), updates, labelled(before));
  }

  private List<Choice> labelled(long iteration) {
    List<Choice> batches = new ArrayList<>();
    Shard all = new Shard(shard.rank(), labelled.images(), shard.black());
    for (int i = 0; i < train.dSteps() && !labelled.isEmpty(); i++) {
      long before = iteration * train.dSteps() + i;
      int[] drawn = labelled.batch(before, train.batchSize(), train.seed(), shard.rank());
      batches.add(new Choice(all, drawn, all.classes(drawn)));
    }
    return batches;
  }

  /** A batch of a shard's images, and their classes where these are used. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Choice(Shard shard, int[] indices, int[] classes) {
    static List<Batch> on(TrainedPair networks, List<Choice> choices) {
      return choices.stream()
          .map(each -> new Batch(networks.images(each.shard, each.indices), each.classes))
          .toList();
    }
  }

  /**
   * Carries the choice of batches through dl4j-spark, which hands on data sets of the full size as
   * they are.
   */
  static final class BatchesDataSet extends DataSet {
    private static final long serialVersionUID = 1L;
    private final transient List<Choice> updates;
    private final transient List<Choice> labelled;

    private BatchesDataSet(int size, List<Choice> updates, List<Choice> labelled) {
      // Nobody looks at the values: dl4j-spark counts the rows.
      super(Nd4j.create(DataType.FLOAT, size, 1), null);
      this.updates = updates;
      this.labelled = labelled;
    }

    /** Makes the batches, which are valid as long as the iteration of these networks. */
    RealBatches on(TrainedPair networks) {
      return new RealBatches(Choice.on(networks, updates), Choice.on(networks, labelled));
    }
  }
}
