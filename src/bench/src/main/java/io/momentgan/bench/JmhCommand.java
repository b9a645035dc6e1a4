package io.momentgan.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code jmh}: single kernels. Its arguments are JMH's own: {@code -h} lists them. */
@Command(
    name = "jmh",
    description =
        "Times single kernels by JMH: KernelsBenchmark (fast and stock), ProductsBenchmark (oneDNN"
            + " and OpenBLAS) and ConvolutionsBenchmark (oneDNN's loops and products of patches)."
            + " Arguments are a regular expression such as tanh, and options of JMH (-h).")
final class JmhCommand implements Callable<Integer> {
  @Unmatched private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    org.openjdk.jmh.Main.main(arguments.toArray(String[]::new));
    return 0;
  }
}
