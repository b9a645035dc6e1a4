package io.momentgan.app;

import io.momentgan.collective.hub.MomentGanPlugin;
import io.momentgan.config.Experiment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.plugin.SparkPlugin;
import scala.Tuple2;

/** Opens the Spark context of a run. */
final class SparkContexts {
  static final String MASTER = "spark.master";
  private static final String PLUGINS = "spark.plugins";

  private SparkContexts() {}

  /**
   * Opens a context: on the master that spark-submit or {@code -Dspark.master} gives, else in this
   * process with a core per worker.
   *
   * @param name application name
   * @param experiment the settings, workers known
   * @return the context; the caller closes it
   */
  static JavaSparkContext open(String name, Experiment experiment) {
    int workers = experiment.train().workers();
    JavaSparkContext spark = open(name, workers);
    if (!spark.isLocal() && Preflight.exchanges(experiment)) {
      awaitWorkers(spark, workers);
    }
    return spark;
  }

  /**
   * Opens a context for work without a training.
   *
   * @param name application name
   * @return the context; the caller closes it
   */
  static JavaSparkContext open(String name) {
    return open(name, 1);
  }

  private static JavaSparkContext open(String name, int workers) {
    SparkConf conf = new SparkConf().setAppName(name);
    conf.setIfMissing(MASTER, "local[" + Math.max(workers, cores()) + "]");
    if (!Cluster.isLocal(conf)) {
      prepareExecutors(conf);
    }
    addPlugin(conf, TrainingGauges.class);
    conf.set(TrainingGauges.WORKERS, Integer.toString(workers));
    conf.setIfMissing(
        "spark.metrics.conf.driver.sink.prometheusServlet.class",
        "org.apache.spark.metrics.sink.PrometheusServlet");
    conf.setIfMissing(
        "spark.metrics.conf.driver.sink.prometheusServlet.path", "/metrics/prometheus");
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    // Networks come back as task results; larger ones take a detour through the block manager.
    conf.setIfMissing("spark.task.maxDirectResultSize", "64m");
    // Random floats do not compress.
    conf.setIfMissing("spark.broadcast.compress", "false");
    conf.setIfMissing("spark.ui.retainedJobs", "200");
    conf.setIfMissing("spark.ui.retainedStages", "200");
    conf.setIfMissing("spark.ui.retainedTasks", "2000");
    JavaSparkContext spark = new JavaSparkContext(conf);
    spark.setLocalProperty("spark.job.interruptOnCancel", "true");
    return spark;
  }

  private static void prepareExecutors(SparkConf conf) {
    addPlugin(conf, MomentGanPlugin.class);
    // A worker that hangs keeps its slot until its executor goes.
    conf.setIfMissing("spark.task.reaper.enabled", "true");
    conf.setIfMissing("spark.task.reaper.killTimeout", "30s");
    // Workers share their machine's cores; OpenMP would give each of them all.
    String threads =
        System.getenv().getOrDefault("OMP_NUM_THREADS", conf.get("spark.task.cpus", "1"));
    conf.setIfMissing("spark.executorEnv.OMP_NUM_THREADS", threads);
  }

  private static void addPlugin(SparkConf conf, Class<? extends SparkPlugin> plugin) {
    String plugins = conf.get(PLUGINS, "");
    if (!plugins.contains(plugin.getName())) {
      conf.set(PLUGINS, plugins.isBlank() ? plugin.getName() : plugins + "," + plugin.getName());
    }
  }

  private static void awaitWorkers(JavaSparkContext spark, int workers) {
    try {
      Cluster.awaitSlots(spark, workers);
    } catch (RuntimeException e) {
      spark.close();
      throw e;
    }
  }

  /**
   * The settings with a known number of workers: where none is given, one per core of this machine
   * in local mode, else one per slot that the cluster is configured for.
   *
   * @param experiment the settings
   * @return the settings with train.workers above 0
   */
  static Experiment withWorkers(Experiment experiment) {
    if (experiment.train().workers() > 0) {
      return experiment;
    }
    SparkConf conf = new SparkConf();
    int slots = Cluster.slots(conf).orElse(cores());
    return experiment.withTrain(experiment.train().withWorkers(Math.max(1, slots)));
  }

  /** Settings for Hadoop's file systems: Spark's {@code spark.hadoop.*}. */
  static Map<String, String> hadoopSettings() {
    Map<String, String> settings = new LinkedHashMap<>();
    for (Tuple2<String, String> entry : Arrays.asList(hadoopEntries())) {
      settings.put(entry._1(), entry._2());
    }
    return settings;
  }

  private static Tuple2<String, String>[] hadoopEntries() {
    return new SparkConf().getAllWithPrefix("spark.hadoop.");
  }

  private static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }
}
