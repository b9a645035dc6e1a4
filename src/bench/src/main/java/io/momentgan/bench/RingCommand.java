package io.momentgan.bench;

import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ring}: the modes of a ring of Gaussians that a generator draws, by kind of moments. */
@Command(
    name = "ring",
    mixinStandardHelpOptions = true,
    description =
        "Trains on eight Gaussians on a ring without moments, with global ones and with those of"
            + " each mode, and prints a Markdown table of the modes that the generator draws.")
final class RingCommand implements Callable<Integer> {
  private static final Map<String, List<String>> KINDS = new LinkedHashMap<>();

  static {
    KINDS.put(
        "none",
        List.of("moments.scope=none", "moments.mean-weight=0", "moments.variance-weight=0"));
    KINDS.put("global", List.of("moments.scope=global"));
    KINDS.put("per class", List.of("moments.scope=global", "moments.per-class=true"));
  }

  @Option(
      names = "--experiment",
      paramLabel = "EXPERIMENT.yaml",
      defaultValue = "conf/experiments/ring.yaml",
      description = "Settings (default: ${DEFAULT-VALUE}).")
  private Path file;

  @Option(
      names = "--iterations",
      defaultValue = "5000",
      description = "Iterations of a training (default: ${DEFAULT-VALUE}).")
  private int iterations;

  @Option(
      names = "--seeds",
      defaultValue = "5",
      description = "Seeds 1 to this (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting that overrides all others, such as latent.size=8; may be repeated.")
  private List<String> settings = new ArrayList<>();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.println("| Moments | Modes drawn, of 8, by seed | Mean | Share of points at a mode |");
    out.println("|---|---|---|---|");
    for (Map.Entry<String, List<String>> kind : KINDS.entrySet()) {
      List<RingStudy.Result> results =
          LongStream.rangeClosed(1, seeds)
              .mapToObj(seed -> new RingStudy(experiment(kind.getValue(), seed)).run(iterations))
              .toList();
      out.printf(
          Locale.ROOT,
          "| %s | %s | %.1f | %.2f |%n",
          kind.getKey(),
          results.stream().map(r -> Integer.toString(r.modes())).collect(Collectors.joining(", ")),
          results.stream().mapToInt(RingStudy.Result::modes).average().orElseThrow(),
          results.stream().mapToDouble(RingStudy.Result::share).average().orElseThrow());
      out.flush();
    }
    return 0;
  }

  private Experiment experiment(List<String> kind, long seed) {
    List<String> all = new ArrayList<>(kind);
    all.add("train.seed=" + seed);
    all.add("train.workers=1");
    all.addAll(settings);
    return ExperimentReader.read(file, all);
  }
}
