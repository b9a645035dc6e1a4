package io.momentgan.classification;

import io.momentgan.data.DataSet;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.sampling.RealDraw;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;

/**
 * Labelled images on the workers, to count errors on: read once, by the workers themselves.
 *
 * <p>In a shuffled order, because layers may use statistics of a batch: one of a single class is no
 * fair one.
 */
public final class TestImages implements AutoCloseable {
  private static final long ORDER_SEED = 1;

  private final JavaSparkContext spark;
  private final String split;
  private final int count;
  private final JavaRDD<Block> blocks;

  /** A part with its images, which stay on their worker. */
  private record Block(ImagePart part, Images read) implements Serializable {}

  private TestImages(JavaSparkContext spark, String split, ImageSource images) {
    this.spark = spark;
    this.split = split;
    this.count = images.count();
    RealDraw draw = new RealDraw(images, ORDER_SEED);
    List<ImagePart> parts = ImagePart.of(count, images.shape(), spark.defaultParallelism());
    this.blocks =
        spark
            .parallelize(parts, parts.size())
            .map(part -> new Block(part, draw.draw(part.first(), part.to())))
            .setName(split + " images")
            .persist(StorageLevel.MEMORY_ONLY());
  }

  /**
   * The images of a data set that no run trains on: its test images, or those of {@code
   * data.validation}.
   *
   * @return empty if there are none, or none with labels
   */
  public static Optional<TestImages> of(JavaSparkContext spark, DataSet data) {
    return data.test()
        .flatMap(images -> of(spark, "test", images))
        .or(() -> data.validation().flatMap(images -> of(spark, "validation", images)));
  }

  /**
   * Prepares images; the first count reads them.
   *
   * @param split name of their split, such as "test"
   * @param images the images
   * @return empty if they have no labels
   */
  public static Optional<TestImages> of(JavaSparkContext spark, String split, ImageSource images) {
    boolean labelled = images.count() > 0 && images.read(new int[] {0}).labels().length > 0;
    return labelled ? Optional.of(new TestImages(spark, split, images)) : Optional.empty();
  }

  /** Counts the errors of the members of an ensemble, and of all together. */
  public ErrorCount errors(Ensemble ensemble) {
    spark.setJobDescription("classify %d %s images".formatted(count, split));
    String name = split; // the task needs no more of this object
    Broadcast<Ensemble> shared = spark.broadcast(ensemble);
    try {
      return blocks
          .map(block -> shared.value().open().errors(block.part(), block.read(), name))
          .reduce(ErrorCount::plus);
    } finally {
      shared.destroy();
    }
  }

  @Override
  public void close() {
    // Waits: Spark prints a stack trace when a context closes while it still removes blocks.
    blocks.unpersist(true);
  }
}
