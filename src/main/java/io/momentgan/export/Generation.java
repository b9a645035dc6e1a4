package io.momentgan.export;

import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import io.momentgan.report.ImageGrid;
import io.momentgan.sampling.GeneratedDraw;
import io.momentgan.storage.Folder;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Samples that are drawn on all workers and written there.
 *
 * @param run the run's folder
 * @param epoch epoch of the generator
 * @param draw the samples
 */
public record Generation(String run, int epoch, GeneratedDraw draw) implements Serializable {
  private static final int BLOCK = 1000;
  private static final int PNG_PER_FOLDER = 1000;
  private static final int CV_8UC1 = 0;
  private static final int CV_8UC3 = 16;

  /** {@code org.apache.spark.ml.image.ImageSchema.columnSchema}. */
  public static final StructType IMAGE =
      new StructType()
          .add("origin", DataTypes.StringType, true)
          .add("height", DataTypes.IntegerType, false)
          .add("width", DataTypes.IntegerType, false)
          .add("nChannels", DataTypes.IntegerType, false)
          .add("mode", DataTypes.IntegerType, false)
          .add("data", DataTypes.BinaryType, false);

  /** The columns of the Parquet files; stable, see run-folder.md. */
  static final StructType COLUMNS =
      new StructType()
          .add("index", DataTypes.LongType, false)
          .add("label", DataTypes.IntegerType, true)
          .add("run", DataTypes.StringType, false)
          .add("epoch", DataTypes.IntegerType, false)
          .add("seed", DataTypes.LongType, false)
          .add("image", IMAGE, true);

  /** Formats of samples. */
  public enum Format {
    /** A file per sample, a thousand per folder: {@code 00012/00012345.png}. */
    PNG,
    /** Rows of {@link #COLUMNS}. */
    PARQUET
  }

  /**
   * Writes the first samples into a folder.
   *
   * @param spark the context
   * @param count number of samples
   * @param format how
   * @param uri new or empty folder
   * @param hadoop settings for Hadoop's file systems, of a serializable map
   */
  public void write(
      JavaSparkContext spark, int count, Format format, String uri, Map<String, String> hadoop) {
    Broadcast<Generation> shared = spark.broadcast(this);
    JavaRDD<Integer> blocks = blocks(spark, count);
    switch (format) {
      case PNG ->
          blocks.foreach(
              from -> shared.value().png(from, end(from, count), Folder.at(uri, hadoop)));
      case PARQUET ->
          ParquetFolder.write(
              spark,
              blocks.flatMap(from -> shared.value().rows(from, end(from, count))),
              COLUMNS,
              uri);
    }
    shared.destroy();
  }

  /**
   * The first samples as rows of {@link #COLUMNS}, drawn on the workers when they are asked for.
   *
   * @param session the session
   * @param count number of samples
   */
  public Dataset<Row> rows(SparkSession session, int count) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    // Spark's cleaner destroys it once nobody holds the rows any more.
    Broadcast<Generation> shared = spark.broadcast(this);
    JavaRDD<Row> rows =
        blocks(spark, count).flatMap(from -> shared.value().rows(from, end(from, count)));
    return session.createDataFrame(rows, COLUMNS);
  }

  private static JavaRDD<Integer> blocks(JavaSparkContext spark, int count) {
    List<Integer> starts = IntStream.iterate(0, i -> i < count, i -> i + BLOCK).boxed().toList();
    int slices = Math.min(starts.size(), 4 * Math.max(1, spark.defaultParallelism()));
    return spark.parallelize(starts, slices);
  }

  private static int end(int from, int count) {
    return (int) Math.min(count, (long) from + BLOCK);
  }

  private void png(int from, int to, Folder folder) {
    ImageShape shape = draw.shape();
    ImageGrid grid = ImageGrid.of(shape, 1).withRange(0, 255);
    byte[] pixels = draw.draw(from, to).pixels();
    for (int i = from; i < to; i++) {
      byte[] image = image(pixels, i - from, shape);
      float[] values = new float[image.length];
      for (int j = 0; j < values.length; j++) {
        values[j] = image[j] & 0xFF;
      }
      String file = String.format(Locale.ROOT, "%05d/%08d.png", i / PNG_PER_FOLDER, i);
      folder.publish(file, grid.png(new float[][] {values}));
    }
  }

  private Iterator<Row> rows(int from, int to) {
    Images images = draw.draw(from, to);
    return IntStream.range(from, to).mapToObj(i -> row(images, i - from, i)).iterator();
  }

  Row row(Images images, int at, int index) {
    Integer label = images.labels().length == 0 ? null : images.labels()[at] & 0xFF;
    return RowFactory.create((long) index, label, run, epoch, draw.seed(), struct(images, at));
  }

  /** Makes a row of Spark's image schema, pixel after pixel, each in blue, green, red. */
  public static Row struct(Images images, int at) {
    ImageShape shape = images.shape();
    byte[] planes = image(images.pixels(), at, shape);
    int channels = shape.channels();
    int plane = planes.length / channels;
    byte[] data = new byte[planes.length];
    for (int i = 0; i < plane; i++) {
      for (int channel = 0; channel < channels; channel++) {
        data[i * channels + channel] = planes[(channels - 1 - channel) * plane + i];
      }
    }
    int mode = channels == 1 ? CV_8UC1 : CV_8UC3;
    return RowFactory.create(null, shape.height(), shape.width(), channels, mode, data);
  }

  private static byte[] image(byte[] pixels, int at, ImageShape shape) {
    return Arrays.copyOfRange(pixels, at * shape.features(), (at + 1) * shape.features());
  }
}
