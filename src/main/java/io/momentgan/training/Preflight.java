package io.momentgan.training;

import io.momentgan.config.Exchanges;
import io.momentgan.config.Experiment;
import io.momentgan.config.LabelsConfig;
import io.momentgan.config.TrainConfig.Gradients;
import io.momentgan.config.UserException;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.device.Cluster;
import io.momentgan.engine.Engine;
import io.momentgan.partition.Schedule;
import io.momentgan.partition.Shards;
import io.momentgan.tracking.MlflowServer;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.serializer.JavaSerializer;

/** Checks of settings against the data and the cluster, before anything is asked of the cluster. */
public final class Preflight {
  /** Of a worker's buffer of past images: an array's limit, less the head of its file. */
  private static final int MAX_BUFFER_BYTES = Integer.MAX_VALUE - 1024;

  private Preflight() {}

  /**
   * Checks settings against the data and the cluster.
   *
   * @param experiment the settings, workers known
   * @param images the data
   * @throws UserException naming the setting and what to set it to
   */
  public static void check(Experiment experiment, DataSet images) {
    MlflowServer.requireAddress(experiment.tracking(), System.getenv());
    SparkConf conf = SparkContexts.conf();
    Engine engine = Engine.of(experiment.engine());
    engine.require(experiment);
    if (Cluster.isLocal(conf)) {
      engine.gpus(); // loads its libraries, which a driver of a cluster may lack
    }
    if (SparkContexts.running().isDefined()) {
      checkRunning(conf);
    }
    checkCluster(experiment, conf);
    requireMemory(experiment, images.shape());
    Cluster.requireMaster(conf);
    int count = images.training().count();
    requireFullBatch(experiment, count);
    requireInitImages(experiment.train().initImages(), count);
    requireLabels(experiment.labels(), images.training());
    requireReplayFits(experiment.discriminatorInput().replayCapacity(), images.shape());
  }

  /**
   * Compares what networks need at least with the memory of driver and executors.
   *
   * @param experiment the settings, workers known
   * @param shape shape of the images
   * @throws UserException naming the option to raise
   */
  public static void requireMemory(Experiment experiment, ImageShape shape) {
    TrainingMemory.require(
        experiment, shape, SparkContexts.conf(), Runtime.getRuntime().maxMemory());
  }

  /**
   * Checks that each worker has a full batch. The settings that the message names pass this check.
   *
   * @param experiment the settings, workers known
   * @param count number of training images
   */
  static void requireFullBatch(Experiment experiment, int count) {
    if (Schedule.of(experiment.train(), count).iterationsPerEpoch() > 0) {
      return;
    }
    int workers = experiment.train().workers();
    int smallest = Shards.smallestSize(count, workers);
    // A variance needs two images.
    int least = experiment.moments().penalised() ? 2 : 1;
    if (smallest >= least) {
      throw new UserException(
          ("Setting train.batch-size: found %d, expected at most %d, the images of the smallest of %d"
                  + " shards; set train.batch-size=%d or fewer workers (--workers)")
              .formatted(experiment.train().batchSize(), smallest, workers, smallest));
    }
    int most = Math.min(workers, count / least);
    if (most > 0) {
      throw new UserException(
          "Setting train.workers: found %d, expected at most %d for %d training images; set train.workers=%d (--workers) and train.batch-size=%d"
              .formatted(workers, most, count, most, Shards.smallestSize(count, most)));
    }
    throw new UserException(
        "Setting data.uri: found %d training image, expected at least 2; give more images (data.images.flip=true doubles those of files), or set train.workers=1 (--workers), train.batch-size=1, moments.mean-weight=0 and moments.variance-weight=0"
            .formatted(count));
  }

  private static void requireInitImages(int wanted, int count) {
    if (wanted > count) {
      throw new UserException(
          "Setting train.init-images: found %d, expected at most %d, the number of training images; set train.init-images=%d"
              .formatted(wanted, count, count));
    }
  }

  /**
   * Checks settings against the cluster that they are meant for. Where workers exchange anything,
   * they all must run at once.
   *
   * @param experiment the settings, workers known
   * @param conf Spark's settings
   * @throws UserException naming the setting and what to set it to
   */
  static void checkCluster(Experiment experiment, SparkConf conf) {
    Cluster.requireSlot(conf);
    int workers = experiment.train().workers();
    if (!exchanges(experiment)) {
      return;
    }
    if (!Cluster.isLocal(conf)) {
      requireOff(conf, "spark.dynamicAllocation.enabled", "executors come and go", workers);
      requireOff(conf, "spark.speculation", "a worker may be started twice", workers);
    }
    requirePlain(experiment.train().gradients(), conf);
    Cluster.slots(conf)
        .ifPresent(
            slots -> {
              if (slots < workers) {
                throw Cluster.tooManyWorkers(workers, slots);
              }
            });
  }

