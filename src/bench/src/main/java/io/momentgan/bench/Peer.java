package io.momentgan.bench;

import io.momentgan.config.ConfigException;
import io.momentgan.config.Experiment;
import io.momentgan.config.Experiment.LatentConfig;
import io.momentgan.config.LossConfig;
import io.momentgan.config.NetworkConfig;
import io.momentgan.config.OptimizerConfig;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.network.GanNetworks;
import io.momentgan.step.Batch;
import io.momentgan.step.RealBatches;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The same step by libtorch, in a process of its own ({@code src/bench/peer}): the same networks
 * with the same initial parameters and the same images.
 */
final class Peer implements AutoCloseable {
  private static final String FOLDER = "MOMENTGAN_PEER";

  private final int batch;
  private final Process process;
  private final DataOutputStream commands;
  private final DataInputStream answers;

  /**
   * Starts the peer.
   *
   * @param experiment the settings, {@code kernels: stock}
   * @param shape shape of an image
   * @param real the images of every iteration
   * @param threads threads of its operations
   * @throws ConfigException for settings that the peer has not
   */
  Peer(Experiment experiment, ImageShape shape, RealBatches real, int threads) {
    requireKnown(experiment);
    batch = experiment.train().batchSize();
    GanNetworks networks = GanNetworks.build(experiment, shape, DataType.FLOAT);
    PeerNetwork generator =
        new PeerNetwork(
            networks.generator(), experiment.generator(), GanNetworks.latent(experiment), shape);
    PeerNetwork discriminator =
        new PeerNetwork(
            networks.discriminator(),
            experiment.discriminator(),
            shape,
            new ImageShape(experiment.labels().outputs(), 1, 1));
    process = start(folder(), threads);
    commands = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
    answers = new DataInputStream(new BufferedInputStream(process.getInputStream()));
    try {
      describeStep(experiment, discriminator);
      describeLosses(experiment);
      describe(experiment.generator().optimizer(), generator);
      describe(experiment.discriminator().optimizer(), discriminator);
      describe(real, shape.height() * shape.width(), experiment);
      commands.flush();
      answers.readUTF();
    } catch (IOException e) {
      process.destroy();
      throw new UncheckedIOException("The peer ended before it was ready", e);
    }
  }

  private static Path folder() {
    String folder = System.getenv().getOrDefault(FOLDER, "");
    if (folder.isEmpty() || !Files.exists(Path.of(folder, "classpath.txt"))) {
      throw new UserException(
          "--peer: found no libtorch in \"%s\", expected the build of src/bench/peer; run submit/bench"
              .formatted(folder));
    }
    return Path.of(folder);
  }

