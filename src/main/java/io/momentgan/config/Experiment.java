package io.momentgan.config;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * All settings of an experiment, complete and checked.
 *
 * <p>Precedence: command line over file over {@code defaults.yaml}. See {@link ExperimentReader}.
 *
 * @param name short name, part of the run folder's name
 * @param description one or two sentences for reports
 * @param data where the images come from
 * @param latent the latent vectors
 * @param generator from z to an image
 * @param discriminator from an image to one logit
 * @param loss the adversarial losses
 * @param discriminatorInput what is done to the images that the discriminator is shown
 * @param labels what networks are told of the images' classes
 * @param moments moment stabilization
 * @param train length, order and distribution
 * @param averaging what is made of the workers' networks
 * @param failures what a run puts up with
 * @param checkpoint when checkpoints are written and kept
 * @param samples the pictures of a run
 * @param evaluation measuring quality while the training goes on
 * @param device what workers compute on
 * @param kernels what computes layers, activations and optimizers in training
 * @param s3 which S3 service {@code s3a:} locations are on
 * @param seeds where there are some, one run is made of each, with {@code train.seed} set to it
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
    LabelsConfig labels,
    MomentsConfig moments,
    TrainConfig train,
    AveragingConfig averaging,
    FailuresConfig failures,
    CheckpointConfig checkpoint,
    SamplesConfig samples,
    EvaluationConfig evaluation,
    DeviceConfig device,
    Kernels kernels,
    S3Config s3,
    List<Long> seeds)
    implements Serializable {
  /** Checks settings together. */
  public Experiment {
    seeds = List.copyOf(seeds);
    ConfigException.check(
        evaluation.every() == 0
            || evaluation.weights() == EvaluationConfig.Weights.RAW
            || averaging.ema().on(),
        "evaluation.weights",
        evaluation.weights().name().toLowerCase(Locale.ROOT),
        "raw where averaging.ema.half-life is 0 (no moving average is kept)");
    ConfigException.check(
        seeds.stream().distinct().count() == seeds.size(), "seeds", seeds, "each seed once");
    ConfigException.check(
        name.matches("[A-Za-z0-9._-]{1,60}"),
        "name",
        '"' + name + '"',
        "1 to 60 letters, digits, '.', '_' or '-'");
    ConfigException.check(
        discriminator.output() == NetworkConfig.Output.IDENTITY,
        "discriminator.output",
        discriminator.output().name().toLowerCase(Locale.ROOT),
        "identity (the losses work on logits)");
    ConfigException.check(
        !discriminator.samplingDropout(),
        "discriminator.sampling-dropout",
        true,
        "false (only the generator is sampled; the discriminator's dropout is always on in training)");
    ConfigException.check(
        !generator.spectralNorm(),
        "generator.spectral-norm",
        true,
        "false (it bounds how steep a discriminator is)");
    ConfigException.check(
        loss.type() != LossConfig.Type.WASSERSTEIN
            || loss.clip() > 0
            || discriminator.spectralNorm(),
        "loss.clip",
        loss.clip(),
        "a positive bound such as 0.01 with loss.type wasserstein, or discriminator.spectral-norm (else the loss has no bound)");
    ConfigException.check(
        loss.clip() == 0 || !discriminator.spectralNorm(),
        "loss.clip",
        loss.clip(),
        "0 with discriminator.spectral-norm (both bound the same weights)");
    ConfigException.check(
        train.batchSize() >= 2 || !moments.penalised(),
        "train.batch-size",
        train.batchSize(),
        "at least 2 with moment stabilization (one image has no variance)");
  }

  /**
   * The same settings with other training settings.
   *
   * @param newTrain the training settings
   * @return the changed copy
   */
  public Experiment withTrain(TrainConfig newTrain) {
    return new Experiment(
        name,
        description,
        data,
        latent,
        generator,
        discriminator,
        loss,
        discriminatorInput,
        labels,
        moments,
        newTrain,
        averaging,
        failures,
        checkpoint,
        samples,
        evaluation,
        device,
        kernels,
        s3,
        seeds);
  }
}
