package io.momentgan.device;

import io.momentgan.config.UserException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.Utils;
import scala.Tuple2;

/** Whether a cluster is there, and how many tasks it runs at once. */
public final class Cluster {
  public static final String MASTER = "spark.master";
  public static final String TASK_CPUS = "spark.task.cpus";
  private static final Pattern LOCAL = Pattern.compile("local(?:\\[(\\d+|\\*)(?:,\\s*\\d+)?])?");
  private static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,.*");
  private static final String STANDALONE = "spark://";
  private static final String EXECUTOR_CORES = "spark.executor.cores";
  private static final String TASK_RESOURCE = "spark.task.resource.";
  private static final int CONNECT_MILLIS = 5_000;
  private static final String WAIT = "spark.scheduler.maxRegisteredResourcesWaitingTime";
  private static final long POLL_MILLIS = 100;

  private Cluster() {}

  /** Whether tasks are threads of this process; so where no master is named. */
  public static boolean isLocal(SparkConf conf) {
    String master = conf.get(MASTER, "local");
    return master.equals("local") || master.startsWith("local[");
  }

  /** Whether this process is YARN's master of the application, as in deploy mode cluster. */
  public static boolean isYarnsMaster() {
    return System.getProperty(MASTER, "").equals("yarn")
        && System.getProperty("spark.submit.deployMode", "").equals("cluster");
  }

  /**
   * Knocks at a standalone master, where Spark itself takes minutes to find that none is there.
   *
   * @param conf Spark's settings
   * @throws UserException when no master of those given accepts a connection
   */
  public static void requireMaster(SparkConf conf) {
    String master = conf.get(MASTER, "");
    if (!master.startsWith(STANDALONE)) {
      return;
    }
    List<String> failures = new ArrayList<>();
    for (String address : master.substring(STANDALONE.length()).split(",")) {
      try (Socket socket = new Socket()) {
        socket.connect(socketAddress(address), CONNECT_MILLIS);
        return;
      } catch (UnknownHostException e) {
        failures.add(address + ": unknown host");
      } catch (IOException | IllegalArgumentException e) {
        failures.add(address + ": " + e.getMessage());
      }
    }
    throw new UserException(
        ("%s: found %s, expected a standalone master that accepts connections (%s); start it, or give"
                + " the URL that its page shows (--master)")
            .formatted(MASTER, master, String.join("; ", failures)));
  }

  private static InetSocketAddress socketAddress(String address) {
    Tuple2<String, Object> hostAndPort = Utils.parseHostPort(address);
    return new InetSocketAddress(hostAndPort._1(), (Integer) hostAndPort._2());
  }

  /**
   * The most tasks that a cluster will run at once, as far as its settings say.
   *
   * @param conf Spark's settings
   * @return the number; empty where it depends on the cluster, or no master is chosen yet
   */
  public static OptionalInt slots(SparkConf conf) {
    int cpus = cpusPerTask(conf);
    String master = conf.get(MASTER, "");
    if (master.isEmpty()) {
      return OptionalInt.empty();
    }
    Matcher threads = LOCAL.matcher(master);
    if (threads.matches()) {
      return OptionalInt.of(threads(threads.group(1)) / cpus);
    }
    Matcher local = LOCAL_CLUSTER.matcher(master);
    if (local.matches()) {
      return OptionalInt.of(
          Integer.parseInt(local.group(1)) * (Integer.parseInt(local.group(2)) / cpus));
    }
    if (master.startsWith(STANDALONE)) {
      // A standalone cluster gives an application all its cores, or as many as this says.
      int most = number(conf, "spark.cores.max", 0);
      int each = number(conf, EXECUTOR_CORES, most);
      if (each > 0 && each < cpus) {
        return OptionalInt.of(0);
      }
      return most > 0
          ? OptionalInt.of(Math.max(1, most / each) * (each / cpus))
          : OptionalInt.empty();
    }
    int each = number(conf, EXECUTOR_CORES, 1) / cpus;
    int executors = number(conf, "spark.executor.instances", 0);
    return executors > 0 || each == 0 ? OptionalInt.of(executors * each) : OptionalInt.empty();
  }

