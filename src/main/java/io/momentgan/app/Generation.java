package io.momentgan.app;

import io.momentgan.data.ImageShape;
import io.momentgan.sampling.GeneratedDraw;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Draws samples on all workers and writes them there. */
final class Generation {
  private static final String CLOUD = "org.apache.spark.internal.io.cloud.";
  private static final int BLOCK = 1000;

  private final JavaSparkContext spark;
  private final GeneratedDraw draw;
  private final int count;

  /** What samples are written as. */
  enum Format {
    /** A file per sample. */
    PNG,
    /** Rows of index, pixels (bytes in channel, row, column order), channels, height, width. */
    PARQUET
  }

  Generation(JavaSparkContext spark, GeneratedDraw draw, int count) {
    this.spark = spark;
    this.draw = draw;
    this.count = count;
  }

  void write(Format format, ImageFiles files) {
    Broadcast<GeneratedDraw> shared = spark.broadcast(draw);
    int all = count;
    List<Integer> starts = IntStream.iterate(0, i -> i < all, i -> i + BLOCK).boxed().toList();
    int slices = Math.min(starts.size(), 4 * Math.max(1, spark.defaultParallelism()));
    JavaRDD<Integer> blocks = spark.parallelize(starts, slices);
    switch (format) {
      case PNG -> blocks.foreach(from -> png(shared.value(), from, end(from, all), files.open()));
      case PARQUET -> parquet(blocks, shared, files.uri());
    }
    shared.destroy();
  }

  private static int end(int from, int all) {
    return (int) Math.min(all, (long) from + BLOCK);
  }

  private static void png(GeneratedDraw draw, int from, int to, ImageFiles.Writer files) {
    byte[] pixels = draw.draw(from, to).pixels();
    for (int i = from; i < to; i++) {
      files.write(i, image(pixels, i - from, draw.shape()));
    }
  }

  private void parquet(JavaRDD<Integer> blocks, Broadcast<GeneratedDraw> shared, String uri) {
    int all = count;
    JavaRDD<Row> rows = blocks.flatMap(from -> rows(shared.value(), from, end(from, all)));
    StructType columns =
        new StructType()
            .add("index", DataTypes.LongType, false)
            .add("pixels", DataTypes.BinaryType, false)
            .add("channels", DataTypes.IntegerType, false)
            .add("height", DataTypes.IntegerType, false)
            .add("width", DataTypes.IntegerType, false);
    SparkSession session = SparkSession.builder().sparkContext(spark.sc()).getOrCreate();
    // Overwrite, because an empty folder is allowed; a folder with something in it was refused.
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

  private static Iterator<Row> rows(GeneratedDraw draw, int from, int to) {
    byte[] pixels = draw.draw(from, to).pixels();
    ImageShape shape = draw.shape();
    return IntStream.range(from, to)
        .mapToObj(
            i ->
                RowFactory.create(
                    (long) i,
                    image(pixels, i - from, shape),
                    shape.channels(),
                    shape.height(),
                    shape.width()))
        .iterator();
  }

  private static byte[] image(byte[] pixels, int at, ImageShape shape) {
    return Arrays.copyOfRange(pixels, at * shape.features(), (at + 1) * shape.features());
  }
}
