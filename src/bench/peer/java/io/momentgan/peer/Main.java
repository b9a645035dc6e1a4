package io.momentgan.peer;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.global.torch;

/**
 * The peer. It reads the step's settings, both networks and the images, then commands until its
 * input ends: {@code run} with a number of iterations, answered by the CPU seconds that they took;
 * {@code check} with the z of one iteration, answered by its two losses.
 */
public final class Main {
  private Main() {}

  /**
   * Starts the peer.
   *
   * @param args threads of an operation
   * @throws IOException if its caller went away in the middle of a command
   */
  public static void main(String[] args) throws IOException {
    PrintStream answers = System.out;
    // Whatever libraries print must not come between the answers.
    System.setOut(System.err);
    torch.set_num_threads(Integer.parseInt(args[0]));
    torch.manual_seed(1);
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(answers))) {
      TorchStep step = read(in);
      out.writeUTF("ready");
      out.flush();
      while (answer(step, in, out)) {
        out.flush();
      }
    }
  }

  private static TorchStep read(DataInputStream in) throws IOException {
    TorchStep.Settings settings = TorchStep.Settings.read(in);
    TorchLosses losses = new TorchLosses(TorchLosses.Settings.read(in), settings.batch());
    TorchNetwork generator = network(in);
    TorchNetwork discriminator = network(in);
    TorchStep.Batches batches = TorchStep.Batches.read(in, settings.batch());
    return new TorchStep(generator, discriminator, batches, settings, losses);
  }

  private static TorchNetwork network(DataInputStream in) throws IOException {
    TorchAdam.Settings adam = TorchAdam.Settings.read(in);
    int count = in.readInt();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(in.readUTF());
    }
    return new TorchNetwork(lines, Floats.read(in), adam);
  }

  private static boolean answer(TorchStep step, DataInputStream in, DataOutputStream out)
      throws IOException {
    int first = in.read();
    if (first < 0) {
      return false;
    }
    switch ((char) first) {
      case 'r' -> out.writeDouble(run(step, in.readInt()));
      case 'c' -> {
        TorchStep.Losses losses = step.iterate(Floats.read(in));
        out.writeDouble(losses.discriminator());
        out.writeDouble(losses.generator());
      }
      default ->
          throw new IllegalArgumentException(
              "Unknown command: " + new String(new byte[] {(byte) first}, StandardCharsets.UTF_8));
    }
    return true;
  }

  private static double run(TorchStep step, int iterations) {
    OperatingSystemMXBean process =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = process.getProcessCpuTime();
    for (int i = 0; i < iterations; i++) {
      TorchStep.Losses losses = step.iterate();
      if (!Double.isFinite(losses.discriminator() + losses.generator())) {
        throw new IllegalStateException("The peer diverged: " + losses);
      }
    }
    return (process.getProcessCpuTime() - cpu) / 1e9;
  }
}