  /** Cores that a task takes up, at least 1. */
  public static int cpusPerTask(SparkConf conf) {
    return Math.max(1, number(conf, TASK_CPUS, 1));
  }

  private static int number(SparkConf conf, String setting, int otherwise) {
    try {
      return conf.getInt(setting, otherwise);
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "%s: found %s, expected a whole number".formatted(setting, conf.get(setting)), e);
    }
  }

  /**
   * Refuses settings with which no task would ever start, where Spark waits for ever.
   *
   * @param conf Spark's settings
   * @throws UserException naming the setting
   */
  public static void requireSlot(SparkConf conf) {
    int slots = slots(conf).orElse(1);
    if (slots == 0) {
      throw new UserException(
          ("%s: found %d with %s, expected no more than the cores of a process that runs tasks; set it"
                  + " to 1, or give executors more cores (%s, or N of local[N])")
              .formatted(TASK_CPUS, cpusPerTask(conf), conf.get(MASTER, "local"), EXECUTOR_CORES));
    }
    if (isLocal(conf) && conf.getAllWithPrefix(TASK_RESOURCE).length > 0) {
      throw new UserException(
          "%s*: found it with %s, which hands out no resources; leave it out, or use a cluster such as local-cluster[1,1,2048]"
              .formatted(TASK_RESOURCE, conf.get(MASTER, "local")));
    }
  }

  private static int threads(String given) {
    if (given == null) {
      return 1;
    }
    return given.equals("*") ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(given);
  }

  /**
   * Waits until executors for all workers are there: shards are cached where they are loaded, and a
   * round needs all its workers at once.
   *
   * @param spark the context
   * @param workers number of tasks of a round
   * @throws UserException when the cluster has too few
   */
  public static void awaitSlots(JavaSparkContext spark, int workers) {
    long limit = spark.getConf().getTimeAsSeconds(WAIT, "120s");
    long end = System.nanoTime() + limit * 1_000_000_000L;
    int slots = runningSlots(spark.sc());
    while (slots < workers) {
      requireRunning(spark);
      if (System.nanoTime() > end) {
        throw slots == 0 ? noExecutors(limit) : tooManyWorkers(workers, slots);
      }
      pause();
      slots = runningSlots(spark.sc());
    }
  }

  /**
   * Says that a training has more workers than the cluster runs tasks at once.
   *
   * @param workers train.workers
   * @param slots tasks that run at once
   */
  public static UserException tooManyWorkers(int workers, int slots) {
    return new UserException(
        ("Setting train.workers: found %d, expected at most %d, the tasks that the cluster runs at"
                + " once; set train.workers=%d (--workers), or give the cluster more by"
                + " spark.executor.instances and spark.executor.cores (spark.cores.max on a"
                + " standalone cluster, N of local[N]) or a lower spark.task.cpus")
            .formatted(workers, slots, Math.max(1, slots)));
  }

  private static void requireRunning(JavaSparkContext spark) {
    if (spark.sc().isStopped()) {
      throw new UserException(
          ("%s: %s has ended the application before any work was done, expected executors; the"
                  + " messages above and the cluster's own page say why")
              .formatted(MASTER, spark.master()));
    }
  }

  private static UserException noExecutors(long seconds) {
    return new UserException(
        ("%s: no executor has started within %d s, expected some; look at the cluster's own page for"
                + " the reason (memory or cores that no machine has), or set %s to more")
            .formatted(MASTER, seconds, WAIT));
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for executors", e);
    }
  }

  /** The tasks that a cluster runs at once now: what Spark asks before a barrier stage. */
  public static int runningSlots(SparkContext spark) {
    return spark.maxNumConcurrentTasks(spark.resourceProfileManager().defaultResourceProfile());
  }
}
