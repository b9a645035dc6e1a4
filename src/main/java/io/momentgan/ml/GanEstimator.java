package io.momentgan.ml;

import io.momentgan.config.LabelsConfig;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.export.Generation;
import io.momentgan.report.ImageGrid;
import io.momentgan.storage.Folder;
import io.momentgan.storage.StorageCheck;
import io.momentgan.training.SparkContexts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Trains a GAN on a column of images, as a stage of Spark ML.
 *
 * <p>{@link #fit} writes the images as Parquet beside the run, trains on them as {@code train} does
 * on any other data, waits for the end, and deletes them. The run's folder stays: its metrics,
 * samples and report are those of any run, but {@code resume} has no data to go on with.
 */
public final class GanEstimator extends Estimator<GanModel> implements DefaultParamsWritable {
  private static final long serialVersionUID = 1L;
  private static final StructType IMAGES = new StructType().add("image", DataTypes.BinaryType);
  private static final String LABEL = "label";

  private final String uid;
  private final Param<String> imageCol;
  private final Param<String> labelCol;
  private final Param<String> experiment;
  private final StringArrayParam settings;
  private final IntParam epochs;
  private final LongParam seed;
  private final Param<String> out;
  private final IntParam workers;

  /** An estimator of the defaults. */
  public GanEstimator() {
    this(Identifiable$.MODULE$.randomUID("ganEstimator"));
  }

  /**
   * An estimator of the defaults.
   *
   * @param uid its name in pipelines, unique in the process
   */
  public GanEstimator(String uid) {
    this.uid = uid;
    imageCol =
        CheckedParams.text(
            this,
            "imageCol",
            "column of images: Spark's image struct, vectors or arrays of values 0 to 255, or binary");
    labelCol = CheckedParams.text(this, "labelCol", "column of classes, numbered from 0");
    experiment =
        CheckedParams.text(
            this, "experiment", "a preset such as quickstart, or a YAML file of settings");
    settings = new StringArrayParam(this, "settings", "settings of the form key=value");
    epochs = CheckedParams.count(this, "epochs", "epochs of the training");
    seed = new LongParam(this, "seed", "seed of the training");
    out = CheckedParams.text(this, "out", "folder that gets the run's folder");
    workers = CheckedParams.count(this, "workers", "shards trained side by side");
    setDefault(imageCol, "image");
    setDefault(experiment, "quickstart");
    setDefault(settings, new String[0]);
    setDefault(out, "runs");
  }

  @Override
  public String uid() {
    return uid;
  }

  /**
   * The column of images; by default {@code image}. All images have one size, which is that of the
   * generated ones:
   *
   * <ul>
   *   <li>structs of Spark's image schema, grey or of blue, green, red;
   *   <li>vectors or arrays of values 0 to 255 in channel, row, column order: grey squares, or the
   *       shape of {@code data.images} if that has as many values;
   *   <li>binary: image files, which are decoded and resized to {@code data.images}.
   * </ul>
   */
  public Param<String> imageCol() {
    return imageCol;
  }

  /** Sets {@link #imageCol}. */
  public GanEstimator setImageCol(String value) {
    set(imageCol, value);
    return this;
  }

  /** Returns {@link #imageCol}. */
  public String getImageCol() {
    return getOrDefault(imageCol);
  }

  /**
   * The column of classes 0, 1, ..., at most 255; none by default. With it the GAN is conditional:
   * {@code labels.classes} becomes the number of classes, unless the settings give one.
   */
  public Param<String> labelCol() {
    return labelCol;
  }

  /** Sets {@link #labelCol}. */
  public GanEstimator setLabelCol(String value) {
    set(labelCol, value);
    return this;
  }

  /** Returns {@link #labelCol}, which has no default. */
  public String getLabelCol() {
    return getOrDefault(labelCol);
  }

  /**
   * A local YAML file of settings, or the name of one in conf/experiments, which are in the jar,
   * too; by default {@code quickstart}.
   */
  public Param<String> experiment() {
    return experiment;
  }

  /** Sets {@link #experiment}. */
  public GanEstimator setExperiment(String value) {
    set(experiment, value);
    return this;
  }

  /** Returns {@link #experiment}. */
  public String getExperiment() {
    return getOrDefault(experiment);
  }

  /**
   * Settings of the form {@code key=value}, such as {@code train.batch-size=20}, over those of
   * {@link #experiment}. {@code data.uri} has no effect; {@code data.validation} and {@code
   * evaluation.every} are 0 unless given here.
   */
  public StringArrayParam settings() {
    return settings;
  }

  /** Sets {@link #settings}. */
  public GanEstimator setSettings(String... value) {
    set(settings, value);
    return this;
  }

  /** Returns {@link #settings}. */
  public String[] getSettings() {
    return getOrDefault(settings).clone();
  }

  /** Number of epochs; by default {@code train.epochs} of the settings. */
  public IntParam epochs() {
    return epochs;
  }

  /** Sets {@link #epochs}. */
  public GanEstimator setEpochs(int value) {
    set(epochs, value);
    return this;
  }

  /** Returns {@link #epochs}, which has no default. */
  public int getEpochs() {
    return (int) getOrDefault(epochs);
  }

  /** Seed of the training; by default {@code train.seed} of the settings. */
  public LongParam seed() {
    return seed;
  }

  /** Sets {@link #seed}. */
  public GanEstimator setSeed(long value) {
    set(seed, value);
    return this;
  }

  /** Returns {@link #seed}, which has no default. */
  public long getSeed() {
    return (long) getOrDefault(seed);
  }

  /**
   * The folder that gets the run's folder, on a file system that all workers reach: a path or a URI
   * such as {@code s3a://bucket/runs}; by default {@code runs}.
   */
  public Param<String> out() {
    return out;
  }

  /** Sets {@link #out}. */
  public GanEstimator setOut(String value) {
    set(out, value);
    return this;
  }

  /** Returns {@link #out}. */
  public String getOut() {
    return getOrDefault(out);
  }

  /** Number of workers; by default {@code train.workers} of the settings, else the slots. */
  public IntParam workers() {
    return workers;
  }

  /** Sets {@link #workers}. */
  public GanEstimator setWorkers(int value) {
    set(workers, value);
    return this;
  }

  /** Returns {@link #workers}, which has no default. */
  public int getWorkers() {
    return (int) getOrDefault(workers);
  }

  @Override
  public StructType transformSchema(StructType schema) {
    ImageColumn.of(schema, getImageCol());
    if (isSet(labelCol)) {
      ClassColumn.of(schema, getLabelCol());
    }
    return schema.add(GanModel.GENERATED, Generation.IMAGE);
  }

  /**
   * Trains a GAN; takes as long as the training. The images are read twice: to check them, and to
   * write them.
   *
   * @param dataset rows with {@link #imageCol}
   * @return the trained model, with this estimator's columns
   * @throws UserException when settings, columns, images or labels do not fit
   * @throws io.momentgan.training.TrainingStoppedException when the training diverges
   */
  @Override
  public GanModel fit(Dataset<?> dataset) {
    GanTrainer trainer =
        GanTrainer.ofExperiment(dataset.sparkSession(), getExperiment())
            .set(overrides().toArray(String[]::new));
    ImageColumn images = ImageColumn.of(dataset.schema(), getImageCol());
    ImageShape shape = images.shape(dataset, trainer.experiment().data().images());
    List<String> ofData = new ArrayList<>();
    ofData.add("data.images.channels=" + shape.channels());
    ofData.add("data.images.height=" + shape.height());
    ofData.add("data.images.width=" + shape.width());
    if (isSet(labelCol)) {
      LabelsConfig labels = trainer.experiment().labels();
      ofData.add(
          "labels.classes="
              + ClassColumn.of(dataset.schema(), getLabelCol()).classes(dataset, labels));
    }
    return train(trainer.set(ofData.toArray(String[]::new)), rows(dataset, images, shape));
  }

  /** Settings over those of the experiment. */
  private List<String> overrides() {
    List<String> overrides = new ArrayList<>();
    overrides.add("data.validation=0");
    // The first on some data trains a feature extractor, which may take longer than the GAN.
    overrides.add("evaluation.every=0");
    overrides.addAll(List.of(getSettings()));
    if (isSet(epochs)) {
      overrides.add("train.epochs=" + getEpochs());
    }
    if (isSet(seed)) {
      overrides.add("train.seed=" + getSeed());
    }
    if (isSet(workers)) {
      overrides.add("train.workers=" + getWorkers());
    }
    return overrides;
  }

  Dataset<Row> rows(Dataset<?> dataset, ImageColumn images, ImageShape shape) {
    if (!isSet(labelCol)) {
      return dataset
          .select(dataset.col(images.name()))
          .map(
              (MapFunction<Row, Row>) row -> RowFactory.create(file(images, row, shape)),
              Encoders.row(IMAGES));
    }
    return dataset
        .select(dataset.col(images.name()), dataset.col(getLabelCol()).cast(DataTypes.LongType))
        .map(
            (MapFunction<Row, Row>)
                row -> RowFactory.create(file(images, row, shape), row.getLong(1)),
            Encoders.row(IMAGES.add(LABEL, DataTypes.LongType)));
  }

  private static byte[] file(ImageColumn images, Row row, ImageShape shape) {
    return images.form() == ImageColumn.Form.ENCODED
        ? images.encoded(row, 0)
        : ImageGrid.of(shape, 1)
            .withRange(0, 255)
            .png(new float[][] {images.values(row, 0, shape)});
  }

  private GanModel train(GanTrainer trainer, Dataset<Row> rows) {
    Map<String, String> hadoop = SparkContexts.hadoopSettings(trainer.experiment().s3());
    StorageCheck.requireWritable("out", getOut(), hadoop);
    Folder runs = Folder.at(getOut(), hadoop);
    Folder images = runs.child("images-" + UUID.randomUUID());
    try {
      // Compressing PNG gains nothing.
      rows.write().option("compression", "none").parquet(images.uri());
      GanTraining training = trainer.data(images.uri()).start(getOut());
      try {
        while (!training.await(TimeUnit.DAYS.toSeconds(1))) {
          // A training has no time limit.
        }
      } finally {
        training.stop(); // if this thread was interrupted
      }
      GanModel model = GanModel.trained(uid, rows.sparkSession(), training.folder());
      return copyValues(model, new ParamMap()).setParent(this);
    } finally {
      runs.deleteFolder(images.name());
    }
  }

  @Override
  public GanEstimator copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  /** Reads what {@code save} wrote. */
  public static MLReader<GanEstimator> read() {
    return new DefaultParamsReader<>();
  }

  /**
   * Loads what {@code save} wrote.
   *
   * @param path the folder
   */
  public static GanEstimator load(String path) {
    return read().load(path);
  }
}
