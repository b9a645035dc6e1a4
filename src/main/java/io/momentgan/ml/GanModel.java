package io.momentgan.ml;

import io.momentgan.config.EvaluationConfig.Weights;
import io.momentgan.config.UserException;
import io.momentgan.export.Generation;
import io.momentgan.network.state.NetworkState;
import io.momentgan.run.Checkpoint;
import io.momentgan.run.Run;
import io.momentgan.sampling.GeneratedDraw;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** A trained generator in a Spark session. */
public final class GanModel {
  private final SparkSession spark;
  private final Run run;
  private final int epoch;
  private final NetworkState generator;

  private GanModel(SparkSession spark, Run run, Checkpoint checkpoint) {
    this.spark = spark;
    this.run = run;
    this.epoch = checkpoint.manifest().epoch();
    this.generator = checkpoint.generator(Weights.RAW);
  }

  /**
   * Loads the generator of a run's newest checkpoint.
   *
   * @param spark the session
   * @param location the run's folder: a path or a URI such as {@code s3a://bucket/runs/00000-ff-5}
   * @throws UserException when there is no run, or none of its checkpoints is intact
   */
  public static GanModel load(SparkSession spark, String location) {
    Run run = open(spark, location);
    return new GanModel(spark, run, run.checkpoints().requireNewest());
  }

  /**
   * Loads the generator as it was after an epoch.
   *
   * @param spark the session
   * @param location the run's folder
   * @param epoch from 1
   * @throws UserException that lists the epochs with a checkpoint
   */
  public static GanModel loadEpoch(SparkSession spark, String location, int epoch) {
    Run run = open(spark, location);
    return new GanModel(spark, run, run.checkpoints().ofEpoch(epoch));
  }

  private static Run open(SparkSession spark, String location) {
    HostProcess.prepare(spark);
    return Run.open(location, HostProcess.hadoopFor(location));
  }

  /** The epoch of the checkpoint. */
  public int epoch() {
    return epoch;
  }

  /**
   * Draws images on the workers, as the rows are asked for. Row {@code index} is the same for any
   * count and any number of workers, and the same as of {@code generate --format parquet}.
   *
   * @param count number of images, at least 1
   * @param seed of the latent vectors
   * @return rows of {@code index}, {@code label} (the class asked for; null without classes),
   *     {@code run}, {@code epoch}, {@code seed} and {@code image}, of Spark's image schema
   */
  public Dataset<Row> generate(int count, long seed) {
    if (count < 1) {
      throw new UserException("Count: found %d, expected a positive number".formatted(count));
    }
    GeneratedDraw draw =
        new GeneratedDraw(run.record().experiment(), run.record().shape(), generator, seed);
    return new Generation(run.folder().name(), epoch, draw).rows(spark, count);
  }

  @Override
  public String toString() {
    return "Generator of %s, epoch %d, images of %s"
        .formatted(run.folder().name(), epoch, run.record().shape());
  }
}
