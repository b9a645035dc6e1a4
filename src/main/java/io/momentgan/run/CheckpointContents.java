package io.momentgan.run;

import io.momentgan.config.AveragingConfig.Ema;
import io.momentgan.config.AveragingConfig.OuterType;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.NetworkSize;
import io.momentgan.partition.WorkerHistory;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The files that a checkpoint of a run has, and how large they may be, by the run's settings. */
final class CheckpointContents {
  static final String GENERATOR = "generator.zip";
  static final String EMA_GENERATOR = "generator-ema.zip";
  static final String DISCRIMINATOR = "discriminator.zip";
  static final String EMA_DISCRIMINATOR = "discriminator-ema.zip";
  static final String GENERATOR_VELOCITY = "outer-generator.npy";
  static final String DISCRIMINATOR_VELOCITY = "outer-discriminator.npy";
  static final String OPPONENT = "opponent.npy";
  static final String STATE = "state.json";

  /** Of {@code state.json}, with figures of each epoch; and of the configuration in a ZIP. */
  private static final long TEXT_BYTES = 1L << 25;

  private static final long HEADER_BYTES = 1L << 16;

  private final NetworkSize generator;
  private final NetworkSize discriminator;
  private final int features;
  private final int replayCapacity;
  private final int opponentRounds;
  private final WorkerHistory workers;

  /** Largest sizes in bytes of the files that each checkpoint has. */
  private final Map<String, Long> always = new LinkedHashMap<>();

  /**
   * The files of a run's checkpoints.
   *
   * @param record of the run
   * @throws io.momentgan.config.ConfigException if networks are larger than arrays can be
   */
  CheckpointContents(RunRecord record) {
    Experiment experiment = record.experiment();
    ImageShape shape = record.shape();
    workers = record.workers();
    generator = GanNetworks.generatorSize(experiment, shape);
    discriminator = GanNetworks.discriminatorSize(experiment, shape);
    features = shape.features();
    replayCapacity = experiment.discriminatorInput().replayCapacity();
    opponentRounds = experiment.discriminatorInput().opponentRounds();
    always.put(GENERATOR, zipBytes(generator));
    always.put(DISCRIMINATOR, zipBytes(discriminator));
    always.put(STATE, TEXT_BYTES);
    Ema ema = experiment.averaging().ema();
    if (ema.halfLife() > 0) {
      always.put(EMA_GENERATOR, zipBytes(generator));
    }
    if (ema.discriminatorHalfLife() > 0) {
      always.put(EMA_DISCRIMINATOR, zipBytes(discriminator));
    }
    if (experiment.averaging().outer().type() != OuterType.NONE) {
      always.put(GENERATOR_VELOCITY, arrayBytes(generator.parameters()));
      always.put(DISCRIMINATOR_VELOCITY, arrayBytes(discriminator.parameters()));
    }
  }

  private static long arrayBytes(long values) {
    return HEADER_BYTES + Float.BYTES * values;
  }

  /** Parameters may be there twice; what does not compress grows by a thousandth at most. */
  private static long zipBytes(NetworkSize size) {
    long values = size.bytes() + Float.BYTES * size.parameters();
    return TEXT_BYTES + values + values / 1000;
  }

  static String replayImages(int rank) {
    return String.format(Locale.ROOT, "replay-%05d.npy", rank);
  }

  static String replayClasses(int rank) {
    return String.format(Locale.ROOT, "replay-%05d-classes.npy", rank);
  }

  NetworkSize generator() {
    return generator;
  }

  NetworkSize discriminator() {
    return discriminator;
  }

  int features() {
    return features;
  }

  int replayCapacity() {
    return replayCapacity;
  }

  /** Why a manifest is none of this run's, in words that follow its name; empty when it may be. */
  Optional<String> flaw(CheckpointManifest manifest) {
    Map<String, Long> expected = new LinkedHashMap<>(always);
    if (opponentRounds > 0 && manifest.step() >= opponentRounds) {
      expected.put(OPPONENT, arrayBytes(generator.parameters()));
    }
    int ranks = replayCapacity > 0 ? workers.in(manifest.step()).workers() : 0;
    for (int rank = 0; rank < ranks; rank++) {
      expected.put(replayImages(rank), arrayBytes((long) replayCapacity * features));
      expected.put(replayClasses(rank), arrayBytes(replayCapacity));
    }
    Set<String> missing = new TreeSet<>(expected.keySet());
    for (CheckpointManifest.Part part : manifest.files()) {
      if (part.name() == null || !expected.containsKey(part.name())) {
        return Optional.of("it lists a file that this run does not have");
      }
      if (!missing.remove(part.name())) {
        return Optional.of("it lists %s twice".formatted(part.name()));
      }
      if (part.sha256() == null) {
        return Optional.of("it has no digest of %s".formatted(part.name()));
      }
      long most = expected.get(part.name());
      if (part.size() < 0 || part.size() > most) {
        return Optional.of(
            "%s has %d bytes, expected at most %d by the run's settings"
                .formatted(part.name(), part.size(), most));
      }
    }
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(missing.stream().collect(Collectors.joining(", ", "it does not list ", "")));
  }
}
