package io.momentgan.ml;

import io.momentgan.config.EvaluationConfig.Weights;
import io.momentgan.config.Experiment;
import io.momentgan.config.LabelsConfig;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.export.Generation;
import io.momentgan.network.state.NetworkState;
import io.momentgan.run.Checkpoint;
import io.momentgan.run.Run;
import io.momentgan.sampling.GeneratedDraw;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * A trained GAN in a Spark session, and a stage of Spark ML: adds a column of generated images, or
 * of the discriminator's features of images.
 *
 * <p>{@code save} writes the checkpoint with the run's record and the parameters.
 */
public final class GanModel extends Model<GanModel> implements MLWritable {
  private static final long serialVersionUID = 1L;
  private static final String NONE = "none";
  private static final String DISCRIMINATOR = "discriminator";

  /** The default of {@link #outputCol}. */
  static final String GENERATED = "generated";

  private final String uid;
  private final Param<String> imageCol;
  private final Param<String> labelCol;
  private final Param<String> outputCol;
  private final Param<String> featuresFrom;
  private final LongParam seed;
  private final transient SparkSession spark;
  private final transient Run run;
  private final long step;
  private final int epoch;
  private final NetworkState generator;
  private final NetworkState discriminator;

  private GanModel(String uid, SparkSession spark, Run run, Checkpoint checkpoint) {
    this(
        uid,
        spark,
        run,
        checkpoint.manifest().step(),
        checkpoint.manifest().epoch(),
        checkpoint.generator(Weights.RAW),
        checkpoint.discriminator());
  }

  private GanModel(
      String uid,
      SparkSession spark,
      Run run,
      long step,
      int epoch,
      NetworkState generator,
      NetworkState discriminator) {
    this.uid = uid;
    this.spark = spark;
    this.run = run;
    this.step = step;
    this.epoch = epoch;
    this.generator = generator.withoutUpdater();
    this.discriminator = discriminator.withoutUpdater();
    imageCol = CheckedParams.text(this, "imageCol", "column of images, for features");
    labelCol = CheckedParams.text(this, "labelCol", "column of the classes to draw");
    outputCol = CheckedParams.text(this, "outputCol", "column that is added");
    featuresFrom =
        CheckedParams.choice(
            this,
            "featuresFrom",
            "network whose features of images are added; none to generate images",
            List.of(NONE, DISCRIMINATOR));
    seed = new LongParam(this, "seed", "seed of the generated images");
    setDefault(imageCol, "image");
    setDefault(outputCol, GENERATED);
    setDefault(featuresFrom, NONE);
    setDefault(seed, 1L);
  }

  /**
   * Loads the generator of a run's newest checkpoint.
   *
   * @param spark the session
   * @param location the run's folder: a path or a URI such as {@code s3a://bucket/runs/00000-ff-5}
   * @throws UserException when there is no run, or none of its checkpoints is intact
   */
  public static GanModel load(SparkSession spark, String location) {
    return trained(Identifiable$.MODULE$.randomUID("ganModel"), spark, location);
  }

  static GanModel trained(String uid, SparkSession spark, String location) {
    Run run = open(spark, location);
    return new GanModel(uid, spark, run, run.checkpoints().requireNewest());
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
    return new GanModel(
        Identifiable$.MODULE$.randomUID("ganModel"), spark, run, run.checkpoints().ofEpoch(epoch));
  }

  /**
   * Loads what {@code save} wrote, with its parameters.
   *
   * @param path the folder
   */
  public static GanModel load(String path) {
    return read().load(path);
  }

  /** Reads what {@code save} wrote. */
  public static MLReader<GanModel> read() {
    return new ModelFiles.Reader();
  }

  @Override
  public MLWriter write() {
    return new ModelFiles.Writer(this, run, step);
  }

  @Override
  public String uid() {
    return uid;
  }

  /** The column of images whose features are computed; by default {@code image}. */
  public Param<String> imageCol() {
    return imageCol;
  }

  /** Sets {@link #imageCol}. */
  public GanModel setImageCol(String value) {
    set(imageCol, value);
    return this;
  }

  /** Returns {@link #imageCol}. */
  public String getImageCol() {
    return getOrDefault(imageCol);
  }

