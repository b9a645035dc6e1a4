package io.momentgan.bench;

import io.momentgan.config.Experiment;
import io.momentgan.config.LayerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * The peer: dl4j-spark's own {@code ParameterAveragingTrainingMaster} on a network of the
 * discriminator's layers, with the same batches, workers and averaging frequency, Adam's state
 * averaged, data handed over directly (its fastest way; it caches them itself). It moves one
 * network where a round of ours moves two.
 */
final class StockMaster {
  private final JavaSparkContext spark;
  private final Experiment experiment;
  private final int features;
  private final MultiLayerConfiguration configuration;

  /**
   * Prepares the peer.
   *
   * @param spark the context
   * @param experiment the settings, workers known
   * @param features values of an image
   */
  StockMaster(JavaSparkContext spark, Experiment experiment, int features) {
    this.spark = spark;
    this.experiment = experiment;
    this.features = features;
    this.configuration = configuration();
  }

  /**
   * Trains some rounds in one {@code fit}, as its users do.
   *
   * @param rounds how many averagings
   * @return seconds of a round beside its iterations: wall time less the time that the same
   *     iterations take side by side without Spark
   */
  double overhead(int rounds) {
    int workers = experiment.train().workers();
    int frequency = experiment.train().averagingFrequency();
    List<DataSet> batches =
        IntStream.range(0, workers * frequency * rounds).mapToObj(this::batch).toList();
    JavaRDD<DataSet> data = spark.parallelize(batches, workers);
    SparkDl4jMultiLayer network = new SparkDl4jMultiLayer(spark, configuration, master());
    long start = System.nanoTime();
    network.fit(data);
    double wall = (System.nanoTime() - start) / 1e9 / rounds;
    return wall - stepSeconds(batches.subList(0, frequency));
  }

  private ParameterAveragingTrainingMaster master() {
    int batchSize = experiment.train().batchSize();
    return new ParameterAveragingTrainingMaster.Builder(experiment.train().workers(), batchSize)
        .batchSizePerWorker(batchSize)
        .averagingFrequency(experiment.train().averagingFrequency())
        .workerPrefetchNumBatches(0)
        .saveUpdater(true)
        .rddTrainingApproach(RDDTrainingApproach.Direct)
        .build();
  }

  /** Each worker's iterations, all workers side by side on threads. */
  private double stepSeconds(List<DataSet> batches) {
    List<Thread> threads = new ArrayList<>();
    for (int rank = 0; rank < experiment.train().workers(); rank++) {
      MultiLayerNetwork network = new MultiLayerNetwork(configuration.clone());
      network.init();
      network.fit(batches.get(0).copy());
      threads.add(new Thread(() -> batches.forEach(batch -> network.fit(batch.copy()))));
    }
    long start = System.nanoTime();
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted while measuring", e);
      }
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private DataSet batch(int index) {
    int size = experiment.train().batchSize();
    Nd4j.getRandom().setSeed(index);
    return new DataSet(
        Nd4j.rand(size, features), Nd4j.rand(size, 1).gt(0.5).castTo(Nd4j.dataType()));
  }

  private MultiLayerConfiguration configuration() {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(experiment.train().seed())
            .updater(new Adam(experiment.discriminator().optimizer().learningRate()))
            .list();
    int inputs = features;
    for (LayerConfig layer : experiment.discriminator().layers()) {
      int units = ((LayerConfig.Dense) layer).units();
      list.layer(
          new DenseLayer.Builder()
              .nIn(inputs)
              .nOut(units)
              .activation(Activation.LEAKYRELU)
              .build());
      inputs = units;
    }
    return list.layer(
            new OutputLayer.Builder(LossFunction.XENT)
                .nIn(inputs)
                .nOut(1)
                .activation(Activation.SIGMOID)
                .build())
        .build();
  }
}