  private static Process start(Path folder, int threads) {
    try {
      ProcessBuilder builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Xmx1g",
              "-cp",
              folder.resolve("classes")
                  + File.pathSeparator
                  + Files.readString(folder.resolve("classpath.txt")).strip(),
              "io.momentgan.peer.Main",
              Integer.toString(threads));
      builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("The peer of " + folder + " does not start", e);
    }
  }

  /**
   * Losses of an iteration.
   *
   * @param discriminator of the last discriminator update
   * @param generator of the last generator update, with the moment penalty
   */
  record Losses(double discriminator, double generator) {}

  /**
   * Makes iterations with z of its own.
   *
   * @param iterations how many
   * @return CPU seconds of one, of the whole process
   */
  double run(int iterations) {
    try {
      commands.write('r');
      commands.writeInt(iterations);
      commands.flush();
      return answers.readDouble() / iterations;
    } catch (IOException e) {
      throw new UncheckedIOException("The peer ended", e);
    }
  }

  /**
   * Makes iterations with z of its own.
   *
   * @param iterations how many
   * @return real images per second, by the clock
   */
  double imagesPerSecond(int iterations) {
    long start = System.nanoTime();
    run(iterations);
    return 1e9 * iterations * batch / (System.nanoTime() - start);
  }

  /**
   * Makes one iteration.
   *
   * @param latent z as of {@link StepBench#latent}
   */
  Losses iterate(float[] latent) {
    try {
      commands.write('c');
      write(latent);
      commands.flush();
      return new Losses(answers.readDouble(), answers.readDouble());
    } catch (IOException e) {
      throw new UncheckedIOException("The peer ended", e);
    }
  }

  /** Largest memory that the peer has had resident so far, in bytes; 0 where nothing tells. */
  long peakBytes() {
    return ResidentMemory.peakBytes(process.pid());
  }

  private void describeStep(Experiment e, PeerNetwork discriminator) throws IOException {
    commands.writeInt(e.train().batchSize());
    commands.writeInt(e.latent().size());
    commands.writeDouble(e.latent().low());
    commands.writeDouble(e.latent().high());
    commands.writeInt(e.train().dSteps());
    commands.writeInt(e.train().gSteps());
    commands.writeBoolean(e.train().freshBatches());
    commands.writeInt(
        e.loss().generator() == LossConfig.Generator.FEATURE_MATCHING
            ? discriminator.operationsTo(e.loss().features().layer())
            : 0);
  }

  private void describeLosses(Experiment e) throws IOException {
    commands.writeDouble(e.loss().realTarget());
    commands.writeDouble(e.loss().fakeTarget());
    commands.writeDouble(e.loss().weight());
    commands.writeInt(e.labels().classes());
    commands.writeDouble(e.labels().classWeight());
    commands.writeBoolean(e.loss().features().distance() == LossConfig.Features.Distance.ABSOLUTE);
    commands.writeDouble(e.moments().penalised() ? e.moments().meanWeight() : 0);
    commands.writeDouble(e.moments().penalised() ? e.moments().varianceWeight() : 0);
  }

  private void describe(OptimizerConfig adam, PeerNetwork network) throws IOException {
    commands.writeDouble(adam.learningRate());
    commands.writeDouble(adam.beta1());
    commands.writeDouble(adam.beta2());
    commands.writeDouble(adam.epsilon());
    commands.writeBoolean(adam.epsilonInside());
    commands.writeInt(network.lines().size());
    for (String line : network.lines()) {
      commands.writeUTF(line);
    }
    write(network.parameters());
  }

  private void describe(RealBatches real, int plane, Experiment experiment) throws IOException {
    describe(real.updates(), plane);
    describe(real.labelled(), plane);
    int taught = experiment.labels().classifier() ? experiment.train().dSteps() : 0;
    commands.writeInt(taught);
    for (int i = 0; i < taught; i++) {
      List<Batch> batches = real.labelled().isEmpty() ? real.updates() : real.labelled();
      int[] classes = batches.get(Math.min(i, batches.size() - 1)).classes();
      float[] values = new float[classes.length];
      for (int row = 0; row < classes.length; row++) {
        values[row] = classes[row];
      }
      write(values);
    }
  }

  private void describe(List<Batch> batches, int plane) throws IOException {
    commands.writeInt(batches.size());
    for (Batch batch : batches) {
      write(PeerNetwork.turned(batch.images().floats(), plane));
    }
  }

  private void write(float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    commands.writeInt(values.length);
    commands.write(bytes.array());
  }

  /** Refuses settings that a plain step of libtorch or PyTorch has not. */
  static void requireKnown(Experiment e) {
    requireKnown(e.generator());
    requireKnown(e.discriminator());
    require(e.loss().type() == LossConfig.Type.CROSS_ENTROPY, "a loss other than cross-entropy");
    require(e.loss().generator() != LossConfig.Generator.MINIMAX, "a minimax loss");
    require(!e.loss().gradientPenalty().on(), "a gradient penalty");
    require(!e.loss().drawsTargets(), "targets that are drawn");
    require(!e.loss().separateUpdates() && e.loss().clip() == 0, "another discriminator update");
    require(!e.labels().on() || e.labels().classifier(), "classes without a classifier of them");
    require(e.latent().distribution() == LatentConfig.Distribution.UNIFORM, "normal z");
    require(
        e.discriminatorInput().noiseSd() == 0
            && e.discriminatorInput().replayCapacity() == 0
            && e.discriminatorInput().opponentRounds() == 0
            && !e.augment().on(),
        "a change of the discriminator's input");
    require(!e.moments().perClass(), "moments per class");
    require(!e.train().freshLatent() && !e.train().thresholds().on(), "other draws of z");
  }

  private static void requireKnown(NetworkConfig network) {
    OptimizerConfig optimizer = network.optimizer();
    require(optimizer.type() == OptimizerConfig.Type.ADAM, "an optimizer other than adam");
    require(
        optimizer.learningRatePoints().isEmpty() && optimizer.learningRateDecay() == 1,
        "a learning rate that changes");
    require(optimizer.historicalAveraging() == 0, "historical averaging");
    require(!network.spectralNorm(), "spectral normalisation");
    require(network.freeze() == 0, "frozen layers");
  }

  private static void require(boolean known, String what) {
    if (!known) {
      throw new ConfigException(
          "--peer: found %s in the settings, which the peer has not".formatted(what));
    }
  }

  @Override
  public void close() {
    try {
      commands.close();
      process.waitFor();
    } catch (IOException e) {
      process.destroy();
      throw new UncheckedIOException("The peer went away", e);
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
    }
  }
}
