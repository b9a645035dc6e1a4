package io.momentgan.export;

import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** A folder of Parquet files that workers write, a file per task. */
final class ParquetFolder {
  private static final String CLOUD = "org.apache.spark.internal.io.cloud.";

  private ParquetFolder() {}

  /**
   * Writes rows.
   *
   * @param rows of the columns
   * @param columns the schema
   * @param uri new or empty folder
   */
  static void write(JavaSparkContext spark, JavaRDD<Row> rows, StructType columns, String uri) {
    SparkSession session = SparkSession.builder().sparkContext(spark.sc()).getOrCreate();
    // Overwrites, since an empty folder is allowed; a folder with files was refused before.
    DataFrameWriter<Row> writer = session.createDataFrame(rows, columns).write().mode("overwrite");
    if (uri.startsWith("s3a:")) {
      // All files at once or none, without renaming, which copies in an object store.
      session
          .conf()
          .set("spark.sql.sources.commitProtocolClass", CLOUD + "PathOutputCommitProtocol");
      session
          .conf()
          .set("spark.sql.parquet.output.committer.class", CLOUD + "BindingParquetOutputCommitter");
      writer = writer.option("fs.s3a.committer.name", "magic");
    }
    writer.parquet(uri);
  }
}
