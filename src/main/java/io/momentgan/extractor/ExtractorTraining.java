package io.momentgan.extractor;

import io.momentgan.config.Seeds;
import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.partition.Shard;
import io.momentgan.partition.Shards;
import io.momentgan.quality.ClassStatistics;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
 * <p>A fixed number of workers gives the same bits on any machine. Each round is one small set of
 * minibatches, so that the stock master neither splits, stores nor repartitions it.
 */
final class ExtractorTraining {
  private static final Logger LOG = LoggerFactory.getLogger(ExtractorTraining.class);

  /** Two results have one sum in any order, bit by bit; three have not. */
  private static final int WORKERS = 2;

  private static final int BATCH = 64;
  private static final int ITERATIONS_PER_ROUND = 10;
  private static final int LEAST_EPOCHS = 4;
  private static final int LEAST_IMAGES_SEEN = 8_000;

  /** Of images at one angle each, as a rotation network sees one angle per epoch. */
  private static final int LEAST_TURNED_SEEN = 16_000;

  private final JavaSparkContext spark;
  private final MeasuredImages images;
  private final long seed;

  ExtractorTraining(JavaSparkContext spark, MeasuredImages images, long seed) {
    this.spark = spark;
    this.images = images;
    this.seed = seed;
  }

  /**
   * A trained classifier of classes or angles.
   *
   * @param accuracy share of right answers on the held-out images
   * @param epochs passes over the training images
   */
  record Result(
      MultiLayerNetwork model, ExtractorBlueprint blueprint, double accuracy, int epochs) {}

  Result run() {
    Shards training = Shards.load(spark, images.training(), WORKERS, seed, -1);
    Shards heldOut = Shards.load(spark, images.heldOut(), WORKERS, seed, -1);
    try {
      boolean turns = images.task() == ExtractorTask.ROTATION;
      int classes =
          turns
              ? ExtractorTask.angles(images.shape())
              : Math.max(classes(training), classes(heldOut));
      ExtractorBlueprint blueprint = new ExtractorBlueprint(images.shape(), classes);
      int smallest = training.sizes().stream().min(Integer::compare).orElseThrow();
      int iterations = Math.max(1, smallest / BATCH);
      int seen = turns ? LEAST_TURNED_SEEN : LEAST_IMAGES_SEEN;
      int epochs = Math.max(LEAST_EPOCHS, seen / images.training().count());
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
      ExtractorTask task = images.task();
      JavaRDD<DataSet> round =
          shards
              .rdd()
              .flatMap(
                  shard -> {
                    int[] order = shard.order(runSeed, epoch, 0);
                    return batches(order, first, last)
                        .map(
                            indices ->
                                task == ExtractorTask.ROTATION
                                    ? turned(shard, indices, classes, epoch, runSeed)
                                    : batch(shard, indices, classes))
                        .iterator();
                  });
      network.fit(round);
    }
  }

  private static Stream<int[]> batches(int[] order, int first, int last) {
    return IntStream.range(first, last)
        .mapToObj(
            i -> Arrays.copyOfRange(order, i * BATCH, Math.min(order.length, (i + 1) * BATCH)));
  }

  /** Each image, varied, at one angle, at the next one in the next epoch. */
  private static DataSet turned(Shard shard, int[] indices, int angles, int epoch, long runSeed) {
    long seed = Seeds.of(runSeed, Seeds.Use.ORDER, epoch, shard.rank());
    ImageShape shape = shard.images().shape();
    float[] rows = shard.rows(indices);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, indices.length, angles);
    for (int i = 0; i < indices.length; i++) {
      int angle = (indices[i] + epoch) % angles;
      Variation.random(shape, new SplittableRandom(seed + indices[i]))
          .apply(rows, i * shape.features(), shape);
      ExtractorTask.turn(rows, i * shape.features(), shape, angle);
      labels.putScalar(i, angle, 1f);
    }
    return new DataSet(HostArrays.toArray(rows, indices.length, shape.features()), labels);
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
    return 1 + shards.rdd().map(shard -> largestLabel(shard.images())).reduce(Math::max);
  }

  private static int largestLabel(Images images) {
    return IntStream.range(0, images.count()).map(i -> label(images, i)).max().orElse(0);
  }

  private double accuracy(MultiLayerNetwork model, ExtractorBlueprint blueprint, Shards heldOut) {
    Broadcast<float[]> params = spark.broadcast(HostArrays.floats(model.params()));
    boolean turns = images.task() == ExtractorTask.ROTATION;
    try {
      return heldOut
          .rdd()
          .map(
              shard ->
                  turns
                      ? turnedAnswers(shard, blueprint, params.value())
                      : answers(shard, blueprint, params.value()))
          .reduce(ClassStatistics::merge)
          .accuracy();
    } finally {
      params.destroy();
    }
  }

  private static ClassStatistics answers(
      Shard shard, ExtractorBlueprint blueprint, float[] params) {
    float[] rows = shard.rows(IntStream.range(0, shard.images().count()).toArray());
    Extractor.Answers answers = new Extractor(blueprint, params).extract(rows);
    return ClassStatistics.of(
        answers.logProbabilities(), blueprint.classes(), shard.images().labels());
  }

  /** Answers to every image at every angle. */
  private static ClassStatistics turnedAnswers(
      Shard shard, ExtractorBlueprint blueprint, float[] params) {
    int count = shard.images().count();
    int[] all = IntStream.range(0, count).toArray();
    Extractor extractor = new Extractor(blueprint, params);
    ImageShape shape = blueprint.shape();
    return IntStream.range(0, blueprint.classes())
        .mapToObj(
            angle -> {
              float[] rows = shard.rows(all);
              for (int i = 0; i < count; i++) {
                ExtractorTask.turn(rows, i * shape.features(), shape, angle);
              }
              byte[] known = new byte[count];
              Arrays.fill(known, (byte) angle);
              return ClassStatistics.of(
                  extractor.extract(rows).logProbabilities(), blueprint.classes(), known);
            })
        .reduce(ClassStatistics::merge)
        .orElseThrow();
  }
}
