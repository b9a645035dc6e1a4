package io.momentgan.app;

import io.momentgan.config.Experiment;
import io.momentgan.config.UserException;
import io.momentgan.network.state.NetworkState;
import io.momentgan.report.ImageGrid;
import io.momentgan.run.Checkpoint;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
import io.momentgan.sampling.LatentSweep;
import io.momentgan.sampling.Sampler;
import io.momentgan.step.LatentVectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sample}: a picture of new samples from a run's generator. */
@Command(
    name = "sample",
    mixinStandardHelpOptions = true,
    description = "Draws new samples from a run's generator into a PNG.")
final class SampleCommand implements Callable<Integer> {
  @Mixin private GeneratorOptions from;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Seed of the latent vectors (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--count",
      defaultValue = "64",
      description = "How many (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--sweep",
      paramLabel = "COORDINATE",
      description =
          "Keeps one latent vector and varies only this coordinate, counted from 0, from 0 to 1.")
  private Integer sweep;

  @Option(
      names = "--label",
      paramLabel = "CLASS",
      description = "All of this class (default: a column per class), of a conditional generator.")
  private Integer label;

  @Option(names = "--out", required = true, paramLabel = "FILE.png", description = "The picture.")
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (count <= 0) {
      throw new UserException("--count %d: expected a positive number".formatted(count));
    }
    Run opened = from.run();
    RunRecord record = opened.record();
    Experiment experiment = record.experiment();
    requireCoordinate(experiment);
    requireClass(experiment);
    Checkpoint checkpoint = from.checkpoint(opened);
    Sampler sampler = new Sampler(experiment, record.shape());
    NetworkState generator = checkpoint.generator(from.weights());
    float[][] images =
        sweep == null
            ? drawn(sampler, experiment, generator)
            : swept(sampler, experiment, generator);
    boolean byClass = sweep == null && label == null;
    int columns = byClass ? sampler.columns(count) : (int) Math.ceil(Math.sqrt(count));
    write(ImageGrid.of(record.shape(), columns).enlarged().png(images));
    spec.commandLine()
        .getOut()
        .printf("%d samples of epoch %d: %s%n", count, checkpoint.manifest().epoch(), out);
    return 0;
  }

  private float[][] drawn(Sampler sampler, Experiment experiment, NetworkState generator) {
    // Where batch normalisation samples by the statistics of the batch, a few images are too few.
    int drawn = Math.max(count, experiment.samples().stored());
    if (label == null) {
      return Arrays.copyOf(sampler.draw(generator, drawn, seed), count);
    }
    int[] classes = new int[drawn];
    Arrays.fill(classes, label);
    float[] z = LatentVectors.draw(experiment.latent(), drawn, seed);
    return Arrays.copyOf(sampler.draw(generator, z, classes), count);
  }

  private float[][] swept(Sampler sampler, Experiment experiment, NetworkState generator) {
    float[] z = LatentSweep.latents(experiment.latent(), sweep, count, seed);
    return LatentSweep.draw(sampler, experiment, generator, z, seed);
  }

  private void requireCoordinate(Experiment experiment) {
    int size = experiment.latent().size();
    if (sweep != null && (sweep < 0 || sweep >= size)) {
      throw new UserException(
          "--sweep %d: expected a coordinate from 0 to %d (latent.size is %d)"
              .formatted(sweep, size - 1, size));
    }
  }

  private void requireClass(Experiment experiment) {
    int classes = experiment.labels().drawn();
    if (label != null && (label < 0 || label >= classes)) {
      throw new UserException(
          classes == 0
              ? "--label %d: expected none, as the run's generator is told no classes (labels.classes is 0, or labels.generator none)"
                  .formatted(label)
              : "--label %d: expected a class from 0 to %d (labels.classes is %d)"
                  .formatted(label, classes - 1, classes));
    }
    if (label != null && sweep != null) {
      throw new UserException("--label %d: expected none beside --sweep".formatted(label));
    }
  }

  private void write(byte[] png) {
    try {
      Path parent = out.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.write(out, png);
    } catch (IOException e) {
      throw new UserException(
          "--out %s: cannot be written: %s; give a file in a folder that you may write to"
              .formatted(out, e),
          e);
    }
  }
}
