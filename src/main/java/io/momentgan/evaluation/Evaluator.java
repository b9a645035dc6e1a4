package io.momentgan.evaluation;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.momentgan.classification.Classifier;
import io.momentgan.classification.Ensemble;
import io.momentgan.classification.TestImages;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageSource;
import io.momentgan.extractor.ExtractorCache;
import io.momentgan.extractor.ExtractorInfo;
import io.momentgan.extractor.ExtractorTask;
import io.momentgan.extractor.MeasuredImages;
import io.momentgan.extractor.TrainedExtractor;
import io.momentgan.sampling.ImageDraw;
import io.momentgan.sampling.IndependentPixelsDraw;
import io.momentgan.sampling.Pixels;
import io.momentgan.sampling.RealDraw;
import io.momentgan.storage.Publication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures sets of images of a data set beside floor and ceiling: held-out real images and
 * independent pixels.
 *
 * <p>Figures of the real images alone are computed once per data set and kept beside its extractor.
 */
public final class Evaluator implements AutoCloseable {
  /** Seed of the latent vectors and of the choice of real images. */
  public static final long SEED = 1;

  /** Fewest rows and columns of images whose quality can be measured. */
  public static final int LEAST_SIDE_PIXELS = ExtractorTask.LEAST_SIDE_PIXELS;

  /** Changes whenever the same images would get other figures. */
  static final int VERSION = 2;

  private static final Logger LOG = LoggerFactory.getLogger(Evaluator.class);
  private static final JsonMapper JSON = new JsonMapper();

  private final JavaSparkContext spark;
  private final Setup setup;
  private final TrainedExtractor trained;
  private final Broadcast<TrainedExtractor> extractor;
  private final RealDraw training;
  private final RealDraw heldOut;
  private final Reference reference;
  private final PixelNeighbours neighbours;
  private final QualityJob job;
  private final Bounds bounds;

  /**
   * The images to measure against.
   *
   * @param images the whole data
   * @param ownTraining the part of it that the generator was trained on
   * @param fingerprint of the data that the generator was trained on
   * @param samples images per set; without labels at most as many as are held out
   */
  public record Setup(
      MeasuredImages images, ImageSource ownTraining, String fingerprint, int samples) {
    public Setup {
      samples = images.samples(samples);
    }
  }

  /**
   * The quality of a set of images beside floor and ceiling.
   *
   * @param quality of the images
   * @param real of held-out real images: the floor, which no generator is expected to pass
   * @param independentPixels of images with the right pixels and no structure: the ceiling
   * @param extractor the feature extractor; figures of others are not comparable
   * @param seed of the latent vectors
   * @param seconds wall time
   */
  public record Evaluation(
      Quality quality,
      Quality real,
      Quality independentPixels,
      ExtractorInfo extractor,
      long seed,
      double seconds) {}

  /** Floor and ceiling. */
  private record Bounds(Quality real, Quality independentPixels) {}

  private Evaluator(JavaSparkContext spark, Setup setup, TrainedExtractor trained, Path cache) {
    this.spark = spark;
    this.setup = setup;
    this.trained = trained;
    this.extractor = spark.broadcast(trained);
    this.training = new RealDraw(setup.images().training(), SEED);
    this.heldOut = new RealDraw(setup.images().heldOut(), SEED);
    this.reference =
        cached(
            cache.resolve("reference-v%d-%s.json".formatted(VERSION, trained.info().name())),
            Reference.class,
            this::computeReference);
    this.neighbours = new PixelNeighbours(spark, new RealDraw(setup.ownTraining(), SEED), heldOut);
    this.job = newJob(setup.samples());
    int images = Math.min(setup.samples(), heldOut.count());
    this.bounds =
        cached(
            cache.resolve(
                "bounds-v%d-%s-%s-%d.json"
                    .formatted(VERSION, trained.info().name(), setup.fingerprint(), images)),
            Bounds.class,
            () -> computeBounds(images));
  }

  /** Opens an evaluator; on data not seen before, this trains the extractor and sums up images. */
  public static Evaluator open(JavaSparkContext spark, ExtractorCache extractors, Setup setup) {
    TrainedExtractor trained = extractors.of(spark, setup.images());
    return new Evaluator(spark, setup, trained, extractors.folder(setup.images()));
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
   * Measures a discriminator that names classes by the test images.
   *
   * @return share of the images whose class it names; NaN without labelled test images, since the
   *     run may have been trained on the held-out ones
   */
  public double classHeadAccuracy(Classifier discriminator) {
    return setup.images().tested()
        ? TestImages.of(spark, "test", heldOut.images())
            .map(images -> accuracy(images, discriminator))
            .orElse(Double.NaN)
        : Double.NaN;
  }

  private static double accuracy(TestImages images, Classifier discriminator) {
    try (images) {
      return images.errors(new Ensemble(List.of(discriminator))).accuracy();
    }
  }

  /**
   * Shows some images beside the training images that are most like them.
   *
   * @return three rows of images [3 * shown][values] in [-1, 1]: those drawn, the nearest of all
   *     training images of the generator by pixels, and the nearest of some thousand training
   *     images by features
   */
  public float[][] neighbours(ImageDraw draw) {
    float[] queries = Pixels.toRows(draw.draw(0, TrainingNeighbours.SHOWN).pixels());
    RealDraw own = new RealDraw(setup.ownTraining(), SEED);
    return Stream.of(
            Pixels.split(queries, TrainingNeighbours.SHOWN),
            TrainingNeighbours.byPixels(spark, queries, own),
            TrainingNeighbours.byFeatures(queries, trained, job.realBlocks(), training))
        .flatMap(Arrays::stream)
        .toArray(float[][]::new);
  }

  private Reference computeReference() {
    LOG.info("Summing up {} training images once", training.count());
    spark.setJobDescription("sum up %d training images".formatted(training.count()));
    return Reference.of(spark, training, extractor);
  }

  private QualityJob newJob(int samples) {
    return new QualityJob(spark, extractor, reference, training, neighbours, samples);
  }

  private Bounds computeBounds(int images) {
    LOG.info("Measuring {} real images and as many of independent pixels once", images);
    QualityJob same = images == setup.samples() ? job : newJob(images);
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

  /** Reads a value from a file; without a readable one, computes it and writes the file. */
  private static <T> T cached(Path file, Class<T> type, Supplier<T> compute) {
    if (Files.exists(file)) {
      try {
        return JSON.readValue(file.toFile(), type);
      } catch (IOException e) {
        LOG.warn("{} cannot be read and is computed again: {}", file, e.getMessage());
      }
    }
    T value = compute.get();
    try {
      Publication.local(file, JSON.writeValueAsBytes(value));
    } catch (IOException e) {
      throw new UserException(
          "%s: cannot be written: %s; set data.cache to a folder that you may write to"
              .formatted(file, e),
          e);
    }
    return value;
  }

  @Override
  public void close() {
    job.close();
    neighbours.close();
    extractor.destroy();
  }
}
