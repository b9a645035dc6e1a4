package io.momentgan.training;

import io.momentgan.collective.hub.MomentGanPlugin;
import io.momentgan.config.Experiment;
import io.momentgan.config.Experiment.DeviceConfig;
import io.momentgan.config.Experiment.S3Config;
import io.momentgan.config.UserException;
import io.momentgan.device.Cluster;
import io.momentgan.device.ExecutorSetup;
import io.momentgan.device.Threads;
import io.momentgan.storage.S3Settings;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.channels.UnresolvedAddressException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkContext$;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.serializer.JavaSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;
import scala.Tuple2;

/** Opens the Spark context of a run. */
public final class SparkContexts {
  private static final String HADOOP = "spark.hadoop.";
  static final String PLUGINS = "spark.plugins";
  static final String SERIALIZER = "spark.serializer";
  private static final String UI_PORT = "spark.ui.port";

  /** Plugins by which workers on other machines find each other and are set up. */
  static final List<String> PLUGINS_OF_EXECUTORS =
      List.of(MomentGanPlugin.class.getName(), ExecutorSetup.class.getName());

  private static final int FIRST_UI_PORT = 4040;
  private static final Logger LOG = LoggerFactory.getLogger(SparkContexts.class);

  private SparkContexts() {}

  /**
   * Opens a context: that of an application running in this process, else on the master that
   * spark-submit or {@code -Dspark.master} gives, else in this process with a core per worker.
   *
   * @param name application name
   * @param experiment the settings, workers known
   * @return the context; the caller closes it, which leaves an application that was running
   */
  public static JavaSparkContext open(String name, Experiment experiment) {
    int workers = experiment.train().workers();
    Map<String, String> settings = ofHadoop(hadoopSettings(experiment.s3()));
    if (experiment.device().use() == DeviceConfig.Use.CPU) {
      // Of two backends ND4J takes the one with the higher priority; CUDA's has 100.
      settings.put("spark.executorEnv.BACKEND_PRIORITY_CPU", "1000");
    }
    JavaSparkContext spark = open(name, workers, settings);
    if (!spark.isLocal() && Preflight.exchanges(experiment)) {
      awaitWorkers(spark, workers);
    }
    return spark;
  }

  /**
   * Opens a context for work without a training.
   *
   * @param name application name
   * @param hadoop settings for Hadoop's file systems
   * @return the context; the caller closes it
   */
  public static JavaSparkContext open(String name, Map<String, String> hadoop) {
    return open(name, 1, ofHadoop(hadoop));
  }

  /**
   * Without secrets: Spark's settings are shown on its pages. It takes them from the environment.
   */
  private static Map<String, String> ofHadoop(Map<String, String> hadoop) {
    Map<String, String> settings = new LinkedHashMap<>();
    S3Settings.withoutSecrets(hadoop).forEach((key, value) -> settings.put(HADOOP + key, value));
    return settings;
  }

  private static JavaSparkContext open(String name, int workers, Map<String, String> settings) {
    if (running().isDefined()) {
      return joined(running().get());
    }
    SparkConf conf = new SparkConf().setAppName(name);
    settings.forEach(conf::set);
    conf.setIfMissing(
        Cluster.MASTER, "local[" + Math.max(workers * Cluster.cpusPerTask(conf), cores()) + "]");
    Cluster.requireSlot(conf);
    useJavaSerializer(conf);
    useFreeUiPort(conf);
    if (Cluster.isLocal(conf)) {
      outlastPauses(conf);
    } else {
      prepareExecutors(conf);
    }
    addPlugin(conf, GaugesListener.class.getName());
    conf.set(GaugesListener.WORKERS, Integer.toString(workers));
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
    // How often executors say how far their tasks are; Spark's 10 s is long for a progress bar.
    conf.setIfMissing("spark.executor.heartbeatInterval", "2s");
    JavaSparkContext spark = start(conf);
    spark.setLocalProperty("spark.job.interruptOnCancel", "true");
    return spark;
  }

  /** The context of a notebook, say; its owner closes it. */
  private static JavaSparkContext joined(SparkContext running) {
    return new JavaSparkContext(running) {
      @Override
      public void close() {
        // Further paragraphs and trainings use it.
      }
    };
  }

  /** Starts Spark; whatever keeps it from starting lies in its settings or on the machine. */
  private static JavaSparkContext start(SparkConf conf) {
    try {
      return new JavaSparkContext(conf);
    } catch (Exception e) { // Spark throws checked exceptions that it does not declare
      throw new UserException(
          ("Spark has not started on %s: %s; mend that, or the setting of Spark that it names (--conf"
                  + " of the scripts, -D in MOMENTGAN_JAVA_OPTS for submit/local)")
              .formatted(conf.get(Cluster.MASTER), reason(conf, ExceptionUtils.getRootCause(e))),
          e);
    }
  }

