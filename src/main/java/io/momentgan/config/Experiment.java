package io.momentgan.config;

import static io.momentgan.config.ConfigException.check;
import static io.momentgan.config.ConfigException.checkPositive;

import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;

/**
 * All settings of an experiment, complete and checked. See {@link ExperimentReader}; the type of
 * each section describes it.
 *
 * @param name short name, part of the run folder's name
 * @param description one or two sentences for reports
 * @param generator from z to an image
 * @param discriminator from an image to one logit
 * @param seeds one run is made of each, with {@code train.seed} set to it; empty for one run
 */
public record Experiment(
    String name,
    String description,
    DataConfig data,
    LatentConfig latent,
    NetworkConfig generator,
    NetworkConfig discriminator,
    LossConfig loss,
    DiscriminatorInputConfig discriminatorInput,
    AugmentConfig augment,
    StartConfig start,
    LabelsConfig labels,
    MomentsConfig moments,
    TrainConfig train,
    AveragingConfig averaging,
    TrainConfig.FailuresConfig failures,
    CheckpointConfig checkpoint,
    SamplesConfig samples,
    EvaluationConfig evaluation,
    DeviceConfig device,
    EngineName engine,
    Kernels kernels,
    TrackingConfig tracking,
    S3Config s3,
    List<Long> seeds)
    implements Serializable {
  /** Test images that pass together through a discriminator that predicts classes. */
  public static final int CLASSIFIED_TOGETHER = 100;

  public Experiment {
    seeds = List.copyOf(seeds);
    check(
        evaluation.every() == 0
            || evaluation.weights() == EvaluationConfig.Weights.RAW
            || averaging.ema().on(),
        "evaluation.weights",
        evaluation.weights(),
        "raw where averaging.ema.half-life is 0 (no moving average is kept)");
    check(seeds.stream().distinct().count() == seeds.size(), "seeds", seeds, "each seed once");
    check(
        name.matches("[A-Za-z0-9._-]{1,60}"),
        "name",
        '"' + name + '"',
        "1 to 60 letters, digits, '.', '_' or '-'");
    check(
        discriminator.output() == NetworkConfig.Output.IDENTITY,
        "discriminator.output",
        discriminator.output().name().toLowerCase(Locale.ROOT),
        "identity (the losses work on logits)");
    check(
        !discriminator.samplingDropout(),
        "discriminator.sampling-dropout",
        true,
        "false (only the generator is sampled; the discriminator's dropout is always on in training)");
    boolean history =
        generator.optimizer().historicalAveraging() > 0
            || discriminator.optimizer().historicalAveraging() > 0;
    check(
        !history || averaging.outer().type() == AveragingConfig.OuterType.NONE,
        "averaging.outer.type",
        ExperimentReader.name(averaging.outer().type()),
        "none with historical-averaging (its mean is of the parameters that workers average)");
    check(
        !generator.spectralNorm(),
        "generator.spectral-norm",
        true,
        "false (it bounds how steep a discriminator is)");
    checkInitialisation(generator, discriminator, loss, start, train);
    check(
        generator.freeze() == 0,
        "generator.freeze",
        generator.freeze(),
        "0 (only first layers of a discriminator can be frozen)");
    NetworkConfig.checkVirtualBatch(generator, discriminator);
    checkMinibatch(generator, discriminator, labels, train);
    loss.checkBeside(discriminator, labels, discriminatorInput, train);
    boolean matches = loss.generator() == LossConfig.Generator.FEATURE_MATCHING;
    check(
        !matches || loss.features().layer() <= discriminator.layers().size(),
        "loss.features.layer",
        loss.features().layer(),
        "at most %d, the number of the discriminator's hidden layers"
            .formatted(discriminator.layers().size()));
    check(
        !matches || loss.features().layer() > 0 || discriminator.lastFeatures() > 0,
        "loss.generator",
        "feature-matching",
        "another form with a discriminator that has no hidden layer to compare");
    check(
        !matches || labels.discriminator() != LabelsConfig.Use.CLASS_HEAD || !labels.on(),
        "loss.generator",
        "feature-matching",
        "another form with labels.discriminator class-head (which teaches the generator by its logits)");
    check(
        !moments.perClass() || labels.perClass() == 0,
        "moments.per-class",
        true,
        "false with labels.per-class (it uses the labels of all images)");
    check(
        averaging.ema().discriminatorHalfLife() == 0 || labels.predicted() > 0,
        "averaging.ema.discriminator-half-life",
        averaging.ema().discriminatorHalfLife(),
        "0 with a discriminator that predicts no classes (nothing would use its average)");
    check(
        train.batchSize() >= 2 || !moments.penalised(),
        "train.batch-size",
        train.batchSize(),
        "at least 2 with moment stabilization (one image has no variance)");
  }

  private static void checkInitialisation(
      NetworkConfig generator,
      NetworkConfig discriminator,
      LossConfig loss,
      StartConfig start,
      TrainConfig train) {
    int images = train.initImages();
    check(
        !discriminator.biasFromData(),
        "discriminator.bias-from-data",
        true,
        "false (only a generator's outputs are images)");
    check(
        images == 0
            || generator.weightNorm()
            || discriminator.weightNorm()
            || discriminator.comparesBatch(),
        "train.init-images",
        images,
        "0 without weight-norm in a layer, or a layer of type minibatch (only such layers are initialised from images)");
    check(
        images == 0 || !start.on(),
        "train.init-images",
        images,
        "0 with start.run (networks of another run are as it left them)");
    check(
        !generator.biasFromData() || !start.on(),
        "generator.bias-from-data",
        true,
        "false with start.run (networks of another run are as it left them)");
    check(
        !generator.biasFromData()
            || images == 0
            || generator.outputLayer().weightNorm() == LayerConfig.WeightNorm.NONE,
        "generator.bias-from-data",
        true,
        "false with generator.output-layer.weight-norm and train.init-images (which set the same biases)");
    generator.outputLayer().checkInitSd("generator", images);
    discriminator.outputLayer().checkInitSd("discriminator", images);
    check(
        loss.clip() == 0 || !discriminator.weightNorm(),
        "loss.clip",
        loss.clip(),
        "0 with weight-norm in the discriminator (only its scales bound what it does); loss.gradient-penalty bounds a wasserstein loss with it");
  }

  private static void checkMinibatch(
      NetworkConfig generator,
      NetworkConfig discriminator,
      LabelsConfig labels,
      TrainConfig train) {
    int misplaced = generator.firstLayer(LayerConfig.Minibatch.class::isInstance);
    check(
        misplaced < 0,
        "generator.layers.%d.type".formatted(misplaced),
        "minibatch",
        "another type (only a discriminator can compare the images of a batch)");
    boolean compares = discriminator.comparesBatch();
    check(
        !compares || train.batchSize() >= 2,
        "train.batch-size",
        train.batchSize(),
        "at least 2 with a layer of type minibatch (one image has no other to be compared with)");
    check(
        !compares || labels.predicted() == 0 || train.batchSize() == CLASSIFIED_TOGETHER,
        "train.batch-size",
        train.batchSize(),
        "%d with a layer of type minibatch in a discriminator that predicts classes (so many test images are compared with each other)"
            .formatted(CLASSIFIED_TOGETHER));
  }

  /**
   * Copies these settings with some of them overridden.
   *
   * @param overrides of the form {@code key=value}, as {@link ExperimentReader#read} takes them
   * @throws ConfigException naming the key of a refused setting
   */
  public Experiment with(String... overrides) {
    return ExperimentReader.override(this, name, List.of(overrides));
  }

  /**
   * The latent vectors z.
   *
   * @param size number of components
   * @param distribution distribution of each component
   * @param low smallest value of the uniform distribution
   * @param high bound above its values
   */
  public record LatentConfig(int size, Distribution distribution, double low, double high)
      implements Serializable {
    public LatentConfig {
      checkPositive("size", size);
      check(low < high, "high", high, "more than latent.low " + low);
    }

    /** Distribution of the components of z. */
    public enum Distribution {
      /** Uniform in [low, high). */
      UNIFORM,
      /** Normal with mean 0 and standard deviation 1. */
      GAUSSIAN
    }
  }

  /**
   * When checkpoints are written and which are kept.
   *
   * @param every rounds between checkpoints; 0 for one at the end of each epoch
   * @param keepLast how many of the newest are kept
   * @param keepEvery each checkpoint whose epoch is a multiple of this is kept; 0 for none
   * @param keepBest whether the best one is kept: by {@code evaluation.best-by} where quality is
   *     evaluated, else by the moment distance
   */
  public record CheckpointConfig(int every, int keepLast, int keepEvery, boolean keepBest)
      implements Serializable {
    public CheckpointConfig {
      check(every >= 0, "every", every, "0 (each epoch) or more rounds");
      checkPositive("keep-last", keepLast);
      check(keepEvery >= 0, "keep-every", keepEvery, "0 (none) or more");
    }
  }

  /**
   * The pictures of a run.
   *
   * @param grid tiles of the grid of fixed z that is written each epoch; a square number
   * @param stored newly drawn samples that are stored each epoch, as in the original
   * @param iterations after which the grid is written too, each at the end of its round
   */
  public record SamplesConfig(int grid, int stored, List<Long> iterations) implements Serializable {
    public SamplesConfig {
      int side = (int) Math.round(Math.sqrt(grid));
      check(grid > 0 && side * side == grid, "grid", grid, "a square number such as 64");
      check(stored >= 11, "stored", stored, "at least 11 (the sample sheet shows 0, 2, ... 10)");
      iterations = List.copyOf(iterations);
      check(
          iterations.stream().allMatch(i -> i > 0)
              && iterations.stream().distinct().count() == iterations.size(),
          "iterations",
          iterations,
          "positive numbers, each once, such as [100, 400]");
    }
  }

  /**
   * The processors that the workers use.
   *
   * @param use whether GPUs are used where the build and the machine have them
   */
  public record DeviceConfig(Use use) implements Serializable {
    /** Kinds of processors. */
    public enum Use {
      /** GPUs if the machine has any that the build can use, else the CPU. */
      AUTO,
      /** GPUs; a worker without one is refused. */
      GPU,
      /** The CPU, even beside GPUs. */
      CPU
    }
  }

  /** Libraries that compute the training passes. */
  public enum EngineName {
    /** Deeplearning4j and MomentGAN's own kernels. */
    DL4J,
    /** libtorch, on CPUs and NVIDIA's GPUs. */
    TORCH
  }

  /** Implementations of layers, activations and optimizers for training on CPUs. */
  public enum Kernels {
    /** MomentGAN's own where it has one; stock Deeplearning4j's elsewhere and on GPUs. */
    FAST,
    /** Deeplearning4j's own throughout, the reference for the fast ones. */
    STOCK
  }

  /**
   * Other tools that show a run.
   *
   * @param tensorboard whether TensorBoard's event files are written into the run's folder
   * @param mlflow address of an MLflow tracking server; {@link #NO_MLFLOW} for none; empty for that
   *     of the environment, if it has one
   */
  public record TrackingConfig(boolean tensorboard, String mlflow) implements Serializable {
    /** Leaves MLflow out whatever the environment says. */
    public static final String NO_MLFLOW = "none";

    private static final int MAX_PORT = 65_535;

    public TrackingConfig {
      check(
          mlflow.isEmpty() || mlflow.equals(NO_MLFLOW) || isServer(mlflow),
          "mlflow",
          '"' + mlflow + '"',
          "the URL of a tracking server such as http://127.0.0.1:5000, or none");
    }

    /** Whether a text is the URL of a server, without user, query and fragment. */
    public static boolean isServer(String text) {
      try {
        URI uri = new URI(text);
        return text.matches("https?://[^@?#]+")
            && uri.getHost() != null
            && uri.getPort() <= MAX_PORT;
      } catch (URISyntaxException e) {
        return false;
      }
    }
  }

  /**
   * The S3 service of {@code s3a:} locations. Credentials are no settings: they come from the
   * environment, the instance's profile or a Hadoop credential provider.
   *
   * @param endpoint its URL, whose scheme decides on TLS; empty for the endpoint of Spark's
   *     settings, the environment or Amazon
   * @param region its region; empty for the region of Spark's settings, the environment or the
   *     service
   * @param pathStyle whether the bucket is the first part of the path rather than of the host's
   *     name
   */
  public record S3Config(String endpoint, String region, boolean pathStyle)
      implements Serializable {
    /** Nothing set. */
    public static final S3Config NONE = new S3Config("", "", false);

    public S3Config {
      check(
          endpoint.isEmpty() || endpoint.matches("https?://[^/@?#\\s]+/?"),
          "endpoint",
          '"' + endpoint + '"',
          "a URL such as https://s3.eu-central-1.amazonaws.com or http://127.0.0.1:9000");
      check(
          region.matches("[a-z0-9-]*"),
          "region",
          '"' + region + '"',
          "a name such as eu-central-1");
    }
  }
}
