package io.momentgan.training.listeners;

import io.momentgan.config.DataConfig;
import io.momentgan.config.EvaluationConfig;
import io.momentgan.config.EvaluationConfig.Weights;
import io.momentgan.config.Experiment;
import io.momentgan.config.UserException;
import io.momentgan.data.DataSet;
import io.momentgan.data.FileLocation;
import io.momentgan.data.ImageSource;
import io.momentgan.evaluation.Evaluator;
import io.momentgan.evaluation.Evaluator.Evaluation;
import io.momentgan.evaluation.LogLikelihood;
import io.momentgan.evaluation.Measure;
import io.momentgan.evaluation.Quality;
import io.momentgan.extractor.ExtractorCache;
import io.momentgan.extractor.MeasuredImages;
import io.momentgan.network.state.NetworkState;
import io.momentgan.report.ImageGrid;
import io.momentgan.report.RunPictures;
import io.momentgan.run.Checkpoint;
import io.momentgan.run.CheckpointManifest;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
import io.momentgan.run.Versions;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.LikelihoodLine;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.run.metrics.QualityLine;
import io.momentgan.sampling.GeneratedDraw;
import io.momentgan.sampling.Interpolation;
import io.momentgan.sampling.RealDraw;
import io.momentgan.sampling.Sampler;
import io.momentgan.storage.Folder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures a run's generators: {@code metrics/quality.jsonl}, and the pictures that go with it. */
public final class RunEvaluation implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunEvaluation.class);

  private final Run run;
  private final Folder folder;
  private final RunRecord record;
  private final Evaluator evaluator;
  private final Sampler sampler;

  private RunEvaluation(Run run, Evaluator evaluator) {
    this.run = run;
    this.folder = run.folder();
    this.record = run.record();
    this.evaluator = evaluator;
    this.sampler = new Sampler(record.experiment(), record.shape());
  }

  /**
   * Opens the evaluation of a run; the first on some data trains its feature extractor.
   *
   * @param spark the context
   * @param run the run
   * @param images the data that it trains on
   * @param hadoop settings for Hadoop's file systems
   * @param samples images per evaluation
   */
  public static RunEvaluation open(
      JavaSparkContext spark, Run run, DataSet images, Map<String, String> hadoop, int samples) {
    Experiment experiment = run.record().experiment();
    DataConfig data = experiment.data();
    MeasuredImages whole = MeasuredImages.open(data, experiment.evaluation().extractor(), hadoop);
    if (whole.samples(samples) < samples) {
      LOG.info(
          "Measuring {} images rather than {}: without labels as many as are held out",
          whole.samples(samples),
          samples);
    }
    Evaluator.Setup setup =
        new Evaluator.Setup(whole, images.training(), images.fingerprint(), samples);
    Evaluator evaluator = Evaluator.open(spark, extractors(data), setup);
    return new RunEvaluation(run, evaluator);
  }

  /**
   * Measures a checkpoint's generators and records them.
   *
   * @param checkpoint the checkpoint
   * @param weights whose
   * @return a line for each
   */
  public List<QualityLine> evaluate(Checkpoint checkpoint, Weights weights) {
    CheckpointManifest of = checkpoint.manifest();
    double classHead = classHeadAccuracy(checkpoint::classifier);
    return weights.each().stream()
        .map(each -> evaluate(of.epoch(), of.step(), each, checkpoint.generator(each), classHead))
        .toList();
  }

  /**
   * Measures a generator and records it.
   *
   * @param epoch of its checkpoint
   * @param round of its checkpoint
   * @param weights whose
   * @param generator its state
   * @param classHeadAccuracy what {@link #classHeadAccuracy} says of its discriminator
   */
  public QualityLine evaluate(
      int epoch, long round, Weights weights, NetworkState generator, double classHeadAccuracy) {
    Experiment experiment = record.experiment();
    Evaluation found =
        evaluator.evaluate(
            new GeneratedDraw(experiment, record.shape(), generator, Evaluator.SEED));
    QualityLine line =
        new QualityLine(
            epoch,
            round,
            weights.toString(),
            found.quality(),
            classHeadAccuracy,
            found.extractor().name(),
            found.extractor().accuracy(),
            found.seed(),
            Versions.all().get("momentgan"),
            found.seconds(),
            found.real(),
            found.independentPixels());
    Jsonl.add(folder, MetricsTable.QUALITY, experiment.train().seed(), line);
    pictures(generator);
    LOG.info(
        "Epoch {} ({}): FD {} (real images {}), coverage {}{}, {} images, features of {}",
        epoch,
        weights,
        found.quality().fd(),
        found.real().fd(),
        found.quality().coverage(),
        found.quality().missingModes() == null
            ? ""
            : ", %d classes missing".formatted(found.quality().missingModes()),
        found.quality().n(),
        line.features());
    return line;
  }

  /**
   * How many test images' classes a discriminator names.
   *
   * @param discriminator gives its state, where it is asked for
   * @return a share; NaN where it names no classes, or without test images
   */
  public double classHeadAccuracy(Supplier<NetworkState> discriminator) {
    return record.experiment().labels().predicted() == 0
        ? Double.NaN
        : evaluator.classHeadAccuracy(run.classifier(discriminator.get()));
  }

  private void pictures(NetworkState generator) {
    float[][] ways = Interpolation.draw(sampler, record.experiment(), generator);
    folder.publish(
        RunPictures.INTERPOLATION,
        ImageGrid.of(record.shape(), Interpolation.STEPS).enlarged().png(ways));
    float[][] neighbours =
        evaluator.neighbours(
            new GeneratedDraw(record.experiment(), record.shape(), generator, Evaluator.SEED));
    folder.publish(
        RunPictures.NEIGHBOURS,
        ImageGrid.of(record.shape(), neighbours.length / 3).enlarged().png(neighbours));
  }

  /**
   * Estimates the log-likelihood of a run's test images under a Parzen window on a checkpoint's
   * images, and records it.
   *
   * @param spark the context
   * @param run the run
   * @param images the data that it trains on
   * @param checkpoint the checkpoint
   * @param weights whose images
   * @param samples number of them
   * @return a line for each
   * @throws UserException without test images: nothing else is unknown to the generator
   */
  public static List<LikelihoodLine> logLikelihood(
      JavaSparkContext spark,
      Run run,
      DataSet images,
      Checkpoint checkpoint,
      Weights weights,
      int samples) {
    Experiment experiment = run.record().experiment();
    ImageSource test = testImages(images);
    ImageSource validation = images.validation().orElse(images.training());
    return weights.each().stream()
        .map(
            each -> {
              LikelihoodLine line =
                  new LikelihoodLine(
                      checkpoint.manifest().epoch(),
                      checkpoint.manifest().step(),
                      each.toString(),
                      LogLikelihood.of(
                          spark,
                          new GeneratedDraw(
                              experiment,
                              run.record().shape(),
                              checkpoint.generator(each),
                              Evaluator.SEED),
                          samples,
                          new RealDraw(validation, Evaluator.SEED),
                          new RealDraw(test, Evaluator.SEED)),
                      Evaluator.SEED,
                      Versions.all().get("momentgan"));
              Jsonl.add(run.folder(), MetricsTable.LIKELIHOOD, experiment.train().seed(), line);
              return line;
            })
        .toList();
  }

  /** Returns test images, without which there is no log-likelihood. */
  public static ImageSource testImages(DataSet images) {
    return images
        .test()
        .orElseThrow(
            () ->
                new UserException(
                    "%s: found no test images, expected some for a Parzen window; add a folder or file of them"
                        .formatted(images.uri())));
  }

  /** Score of a checkpoint; lower is better. */
  static double score(EvaluationConfig.Measure bestBy, Quality quality) {
    String key = bestBy.name().toLowerCase(Locale.ROOT).replace('_', '-');
    Measure<Quality> measure = Measure.ofQuality(key);
    double value = measure.value().applyAsDouble(quality);
    return measure.better() == Measure.Better.HIGHER ? -value : value;
  }

  @Override
  public void close() {
    evaluator.close();
  }

  /** Opens the user's feature extractors, which the settings of the data locate. */
  public static ExtractorCache extractors(DataConfig config) {
    return new ExtractorCache(FileLocation.expandHome(config.cache()), Versions.all());
  }
}
