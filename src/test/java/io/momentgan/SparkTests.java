package io.momentgan;

import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Spark contexts for tests: one after another, in this process. */
public final class SparkTests {
  private SparkTests() {}

  /**
   * A context in this process.
   *
   * @param workers number of tasks that run at once
   */
  public static JavaSparkContext local(int workers) {
    return new JavaSparkContext(
        new SparkConf()
            .setAppName("test")
            .setMaster("local[" + workers + "]")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.ui.enabled", "false"));
  }
}