  /**
   * The column of the classes to draw, for generators with classes; without it they are drawn in
   * turn. Other generators do without.
   */
  public Param<String> labelCol() {
    return labelCol;
  }

  /** Sets {@link #labelCol}. */
  public GanModel setLabelCol(String value) {
    set(labelCol, value);
    return this;
  }

  /** Returns {@link #labelCol}, which has no default. */
  public String getLabelCol() {
    return getOrDefault(labelCol);
  }

  /** The column that is added; by default {@code generated}. */
  public Param<String> outputCol() {
    return outputCol;
  }

  /** Sets {@link #outputCol}. */
  public GanModel setOutputCol(String value) {
    set(outputCol, value);
    return this;
  }

  /** Returns {@link #outputCol}. */
  public String getOutputCol() {
    return getOrDefault(outputCol);
  }

  /**
   * {@code none} (the default) to generate images, of Spark's image schema; {@code discriminator}
   * for the outputs of its last hidden layer for the images of {@link #imageCol}, as vectors.
   */
  public Param<String> featuresFrom() {
    return featuresFrom;
  }

  /** Sets {@link #featuresFrom}. */
  public GanModel setFeaturesFrom(String value) {
    set(featuresFrom, value);
    return this;
  }

  /** Returns {@link #featuresFrom}. */
  public String getFeaturesFrom() {
    return getOrDefault(featuresFrom);
  }

  /**
   * The seed of generated images; by default 1, or that of the estimator. As with Spark's {@code
   * rand}, an image depends on its row's partition and place in it.
   */
  public LongParam seed() {
    return seed;
  }

  /** Sets {@link #seed}. */
  public GanModel setSeed(long value) {
    set(seed, value);
    return this;
  }

  /** Returns {@link #seed}. */
  public long getSeed() {
    return (long) getOrDefault(seed);
  }

  private boolean featured() {
    return getFeaturesFrom().equals(DISCRIMINATOR);
  }

  private boolean labelled() {
    return isSet(labelCol) && run.record().experiment().labels().drawn() > 0;
  }

  @Override
  public StructType transformSchema(StructType schema) {
    if (List.of(schema.fieldNames()).contains(getOutputCol())) {
      throw new UserException(
          "outputCol: found a column %s already, expected a new name".formatted(getOutputCol()));
    }
    if (featured()) {
      ImageColumn.of(schema, getImageCol());
      LabelsConfig labels = run.record().experiment().labels();
      if (labels.on()
          && labels.predicted() == 0
          && labels.discriminator() != LabelsConfig.Use.NONE) {
        throw new UserException(
            "featuresFrom: found a discriminator that is told the class, expected one that sees the image alone; train without labelCol or with labels.discriminator=class-head");
      }
      return schema.add(getOutputCol(), SQLDataTypes.VectorType(), false);
    }
    if (labelled()) {
      ClassColumn.of(schema, getLabelCol());
    }
    return schema.add(getOutputCol(), Generation.IMAGE, false);
  }

  /**
   * Adds {@link #outputCol}, computed on the workers as the rows are asked for.
   *
   * @throws UserException when columns do not fit; a row that does not fit ends the job that asks
   *     for it
   */
  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = transformSchema(dataset.schema());
    // Spark's cleaner destroys it once nobody holds the rows any more.
    Broadcast<NetworkState> network =
        JavaSparkContext.fromSparkContext(dataset.sparkSession().sparkContext())
            .broadcast(featured() ? discriminator : generator);
    return dataset.toDF().mapPartitions(added(schema, network).function(), Encoders.row(schema));
  }

  private AddedColumn added(StructType schema, Broadcast<NetworkState> network) {
    Experiment experiment = run.record().experiment();
    ImageShape shape = run.record().shape();
    if (featured()) {
      ImageColumn images = ImageColumn.of(schema, getImageCol());
      return new FeaturesColumn(
          experiment, shape, network, images, schema.fieldIndex(images.name()));
    }
    String labels = labelled() ? getLabelCol() : "";
    int at = labelled() ? schema.fieldIndex(labels) : -1;
    return new GeneratedColumn(experiment, shape, network, getSeed(), labels, at);
  }

  @Override
  public GanModel copy(ParamMap extra) {
    GanModel copy = new GanModel(uid, spark, run, step, epoch, generator, discriminator);
    return copyValues(copy, extra).setParent(parent());
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
