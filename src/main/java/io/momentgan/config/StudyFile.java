package io.momentgan.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A study: what to train, how to measure it, and what its page shows.
 *
 * <pre>
 * title: Moments on MNIST
 * seeds: [1, 2, 3]                 # a run of each; left out: each experiment's own
 * set: {train.workers: 1}          # settings that override every experiment's file
 * experiments:
 *   - ../experiments/ff-3.yaml     # relative to the study's file
 *   - {file: ../experiments/ff-5.yaml, name: ff-5-wide, seeds: [1], set: {latent.size: 200}}
 * measure: {every: 5, samples: 3000, weights: both}   # besides the newest checkpoint; parzen: true
 * columns: [train.g-steps, fd, coverage, d-loss]      # settings and measures
 * figures:
 *   - {plot: log-ratio}            # over epochs, a line per run
 *   - {plot: fd, over: mib, line: moments.scope}
 *   - {images: newest}             # or training, or iterations
 * claims:
 *   - {text: Moments help, holds: fd(ff-5-wide) &lt; fd(ff-3)}
 * </pre>
 *
 * @param title of the page
 * @param seeds of each experiment that has none in this file; empty for the experiments' own
 * @param set settings that override every experiment's file
 * @param experiments what to train
 * @param measure which checkpoints to evaluate
 * @param columns keys of the table's measures and settings
 * @param figures plots and pictures
 * @param claims statements that the page decides
 */
public record StudyFile(
    String title,
    List<Long> seeds,
    Map<String, JsonNode> set,
    List<Entry> experiments,
    Measuring measure,
    List<String> columns,
    List<Figure> figures,
    List<Claim> claims) {
  private static final String DEFAULTS =
      """
      title: Study
      seeds: []
      set: {}
      experiments: []
      measure: {newest: true, every: 0, epochs: [], samples: 0, weights: raw, parzen: false}
      columns: [fd, kid, precision, recall, coverage, moment-mean-ratio, moment-var-ratio, d-loss, g-bce]
      figures: [{images: newest}]
      claims: []
      """;

  /** Checks what the page cannot do without. */
  public StudyFile {
    requireDistinct(seeds);
    ConfigException.check(
        !experiments.isEmpty(),
        "experiments",
        "none",
        "a list such as [../experiments/ff-1.yaml, {file: ..., name: ..., set: {...}}]");
  }

  private static void requireDistinct(List<Long> seeds) {
    ConfigException.check(
        seeds.stream().distinct().count() == seeds.size(), "seeds", seeds, "each seed once");
  }

  /**
   * An experiment of a study.
   *
   * @param file its settings file, relative to the study's
   * @param name of its runs; empty for the experiment's own
   * @param seeds of it; empty for the study's
   * @param set settings that override the file
   */
  public record Entry(String file, String name, List<Long> seeds, Map<String, JsonNode> set) {
    /** Checks the seeds. */
    public Entry {
      requireDistinct(seeds);
    }
  }

  /**
   * Checkpoints to evaluate.
   *
   * @param newest whether the newest one
   * @param every also that of each N-th epoch; 0 for none
   * @param epochs whose checkpoints are evaluated as well
   * @param samples images per evaluation; 0 for the experiment's {@code evaluation.samples}
   * @param weights whose images
   * @param parzen whether to estimate log-likelihoods as well
   */
  public record Measuring(
      boolean newest,
      int every,
      List<Integer> epochs,
      int samples,
      EvaluationConfig.Weights weights,
      boolean parzen) {
    /** Whether an epoch's checkpoint is evaluated. */
    public boolean wants(int epoch, int newestEpoch) {
      return (newest && epoch == newestEpoch)
          || (every > 0 && epoch > 0 && epoch % every == 0)
          || epochs.contains(epoch);
    }
  }

  /**
   * A plot or pictures.
   *
   * @param plot key of the measure on the y axis; empty for pictures
   * @param over key of the measure on the x axis, a point per experiment; empty for epochs
   * @param line setting whose values are the lines of such a plot
   * @param images "newest" grids, sheets over the "training", or sheets at chosen "iterations";
   *     empty for a plot
   */
  public record Figure(String plot, String over, String line, String images) {
    /** Checks that it is one of both. */
    public Figure {
      ConfigException.check(
          plot.isEmpty() != images.isEmpty(), "images", images, "either plot or images");
      ConfigException.check(
          List.of("", "newest", "training", "iterations").contains(images),
          "images",
          images,
          "newest, training or iterations");
    }
  }

  /**
   * A statement that the page decides.
   *
   * @param text in words, thresholds included
   * @param holds the expression, such as {@code fd(ff-5) < fd(ff-3)}
   */
  public record Claim(String text, String holds) {}

  /**
   * Reads a study.
   *
   * @param yaml the file's text
   * @param file its name, for messages
   * @throws ConfigException naming the key that is refused
   */
  public static StudyFile read(String yaml, String file) {
    ObjectNode tree = ExperimentReader.parse(DEFAULTS, "defaults of a study");
    ExperimentReader.merge(tree, ExperimentReader.parse(yaml, file));
    fill(tree, "experiments", "file", "{name: '', seeds: [], set: {}}");
    fill(tree, "figures", "plot", "{plot: '', over: '', line: '', images: ''}");
    return ExperimentReader.bind(tree, file, StudyFile.class);
  }

  /** Turns the texts of a list into mappings, and adds what the mappings leave out. */
  private static void fill(ObjectNode tree, String list, String key, String defaults) {
    JsonNode elements = tree.get(list);
    for (int i = 0; elements.isArray() && i < elements.size(); i++) {
      ObjectNode filled = ExperimentReader.parse(defaults, "defaults of a study");
      if (elements.get(i).isTextual()) {
        filled.set(key, elements.get(i));
      } else if (elements.get(i) instanceof ObjectNode given) {
        filled.setAll(given);
      } else {
        continue;
      }
      ((ArrayNode) elements).set(i, filled);
    }
  }

  /**
   * Returns the settings that override an experiment's file, in the order in which they apply.
   *
   * @param entry the experiment
   * @return of the form {@code key=value}
   */
  public List<String> overrides(Entry entry) {
    List<String> overrides = new ArrayList<>();
    // JSON is YAML, so each value is written as --set takes it.
    set.forEach((key, value) -> overrides.add(key + "=" + value));
    if (!entry.name().isEmpty()) {
      overrides.add("name=" + entry.name());
    }
    entry.set().forEach((key, value) -> overrides.add(key + "=" + value));
    return overrides;
  }
}
