package io.momentgan.extractor;

import io.momentgan.data.Images;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.partition.Shard;
import io.momentgan.partition.Shards;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.api.Repartition;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains an extractor through dl4j-spark's stock parameter averaging.
 *
 * <p>The number of workers is fixed, so that any machine gives the same bits; each round is handed
 * over as one small set of minibatches, so that the stock master neither splits, stores nor
 * repartitions anything.
 */
final class ExtractorTraining {
  private static final Logger LOG = LoggerFactory.getLogger(ExtractorTraining.class);

  /** Two results are added up to the same bits in either order; three are not. */
  private static final int WORKERS = 2;

  private static final int BATCH = 64;
  private static final int ITERATIONS_PER_ROUND = 10;
  private static final int LEAST_EPOCHS = 4;
  private static final int LEAST_IMAGES_SEEN = 8_000;

  private final JavaSparkContext spark;
  private final LabelledImages images;
  private final long seed;

  ExtractorTraining(JavaSparkContext spark, LabelledImages images, long seed) {
    this.spark = spark;
    this.images = images;
    this.seed = seed;
  }

  /**
   * What training gave.
   *
   * @param model the classifier
   * @param blueprint its network
   * @param accuracy share of right answers on the held-out images
   * @param epochs passes over the training images
   */
  record Result(
      MultiLayerNetwork model, ExtractorBlueprint blueprint, double accuracy, int epochs) {}

  Result run() {
    Shards training = Shards.load(spark, images.training(), WORKERS, seed, -1);
    Shards heldOut = Shards.load(spark, images.heldOut(), WORKERS, seed, -1);
    try {
      int classes = Math.max(classes(training), classes(heldOut));
      ExtractorBlueprint blueprint = new ExtractorBlueprint(images.shape(), classes);
      int smallest = training.sizes().stream().min(Integer::compare).orElseThrow();
      int iterations = Math.max(1, smallest / BATCH);
      int epochs = Math.max(LEAST_EPOCHS, LEAST_IMAGES_SEEN / images.training().count());
      SparkDl4jMultiLayer network =
          new SparkDl4jMultiLayer(
              spark, blueprint.configuration(seed, (epochs - 1) * iterations), master());
      for (int epoch = 0; epoch < epochs; epoch++) {
        epoch(network, training, classes, epoch, iterations);
        LOG.info("Feature extractor: epoch {} of {}", epoch + 1, epochs);
      }
      MultiLayerNetwork model = network.getNetwork();
      return new Result(model, blueprint, accuracy(model, blueprint, heldOut), epochs);
    } finally {
      training.rdd().unpersist();
      heldOut.rdd().unpersist();
    }
  }

  private static ParameterAveragingTrainingMaster master() {
    return new ParameterAveragingTrainingMaster.Builder(WORKERS, BATCH)
        .batchSizePerWorker(BATCH)
        .averagingFrequency(ITERATIONS_PER_ROUND)
        .saveUpdater(true)
        .rddTrainingApproach(RDDTrainingApproach.Direct)
        .repartionData(Repartition.Never)
        .storageLevel(null)
        .collectTrainingStats(false)
        .build();
  }

  private void epoch(
      SparkDl4jMultiLayer network, Shards shards, int classes, int epoch, int iterations) {
    for (int from = 0; from < iterations; from += ITERATIONS_PER_ROUND) {
      int first = from;
      int last = Math.min(iterations, from + ITERATIONS_PER_ROUND);
      long runSeed = seed;
      JavaRDD<DataSet> round =
          shards
              .rdd()
              .flatMap(shard -> batches(shard, shard.order(runSeed, epoch), first, last, classes));
      network.fit(round);
    }
  }

  private static Iterator<DataSet> batches(
      Shard shard, int[] order, int first, int last, int classes) {
    return IntStream.range(first, last)
        .mapToObj(
            i -> Arrays.copyOfRange(order, i * BATCH, Math.min(order.length, (i + 1) * BATCH)))
        .map(indices -> batch(shard, indices, classes))
        .iterator();
  }

  private static DataSet batch(Shard shard, int[] indices, int classes) {
    int values = shard.images().shape().features();
    INDArray labels = Nd4j.zeros(DataType.FLOAT, indices.length, classes);
    for (int i = 0; i < indices.length; i++) {
      labels.putScalar(i, label(shard.images(), indices[i]), 1f);
    }
    return new DataSet(HostArrays.toArray(shard.rows(indices), indices.length, values), labels);
  }

  private static int label(Images images, int index) {
    return images.labels()[index] & 0xFF;
  }

  private static int classes(Shards shards) {
    return 1
        + shards
            .rdd()
            .map(
                shard ->
                    IntStream.range(0, shard.images().count())
                        .map(i -> label(shard.images(), i))
                        .max()
                        .orElse(0))
            .reduce(Math::max);
  }

  private double accuracy(MultiLayerNetwork model, ExtractorBlueprint blueprint, Shards heldOut) {
    Broadcast<ExtractorState> state =
        spark.broadcast(new ExtractorState(blueprint, HostArrays.floats(model.params())));
    try {
      List<Integer> right =
          heldOut.rdd().map(shard -> right(shard, new Extractor(state.value()))).collect();
      int all = heldOut.sizes().stream().mapToInt(Integer::intValue).sum();
      return right.stream().mapToInt(Integer::intValue).sum() / (double) all;
    } finally {
      state.destroy();
    }
  }

  private static int right(Shard shard, Extractor extractor) {
    int count = shard.images().count();
    float[] answers =
        extractor.extract(shard.rows(IntStream.range(0, count).toArray())).logProbabilities();
    int classes = answers.length / Math.max(1, count);
    int right = 0;
    for (int i = 0; i < count; i++) {
      int best = 0;
      for (int c = 1; c < classes; c++) {
        best = answers[i * classes + c] > answers[i * classes + best] ? c : best;
      }
      right += best == label(shard.images(), i) ? 1 : 0;
    }
    return right;
  }
}
