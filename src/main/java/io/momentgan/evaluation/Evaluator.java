package io.momentgan.evaluation;

import io.momentgan.config.Experiment;
import io.momentgan.data.ImageSource;
import io.momentgan.extractor.ExtractorCache;
import io.momentgan.extractor.LabelledImages;
import io.momentgan.extractor.TrainedExtractor;
import io.momentgan.network.state.NetworkState;
import io.momentgan.sampling.ImageDraw;
import io.momentgan.sampling.IndependentPixelsDraw;
import io.momentgan.sampling.RealDraw;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures sets of images of a data set, each beside what real images and independent pixels get.
 *
 * <p>What concerns the real images alone is computed once per data set and kept beside the
 * extractor.
 */
public final class Evaluator implements AutoCloseable {
  /** Seed of the latent vectors and of the choice of real images. */
  public static final long SEED = 1;

  /** Changes whenever the same images would get other figures. */
  static final int VERSION = 2;

  private static final Logger LOG = LoggerFactory.getLogger(Evaluator.class);

  private final JavaSparkContext spark;
  private final TrainedExtractor trained;
  private final Broadcast<TrainedExtractor> extractor;
  private final RealDraw training;
  private final RealDraw heldOut;
  private final Reference reference;
  private final PixelNeighbours neighbours;
  private final QualityJob job;
  private final JsonCache cache;
  private final String trainedOn;
  private final ImageSource ownTraining;
  private final boolean tested;
  private final Bounds bounds;

  /**
   * What images are measured against.
   *
   * @param images the whole data
   * @param ownTraining the part of it that the generator was trained on
   * @param fingerprint of the data that the generator was trained on
   * @param samples images per set
   */
  public record Setup(
      LabelledImages images, ImageSource ownTraining, String fingerprint, int samples) {}

  /** What sets are read against. */
  private record Bounds(Quality real, Quality independentPixels) {}

  private Evaluator(JavaSparkContext spark, ExtractorCache extractors, Setup setup) {
    this.spark = spark;
    this.trained = extractors.of(spark, setup.images());
    this.extractor = spark.broadcast(trained);
    this.training = new RealDraw(setup.images().training(), SEED);
    this.heldOut = new RealDraw(setup.images().heldOut(), SEED);
    this.cache = new JsonCache(extractors.folder(setup.images()));
    this.reference =
        cache.get(
            "reference-v%d-%s.json".formatted(VERSION, trained.info().name()),
            Reference.class,
            this::computeReference);
    this.neighbours = new PixelNeighbours(spark, new RealDraw(setup.ownTraining(), SEED), heldOut);
    this.job = newJob(setup.samples());
    this.trainedOn = setup.fingerprint();
    this.ownTraining = setup.ownTraining();
    this.tested = setup.images().tested();
    this.bounds = bounds(setup.samples());
  }

  /**
   * Opens an evaluator. The first time that a data set is seen, this trains its extractor.
   *
   * @param spark the context
   * @param extractors the user's extractors
   * @param setup what images are measured against
   */
  public static Evaluator open(JavaSparkContext spark, ExtractorCache extractors, Setup setup) {
    return new Evaluator(spark, extractors, setup);
  }

  /**
   * Measures a set.
   *
   * @param draw the images, at least as many as are measured
   */
  public Evaluation evaluate(ImageDraw draw) {
    long start = System.nanoTime();
    Quality quality = job.measure(draw, false);
    return new Evaluation(
        quality,
        bounds.real(),
        bounds.independentPixels(),
        trained.info(),
        SEED,
        (System.nanoTime() - start) / 1e9);
  }

  /**
   * Asks a discriminator's class head about the test images.
   *
   * @param experiment the settings, with a class head
   * @param discriminator state of the discriminator
   * @return share of the images whose class it names; NaN where there are no test images: the run
   *     may have been trained on others
   */
  public double classHeadAccuracy(Experiment experiment, NetworkState discriminator) {
    return tested
        ? new ClassHead(experiment, discriminator).accuracy(spark, heldOut, heldOut.count())
        : Double.NaN;
  }

  /**
   * Some images beside the training images that are most like them.
   *
   * @param draw the images
   * @return three rows of images [3 * shown][values] in [-1, 1]: those themselves, the nearest of
   *     all training images of the generator by pixels, and the nearest of some thousand training
   *     images by features
   */
  public float[][] neighbours(ImageDraw draw) {
    float[] queries = Pixels.toRows(draw.draw(0, TrainingNeighbours.SHOWN).pixels());
    List<float[]> all =
        new ArrayList<>(List.of(TrainingNeighbours.rows(queries, TrainingNeighbours.SHOWN)));
    all.addAll(List.of(TrainingNeighbours.byPixels(spark, queries, ownTraining)));
    all.addAll(
        List.of(TrainingNeighbours.byFeatures(queries, trained, job.realBlocks(), training)));
    return all.toArray(float[][]::new);
  }

  private Reference computeReference() {
    LOG.info("Summing up {} training images once", training.count());
    spark.setJobDescription("sum up %d training images".formatted(training.count()));
    return new ReferenceJob(spark, training, extractor).run();
  }

  private QualityJob newJob(int samples) {
    return new QualityJob(spark, extractor, reference, training, neighbours, samples);
  }

  private Bounds bounds(int samples) {
    int images = Math.min(samples, heldOut.count());
    String file =
        "bounds-v%d-%s-%s-%d.json".formatted(VERSION, trained.info().name(), trainedOn, images);
    return cache.get(file, Bounds.class, () -> computeBounds(samples, images));
  }

  private Bounds computeBounds(int samples, int images) {
    LOG.info("Measuring {} real images and as many of independent pixels once", images);
    QualityJob same = images == samples ? job : newJob(images);
    try {
      return new Bounds(
          same.measure(heldOut, true),
          same.measure(new IndependentPixelsDraw(training.images(), SEED), false));
    } finally {
      if (same != job) {
        same.close();
      }
    }
  }

  @Override
  public void close() {
    job.close();
    neighbours.close();
    extractor.destroy();
  }
}
