package io.momentgan.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code jmh}: single kernels. */
@Command(
    name = "jmh",
    description =
        "Times single kernels by JMH: KernelsBenchmark (fast and stock), ProductsBenchmark (oneDNN"
            + " and OpenBLAS) and ConvolutionsBenchmark (oneDNN's loops and products of patches).")
final class JmhCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "ARGUMENT",
      description = "A regular expression such as tanh, and JMH's own options; -h lists these.")
  private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    org.openjdk.jmh.Main.main(arguments.toArray(String[]::new));
    return 0;
  }
}
