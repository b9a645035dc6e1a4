package io.momentgan.bench;

import io.momentgan.config.ConfigException;
import io.momentgan.config.Experiment;
import io.momentgan.config.Experiment.LatentConfig;
import io.momentgan.config.LossConfig;
import io.momentgan.config.NetworkConfig;
import io.momentgan.config.OptimizerConfig;
import io.momentgan.data.ImageShape;
import io.momentgan.network.GanNetworks;
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
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The same step by libtorch, in a process of its own ({@code src/bench/peer}): the same networks
 * with the same initial parameters and the same real batch.
 */
final class Peer implements AutoCloseable {
  private final Process process;
  private final DataOutputStream commands;
  private final DataInputStream answers;

  /**
   * Starts the peer.
   *
   * @param folder where {@code src/bench/peer} was built: its classes and {@code classpath.txt}
   * @param experiment the settings, {@code kernels: stock}
   * @param shape shape of an image
   * @param images the real batch [batch size, features], row after row
   * @throws ConfigException for settings that the peer has not
   */
  Peer(Path folder, Experiment experiment, ImageShape shape, float[] images) {
    requireKnown(experiment);
    try {
      ProcessBuilder builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Xmx1g",
              "-cp",
              folder.resolve("classes")
                  + File.pathSeparator
                  + Files.readString(folder.resolve("classpath.txt")).strip(),
              "io.momentgan.peer.Main");
      builder.environment().put("OMP_NUM_THREADS", "1");
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("The peer of " + folder + " does not start", e);
    }
    commands = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
    answers = new DataInputStream(new BufferedInputStream(process.getInputStream()));
    try {
      describe(experiment, shape, images);
      answers.readUTF();
    } catch (IOException e) {
      process.destroy();
      throw new UncheckedIOException("The peer ended before it was ready", e);
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
   * Makes one iteration.
   *
   * @param latent z of each discriminator update, row after row
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

  private void describe(Experiment experiment, ImageShape shape, float[] images)
      throws IOException {
    commands.writeInt(experiment.train().batchSize());
    commands.writeInt(experiment.latent().size());
    commands.writeInt(experiment.train().dSteps());
    commands.writeInt(experiment.train().gSteps());
    commands.writeDouble(experiment.loss().realTarget());
    commands.writeDouble(experiment.loss().fakeTarget());
    commands.writeDouble(experiment.moments().penalised() ? experiment.moments().meanWeight() : 0);
    commands.writeDouble(
        experiment.moments().penalised() ? experiment.moments().varianceWeight() : 0);
    GanNetworks networks = GanNetworks.build(experiment, shape, DataType.FLOAT);
    describe(
        experiment.generator(),
        new PeerNetwork(
            networks.generator(),
            GanNetworks.latent(experiment),
            shape,
            experiment.generator().batchNorm().gamma()));
    describe(
        experiment.discriminator(),
        new PeerNetwork(
            networks.discriminator(),
            shape,
            new ImageShape(1, 1, 1),
            experiment.discriminator().batchNorm().gamma()));
    write(PeerNetwork.turned(images, shape.height() * shape.width()));
    commands.flush();
  }

  private void describe(NetworkConfig config, PeerNetwork network) throws IOException {
    OptimizerConfig adam = config.optimizer();
    commands.writeDouble(adam.learningRate());
    commands.writeDouble(adam.beta1());
    commands.writeDouble(adam.beta2());
    commands.writeDouble(adam.epsilon());
    commands.writeInt(network.lines().size());
    for (String line : network.lines()) {
      commands.writeUTF(line);
    }
    write(network.parameters());
  }

  private void write(float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    commands.writeInt(values.length);
    commands.write(bytes.array());
  }

  private static void requireKnown(Experiment e) {
    require(
        e.generator().optimizer().type() == OptimizerConfig.Type.ADAM
            && e.discriminator().optimizer().type() == OptimizerConfig.Type.ADAM,
        "an optimizer other than adam");
    require(
        e.loss().type() == LossConfig.Type.CROSS_ENTROPY
            && e.loss().generator() == LossConfig.Generator.NON_SATURATING,
        "a loss other than non-saturating cross-entropy");
    require(
        e.loss().realRange().isEmpty() && e.loss().fakeRange().isEmpty() && e.loss().flip() == 0,
        "targets that are drawn");
    require(!e.loss().separateUpdates() && e.loss().clip() == 0, "another discriminator update");
    require(e.latent().distribution() == LatentConfig.Distribution.UNIFORM, "normal z");
    require(
        e.discriminatorInput().noiseSd() == 0 && e.discriminatorInput().replayCapacity() == 0,
        "a change of the discriminator's input");
    require(!e.moments().perClass(), "moments per class");
    require(!e.train().freshLatent() && !e.train().thresholds().on(), "other draws of z");
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
