package io.momentgan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

/**
 * The Spark home that the scripts of {@code submit} put together, for {@code local-cluster} in this
 * process. The environment's SPARK_HOME says where.
 */
public final class SparkHome {
  /** JVM option of processes that live for seconds: they compile quickly, not well. */
  public static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

  private SparkHome() {}

  /** Links Spark's libraries into the home. */
  public static void create() throws IOException {
    String lib = Experiments.REPOSITORY.resolve("submit/lib.sh").toString();
    Process process =
        new ProcessBuilder("bash", "-ec", ". \"$0\"; use_spark_home", lib).inheritIO().start();
    assertThat(process.onExit().join().exitValue()).isZero();
  }

  /** This build's classes and libraries, for {@code spark.executor.extraClassPath}. */
  public static String classPath() {
    return System.getProperty("java.class.path");
  }
}
