package io.momentgan.export;

import io.momentgan.classification.Ensemble;
import io.momentgan.classification.ImagePart;
import io.momentgan.classification.Probabilities;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.sampling.RealDraw;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The classes of all images of a data set, named on all workers and written there as Parquet.
 *
 * <p>Workers read the images, part after part. A prediction does not depend on their number.
 *
 * @param ensemble what names the classes
 * @param splits the images
 * @param labels the ensemble's class for each label of the data
 */
public record Predictions(Ensemble ensemble, List<Split> splits, LabelMap labels)
    implements Serializable {
  /** Tasks per slot, so that slow ones do not hold up the others. */
  private static final int TASKS_PER_SLOT = 4;

  private static final long ORDER_SEED = 1;

  /** The columns of the Parquet files; stable, see run-folder.md. */
  static final StructType COLUMNS =
      new StructType()
          .add("split", DataTypes.StringType, false)
          .add("index", DataTypes.LongType, false)
          .add("path", DataTypes.StringType, true)
          .add("prediction", DataTypes.IntegerType, false)
          .add("class", DataTypes.StringType, true)
          .add("probabilities", DataTypes.createArrayType(DataTypes.FloatType, false), false)
          .add("label", DataTypes.IntegerType, true);

  /**
   * Images of a data set.
   *
   * @param name "training", "validation" or "test"
   * @param images the images
   */
  public record Split(String name, ImageSource images) implements Serializable {}

  /** A part of a split. */
  private record Task(int split, ImagePart part) implements Serializable {}

  public Predictions {
    splits = List.copyOf(splits);
  }

  /**
   * Prepares the predictions of all images of a data set.
   *
   * @param ensemble what names the classes
   * @param data the images
   */
  public static Predictions of(Ensemble ensemble, DataSet data) {
    List<Split> splits = new ArrayList<>();
    splits.add(new Split("training", data.training()));
    data.validation().ifPresent(images -> splits.add(new Split("validation", images)));
    data.test().ifPresent(images -> splits.add(new Split("test", images)));
    List<String> names = ensemble.members().get(0).classes();
    return new Predictions(ensemble, splits, new LabelMap(names, data.classes()));
  }

  /** Number of images. */
  public long count() {
    return splits.stream().mapToLong(split -> split.images().count()).sum();
  }

  /**
   * Writes a row for each image.
   *
   * @param spark the context
   * @param uri new or empty folder
   */
  public void write(JavaSparkContext spark, String uri) {
    Broadcast<Predictions> shared = spark.broadcast(this);
    int least = TASKS_PER_SLOT * Math.max(1, spark.defaultParallelism());
    List<Task> tasks =
        IntStream.range(0, splits.size()).boxed().flatMap(i -> tasks(i, least).stream()).toList();
    JavaRDD<Row> rows =
        spark.parallelize(tasks, tasks.size()).flatMap(task -> shared.value().rows(task));
    spark.setJobDescription("classify %d images".formatted(count()));
    try {
      ParquetFolder.write(spark, rows, COLUMNS, uri);
    } finally {
      shared.destroy();
    }
  }

  private List<Task> tasks(int split, int least) {
    ImageSource images = splits.get(split).images();
    return ImagePart.of(images.count(), images.shape(), least).stream()
        .map(part -> new Task(split, part))
        .toList();
  }

  private Iterator<Row> rows(Task task) {
    Split split = splits.get(task.split());
    ImagePart part = task.part();
    int[] indices = indices(split.images(), part);
    Images read = split.images().read(indices);
    Probabilities probabilities = ensemble.open().classify(part, read);
    int before = part.from() - part.first();
    return IntStream.range(0, part.to() - part.from())
        .mapToObj(i -> row(split, indices[before + i], probabilities, i, label(read, before + i)))
        .iterator();
  }

  // Shuffled where an image is seen beside others: a batch of one class alone is no fair one.
  private int[] indices(ImageSource images, ImagePart part) {
    return ensemble.comparesImages()
        ? new RealDraw(images, ORDER_SEED).indices(part.first(), part.to())
        : part.indices();
  }

  private Integer label(Images read, int at) {
    return read.labels().length == 0 ? null : labels.of(Byte.toUnsignedInt(read.labels()[at]));
  }

  private Row row(Split split, int index, Probabilities probabilities, int at, Integer label) {
    int named = probabilities.named(at);
    List<String> names = ensemble.members().get(0).classes();
    return RowFactory.create(
        split.name(),
        (long) index,
        split.images().file(index).orElse(null),
        named,
        named < names.size() ? names.get(named) : null,
        DoubleStream.of(probabilities.of(at)).mapToObj(p -> (float) p).toArray(Float[]::new),
        label);
  }
}
