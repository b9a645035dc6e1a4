package io.momentgan.preset;

import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.config.SettingDifferences;
import io.momentgan.config.TrainConfig;
import io.momentgan.config.TrainConfig.Gradients;
import io.momentgan.data.DataSet;
import io.momentgan.data.sets.UnusedFiles;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.ParameterLayout.Range;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.Schedule;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What a training will do: {@code --dry-run}, and the head of every run's log.
 *
 * @param experiment the settings, workers known
 * @param images the data
 */
public record Plan(Experiment experiment, DataSet images) {
  /**
   * The plan as lines of text.
   *
   * @param verbose whether it has all settings, not only those that differ from the defaults
   * @param base the settings that the experiment's file starts from, if it does
   */
  public String text(boolean verbose, Optional<Experiment> base) {
    GanNetworks networks = GanNetworks.build(experiment, images.shape(), DataType.FLOAT);
    Schedule schedule = Schedule.of(experiment.train(), images.training().count());
    return "%s%nData: %s, %s%n%s%s%n%s"
        .formatted(
            verbose ? ExperimentReader.write(experiment).strip() : differences(base),
            data(),
            images.verdict(),
            unused(),
            networks(networks),
            work(networks, schedule));
  }

  private String differences(Optional<Experiment> base) {
    List<String> lines = SettingDifferences.fromDefaults(experiment, base.orElse(experiment));
    return "Settings that differ from the defaults%s; --verbose prints all:%n%s"
        .formatted(
            base.map(b -> " (* from those of its base %s, too)".formatted(b.name())).orElse(""),
            String.join("\n", lines));
  }

  private String data() {
    return "%s (%s), %,d training images of %s%s"
        .formatted(
            images.uri(),
            images.kind(),
            images.training().count(),
            images.shape(),
            images.training().originals().map(sizes -> " (originals " + sizes + ")").orElse(""));
  }

  private String unused() {
    return UnusedFiles.lines(images.rejected()).stream()
        .map("Not used: %s%n"::formatted)
        .collect(Collectors.joining());
  }

  private static String networks(GanNetworks networks) {
    return "Generator: %,d trainable parameters%n%s%nDiscriminator: %,d trainable parameters%n%s"
        .formatted(
            networks.generator().trainableParameters(),
            networks.generator().model().summary().strip(),
            networks.discriminator().trainableParameters(),
            networks.discriminator().model().summary().strip());
  }

  private String work(GanNetworks networks, Schedule schedule) {
    Snapshot snapshot = networks.initialSnapshot();
    int workers = experiment.train().workers();
    long state = snapshot.generator().bytes() + snapshot.discriminator().bytes();
    long replay = replayBytes();
    int iterations =
        Math.min(experiment.train().averagingFrequency(), schedule.iterationsPerEpoch());
    long moments = exchangedBytes(snapshot, iterations);
    return ("Work: %,d epochs x %,d iterations = %,d iterations on each of %d workers, batches of %d"
            + " (%d together); %,d rounds of %s iterations%n"
            + "Memory: %s of images and about %s of networks%s per worker%n"
            + "Bytes per round: %s out and %s back per worker (%s), %s per worker (moments, both ways)")
        .formatted(
            experiment.train().epochs(),
            schedule.iterationsPerEpoch(),
            schedule.iterations(),
            workers,
            experiment.train().batchSize(),
            experiment.train().batchSize() * workers,
            schedule.rounds(),
            frequencies(),
            mebibytes((long) images.training().count() * images.shape().features() / workers),
            mebibytes(3 * state),
            replay == 0 ? "" : " and %s of past images".formatted(mebibytes(replay)),
            mebibytes(state + replay),
            mebibytes(state - saved(networks, iterations) + replay),
            replay == 0 ? "networks" : "networks, past images",
            mebibytes(moments));
  }

  /**
   * Bytes that bfloat16 saves: half of the parameters and, where they are rounded, of the
   * optimizers' first moments.
   *
   * @param iterations of a round
   */
  private long saved(GanNetworks networks, int iterations) {
    TrainConfig train = experiment.train();
    Wire wire = experiment.averaging().wireOf(train.workers());
    if (wire != Wire.BF16) {
      return 0;
    }
    return saved(wire, networks.generator(), iterations * train.gSteps())
        + saved(wire, networks.discriminator(), iterations * updatesOfD());
  }

  /** Updates of the discriminator in an iteration. */
  private int updatesOfD() {
    return experiment.train().dSteps() * (experiment.loss().separateUpdates() ? 2 : 1);
  }

  private static long saved(Wire wire, Network network, int updates) {
    double kept = network.blueprint().config().optimizer().firstMomentsKept(updates);
    int first = network.updaterLayout().first().stream().mapToInt(Range::length).sum();
    int rounded = network.layout().length() + (wire.roundsFirstMoments(kept) ? first : 0);
    return (long) Short.BYTES * rounded;
  }

  /** Bytes of a worker's full buffer of past images: values in float, and a class each. */
  private long replayBytes() {
    int ofImage = Float.BYTES * images.shape().features() + Integer.BYTES;
    return (long) experiment.discriminatorInput().replayCapacity() * ofImage;
  }

  private String frequencies() {
    String last = String.valueOf(experiment.train().averagingFrequency());
    return experiment.train().warmUp().isEmpty()
        ? last
        : experiment.train().warmUp().stream()
            .map(p -> "%d (for %d epochs)".formatted(p.averagingFrequency(), p.epochs()))
            .collect(Collectors.joining(", ", "", ", then " + last));
  }

  /**
   * What a worker hands in and gets back in a round after the warm-up: mean and M2 per feature of
   * the real batch once per iteration and of the generated one for each generator update, and of
   * both for the figures at the round's end; where workers share gradients, also those, unless
   * their devices do it.
   *
   * @param iterations of such a round, no more than an epoch has
   */
  private long exchangedBytes(Snapshot snapshot, long iterations) {
    TrainConfig train = experiment.train();
    if (train.workers() == 1) {
      return 0;
    }
    long generated = iterations * train.gSteps() + 1;
    long batches =
        switch (experiment.moments().scope()) {
          case GLOBAL -> iterations + 1 + generated;
          case DATASET -> generated;
          case PARTITION, NONE -> 0;
        };
    long values = 2 * batches * images.shape().features();
    if (train.sharesGradients(train.epochs()) && train.gradients() != Gradients.DEVICES) {
      values += iterations * updatesOfD() * snapshot.discriminator().params().length;
      values += iterations * train.gSteps() * snapshot.generator().params().length;
    }
    return 2L * experiment.averaging().wireOf(train.workers()).bytes() * values;
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
  }
}
