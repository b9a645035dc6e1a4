package io.momentgan;

import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Spark contexts for tests: one after another, in this process. */
public final class SparkTests {
  private SparkTests() {}

  /**
   * A context in this process.
   *
   * @param workers number of tasks that run at once
   */
  public static JavaSparkContext local(int workers) {
    return new JavaSparkContext(conf(workers));
  }

  /**
   * A session in this process, such as a notebook has.
   *
   * @param workers number of tasks that run at once
   * @param settings further settings of Spark
   */
  public static SparkSession session(int workers, Map<String, String> settings) {
    // Compiling a query takes longer than interpreting it over a few rows.
    SparkConf conf =
        conf(workers)
            .set("spark.sql.shuffle.partitions", "1")
            .set("spark.sql.adaptive.enabled", "false")
            .set("spark.sql.codegen.wholeStage", "false")
            .set("spark.sql.codegen.factoryMode", "NO_CODEGEN");
    settings.forEach(conf::set);
    return SparkSession.builder().config(conf).getOrCreate();
  }

  private static SparkConf conf(int workers) {
    return new SparkConf()
        .setAppName("test")
        .setMaster("local[" + workers + "]")
        .set("spark.driver.host", "127.0.0.1")
        .set("spark.ui.enabled", "false");
  }
}