  /**
   * Checks an application that runs already. A training that joins it cannot change its settings.
   *
   * @param conf its settings
   * @throws UserException naming the setting that it has to start with
   */
  static void checkRunning(SparkConf conf) {
    String java = JavaSerializer.class.getName();
    requireStartedWith(SparkContexts.SERIALIZER, conf.get(SparkContexts.SERIALIZER, java), java);
    String plugins = conf.get(SparkContexts.PLUGINS, "");
    List<String> needed = SparkContexts.PLUGINS_OF_EXECUTORS;
    if (!Cluster.isLocal(conf) && !List.of(plugins.split("\\s*,\\s*")).containsAll(needed)) {
      requireStartedWith(SparkContexts.PLUGINS, plugins, String.join(",", needed));
    }
  }

  private static void requireStartedWith(String setting, String found, String expected) {
    if (!found.equals(expected)) {
      throw new UserException(
          "%s: found \"%s\" in the running application, expected %s; set it before the application starts (%%spark.conf in Zeppelin)"
              .formatted(setting, found, expected));
    }
  }

  /** Whether workers wait for each other within a round. */
  static boolean exchanges(Experiment experiment) {
    return experiment.train().workers() > 1 && Exchanges.of(experiment).any();
  }

  private static void requireOff(SparkConf conf, String setting, String why, int workers) {
    if (conf.getBoolean(setting, false)) {
      throw new UserException(
          ("%s: found true, expected false: %s, but all %d workers of a round must run side by side,"
                  + " once each; set %s=false, and spark.executor.instances to what they need")
              .formatted(setting, why, workers, setting));
    }
  }

  private static void requirePlain(Gradients gradients, SparkConf conf) {
    if (gradients == Gradients.DEVICES && conf.getBoolean("spark.network.crypto.enabled", false)) {
      throw new UserException(
          "Setting train.gradients: found devices with spark.network.crypto.enabled=true, which does"
              + " not encrypt what devices send, expected own or shared; start a run with train.gradients=shared,"
              + " or leave the encryption off in a network that you trust");
    }
  }

  /** Refuses a buffer of past images that no file of a checkpoint can hold. */
  static void requireReplayFits(int capacity, ImageShape shape) {
    int most = MAX_BUFFER_BYTES / (Float.BYTES * shape.features());
    if (capacity > most) {
      throw new UserException(
          ("Setting discriminator-input.replay-capacity: found %d, expected at most %d, the images of"
                  + " %s that a worker's buffer can hold; set discriminator-input.replay-capacity=%d")
              .formatted(capacity, most, shape, most));
    }
  }

  /**
   * Refuses images without classes, before anything is asked of the cluster.
   *
   * @param config what networks are told of classes
   * @param images the training images, at least one
   * @throws UserException when classes are needed and there are none
   */
  private static void requireLabels(LabelsConfig config, ImageSource images) {
    if (config.on() && images.read(new int[] {0}).labels().length == 0) {
      throw new UserException(
          ("Setting labels.classes: found %d with images that have no classes, expected labelled images"
                  + " (an IDX file of labels, or a subfolder per class); set labels.classes=0 or give"
                  + " such data")
              .formatted(config.classes()));
    }
  }

  /**
   * Refuses images of more classes than the networks know, before the first round.
   *
   * @param config what networks are told of classes
   * @param shards the training images, loaded
   * @throws UserException naming the number of classes that there are
   */
  static void requireClasses(LabelsConfig config, Shards shards) {
    if (!config.on()) {
      return;
    }
    int largest = shards.rdd().map(shard -> largest(shard.images().labels())).reduce(Math::max);
    if (largest >= config.classes()) {
      throw new UserException(
          "Setting labels.classes: found %d with images of class %d, expected at least %d; set labels.classes=%d"
              .formatted(config.classes(), largest, largest + 1, largest + 1));
    }
  }

  private static int largest(byte[] labels) {
    int largest = 0;
    for (byte label : labels) {
      largest = Math.max(largest, label & 0xFF);
    }
    return largest;
  }
}