  private static String reason(SparkConf conf, Throwable cause) {
    return cause instanceof UnresolvedAddressException
        ? "spark.driver.host %s is no known host".formatted(conf.get("spark.driver.host", ""))
        : ExceptionUtils.getMessage(cause);
  }

  /** Kryo, as Spark 3.5 has it, reads no records; and arrays of floats gain nothing by it. */
  private static void useJavaSerializer(SparkConf conf) {
    String java = JavaSerializer.class.getName();
    if (!conf.get(SERIALIZER, java).equals(java)) {
      LOG.warn("{}: {} is used in place of {}", SERIALIZER, java, conf.get(SERIALIZER));
    }
    conf.set(SERIALIZER, java);
  }

  /** Spark gives up when as many ports as it tries are taken, with a warning for each. */
  private static void useFreeUiPort(SparkConf conf) {
    int first = conf.getInt(UI_PORT, FIRST_UI_PORT);
    if (first == 0 || !conf.getBoolean("spark.ui.enabled", true)) {
      return;
    }
    int tries = 1 + conf.getInt("spark.port.maxRetries", 16);
    int free =
        IntStream.range(first, first + tries).filter(SparkContexts::isFree).findFirst().orElse(0);
    if (free == 0) {
      LOG.warn(
          "{}: found no free port from {} to {}; any other is used",
          UI_PORT,
          first,
          first + tries - 1);
    }
    conf.set(UI_PORT, Integer.toString(free));
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port)) {
      return socket.isBound();
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Spark gives up its own process after two minutes in which a laptop slept, or Ctrl-Z stopped it.
   */
  private static void outlastPauses(SparkConf conf) {
    conf.setIfMissing("spark.storage.blockManagerHeartbeatTimeoutMs", "365d");
  }

  private static void prepareExecutors(SparkConf conf) {
    PLUGINS_OF_EXECUTORS.forEach(plugin -> addPlugin(conf, plugin));
    // A worker that hangs keeps its slot until its executor goes.
    conf.setIfMissing("spark.task.reaper.enabled", "true");
    conf.setIfMissing("spark.task.reaper.killTimeout", "30s");
    // Workers share their machine's cores; OpenMP would give each of them all.
    String threads = Threads.inUse().isEmpty() ? conf.get(Cluster.TASK_CPUS, "1") : Threads.inUse();
    // Else names that are not ASCII are unreadable to a JVM without a locale.
    conf.setIfMissing("spark.executorEnv.LC_ALL", "C.UTF-8");
    conf.setIfMissing("spark.executorEnv." + Threads.VARIABLE, threads);
  }

  private static void addPlugin(SparkConf conf, String plugin) {
    String plugins = conf.get(PLUGINS, "");
    if (!plugins.contains(plugin)) {
      conf.set(PLUGINS, plugins.isBlank() ? plugin : plugins + "," + plugin);
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
   * Chooses the threads of each worker's matrix products, before native libraries load.
   *
   * @param workers number of workers, which share this machine's cores in local mode
   * @param recorded the number that the run began with; empty for a new run
   */
  public static void chooseThreads(int workers, String recorded) {
    if (!recorded.isEmpty()) {
      Threads.choose(recorded);
    } else if (Cluster.isLocal(conf())) {
      Threads.choose(Integer.toString(Math.max(1, cores() / workers)));
    }
  }

  /**
   * The settings with a known number of workers: where none is given, one per core of this machine
   * in local mode, else one per slot that the cluster is configured for.
   *
   * @param experiment the settings
   * @return the settings with train.workers above 0
   */
  public static Experiment withWorkers(Experiment experiment) {
    if (experiment.train().workers() > 0) {
      return experiment;
    }
    SparkConf conf = conf();
    int slots = Cluster.slots(conf).orElse(cores() / Cluster.cpusPerTask(conf));
    return experiment.with("train.workers=" + Math.max(1, slots));
  }

  /**
   * Settings for Hadoop's file systems: {@code s3.*} over Spark's {@code spark.hadoop.*} over the
   * environment, whose credentials are among them.
   *
   * @param s3 the settings {@code s3.*}
   */
  public static Map<String, String> hadoopSettings(S3Config s3) {
    return S3Settings.of(s3, ofSpark(), System::getenv);
  }

  private static Map<String, String> ofSpark() {
    Map<String, String> settings = new LinkedHashMap<>();
    for (Tuple2<String, String> entry : Arrays.asList(hadoopEntries())) {
      settings.put(entry._1(), entry._2());
    }
    return settings;
  }

  private static Tuple2<String, String>[] hadoopEntries() {
    return conf().getAllWithPrefix(HADOOP);
  }

  /** Settings of the running application, else those that the next one starts with. */
  static SparkConf conf() {
    return running().isDefined() ? running().get().getConf() : new SparkConf();
  }

  /** The application that runs in this process, as a notebook's does. */
  static Option<SparkContext> running() {
    return SparkContext$.MODULE$.getActive();
  }

  private static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }
}
