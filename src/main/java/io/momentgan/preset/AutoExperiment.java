package io.momentgan.preset;

import io.momentgan.config.DataConfig;
import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.data.ImageShape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Settings chosen from the data and the machine, for a training that was given no experiment. A
 * setting that the user gives is never replaced, and the choices after it follow from it.
 *
 * @param experiment the settings
 * @param choices one line for each choice: what, and why
 * @param shape of the images that these settings make of the data
 * @param images number of training images, mirrored ones included
 */
public record AutoExperiment(
    Experiment experiment, List<String> choices, ImageShape shape, int images) {
  /** Name of the settings that the rules complete, for messages. */
  public static final String BASE = "the automatic experiment";

  private static final int LARGE_SIDE = 64;
  private static final int SMALL_SIDE = 32;
  private static final int SMALLEST_MAP = 4;
  private static final int CORES_FOR_LARGE = 4;
  private static final int CORES_FOR_WIDE = 8;
  private static final int IMAGES_FOR_LARGE = 1000;
  private static final int WIDE_FILTERS = 64;
  private static final int NARROW_FILTERS = 32;
  private static final int MOST_FILTERS = 512;
  private static final int IMAGES_FOR_VALIDATION = 2000;
  private static final int MOST_VALIDATION = 1000;
  private static final int FEW_IMAGES = 5000;
  private static final int MANY_IMAGES = 10_000;
  private static final int BATCH = 64;
  private static final int SMALLEST_BATCH = 16;
  private static final int ITERATIONS = 10_000;
  private static final int EPOCHS = 20;

  public AutoExperiment {
    choices = List.copyOf(choices);
  }

  /**
   * The settings to open the data with, before anything is chosen: without mirroring and nothing
   * held out.
   *
   * @param base settings that the rules complete, as YAML; empty for {@code auto.yaml}
   * @param overrides the user's settings
   */
  public static Experiment probe(String base, List<String> overrides) {
    List<String> all = new ArrayList<>(overrides);
    all.addAll(List.of("data.validation=0", "data.images.flip=false", "data.limit=0"));
    return ExperimentReader.read(base(base), BASE, all);
  }

  /**
   * Chooses the settings.
   *
   * @param base settings that the rules complete, as YAML, whose networks and image sizes stay as
   *     they are; empty for {@code auto.yaml}
   * @param overrides the user's settings, of the form {@code key=value}
   * @param facts of the data
   * @param slots workers that the machine or the cluster runs at once
   */
  public static AutoExperiment choose(
      String base, List<String> overrides, DataFacts facts, int slots) {
    Rules rules = new Rules(base(base), overrides, facts);
    if (base.isEmpty()) {
      rules.shape(slots);
      rules.networks(slots);
    }
    rules.data();
    rules.batch(slots);
    rules.length();
    rules.augmentation();
    rules.labels();
    return new AutoExperiment(rules.experiment(), rules.lines, rules.imageShape(), rules.images());
  }

  private static String base(String given) {
    if (!given.isEmpty()) {
      return given;
    }
    try (InputStream in = AutoExperiment.class.getResourceAsStream("auto.yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("auto.yaml is missing from the jar", e);
    }
  }

  /** The rules, one after another; each sees the settings that those before it made. */
  private static final class Rules {
    private final String base;
    private final List<String> given;
    private final DataFacts facts;
    private final List<String> chosen = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();

    Rules(String base, List<String> given, DataFacts facts) {
      this.base = base;
      this.given = given;
      this.facts = facts;
    }

    Experiment experiment() {
      return ExperimentReader.read(
          base, BASE, Stream.concat(chosen.stream(), given.stream()).toList());
    }

    /** Whether the user has set a key, or a section that holds it. */
    private boolean isGiven(String key) {
      return given.stream()
          .map(set -> set.substring(0, Math.max(0, set.indexOf('='))))
          .anyMatch(set -> !set.isEmpty() && (key + ".").startsWith(set + "."));
    }

    private void choose(String key, Object value, String shown, String reason) {
      if (!isGiven(key)) {
        chosen.add(key + "=" + value);
        lines.add(line(key, shown, reason));
      }
    }

    private void choose(String key, Object value, String reason) {
      choose(key, value, String.valueOf(value), reason);
    }

    private static String line(String key, String value, String reason) {
      return String.format(Locale.ROOT, "  %s = %s: %s", key, value, reason);
    }

    void shape(int slots) {
      if (!facts.resized()) {
        return;
      }
      String originals =
          facts.originalSide().isPresent()
              ? "the originals' smaller side has %d pixels"
                  .formatted(facts.originalSide().getAsInt())
              : "the originals' size is unknown";
      boolean small =
          facts.originalSide().orElse(LARGE_SIDE) < LARGE_SIDE
              || facts.count() < IMAGES_FOR_LARGE
              || slots < CORES_FOR_LARGE;
      String reason =
          "%s; %d from %d pixels, %,d images and %d cores on"
              .formatted(originals, LARGE_SIDE, LARGE_SIDE, IMAGES_FOR_LARGE, CORES_FOR_LARGE);
      int side = small ? SMALL_SIDE : LARGE_SIDE;
      choose("data.images.height", side, reason);
      choose("data.images.width", side, "as high as wide");
      if (facts.grey()) {
        choose("data.images.channels", 1, "the images have no colours");
      }
    }

    void networks(int slots) {
      int side = Math.min(imageShape().height(), imageShape().width());
      int halvings =
          Math.max(1, (int) Math.round(Math.log((double) side / SMALLEST_MAP) / Math.log(2)));
      int first = slots < CORES_FOR_WIDE ? NARROW_FILTERS : WIDE_FILTERS;
      List<Integer> filters =
          IntStream.range(0, halvings)
              .map(i -> Math.min(MOST_FILTERS, first << i))
              .boxed()
              .toList();
      String width =
          "%d filters beside the image, for %s than %d cores"
              .formatted(first, slots < CORES_FOR_WIDE ? "fewer" : "no fewer", CORES_FOR_WIDE);
      choose(
          "discriminator.layers",
          IntStream.range(0, halvings)
              .mapToObj(
                  i ->
                      "{type: convolution, filters: %d, kernel: 4, batch-norm: %s}"
                          .formatted(filters.get(i), i > 0))
              .collect(Collectors.joining(", ", "[", "]")),
          halvings + " convolutions",
          "each halves the sides, from %d to about %d; %s".formatted(side, SMALLEST_MAP, width));
      choose(
          "generator.layers",
          Stream.concat(
                  Stream.of(
                      "{type: project, channels: %d, batch-norm: true}"
                          .formatted(filters.get(halvings - 1))),
                  IntStream.iterate(halvings - 2, i -> i >= 0, i -> i - 1)
                      .mapToObj(
                          i ->
                              "{type: transposed-convolution, filters: %d, kernel: 4, batch-norm: true}"
                                  .formatted(filters.get(i))))
              .collect(Collectors.joining(", ", "[", "]")),
          "their reverse",
          "DCGAN's generator");
    }

    ImageShape imageShape() {
      DataConfig.ImagesConfig images = experiment().data().images();
      return facts.resized()
          ? new ImageShape(images.channels(), images.height(), images.width())
          : facts.shape();
    }

    void data() {
      boolean mirrored = facts.resized() && !facts.grey() && facts.count() < MANY_IMAGES;
      if (facts.resized()) {
        choose(
            "data.images.flip",
            mirrored,
            mirrored
                ? "photos may be mirrored, which doubles %s; false for writing"
                    .formatted(facts.images())
                : facts.grey()
                    ? "images without colours may be writing"
                    : "%s are enough".formatted(facts.images()));
      }
      boolean held = facts.count() >= IMAGES_FOR_VALIDATION && !facts.ownValidation();
      choose(
          "data.validation",
          held ? Math.min(MOST_VALIDATION, facts.count() / 10) : 0,
          facts.ownValidation()
              ? "the data have their own"
              : held
                  ? "a tenth, at most %,d, from %,d images on"
                      .formatted(MOST_VALIDATION, IMAGES_FOR_VALIDATION)
                  : "%s: too few to hold any out".formatted(facts.images()));
    }

    int images() {
      Experiment so = experiment();
      int left = Math.max(1, facts.count() - so.data().validation());
      int limited = so.data().limit() == 0 ? left : Math.min(left, so.data().limit());
      return facts.resized() && so.data().images().flip() ? 2 * limited : limited;
    }

    void batch(int slots) {
      int images = images();
      boolean many = images >= MANY_IMAGES;
      int together = Math.min(BATCH, images);
      choose(
          "train.workers",
          many ? slots : Math.min(slots, Math.max(1, together / SMALLEST_BATCH)),
          many
              ? "one per core"
              : "at most one per core, and each with at least %d images of a batch"
                  .formatted(SMALLEST_BATCH));
      int workers = workers(slots);
      choose(
          "train.batch-size",
          Math.max(1, Math.min(many ? BATCH : together / workers, images / workers)),
          many
              ? "for each worker"
              : "for each of %d workers, together about %d".formatted(workers, together));
    }

    private int workers(int slots) {
      int workers = experiment().train().workers();
      return workers == 0 ? slots : workers;
    }

    void length() {
      Experiment so = experiment();
      int perPass =
          Math.max(1, images() / Math.max(1, so.train().workers()) / so.train().batchSize());
      int passes = Math.max(1, Math.round((float) ITERATIONS / EPOCHS / perPass));
      choose(
          "train.passes",
          passes,
          "%,d iterations of each epoch, a pass has %,d"
              .formatted((long) passes * perPass, perPass));
      int perEpoch = perPass * experiment().train().passes();
      int epochs = Math.max(1, Math.round((float) ITERATIONS / perEpoch));
      choose(
          "train.epochs",
          epochs,
          "%,d iterations in all, where about %,d are meant"
              .formatted((long) epochs * perEpoch, ITERATIONS));
    }

    void augmentation() {
      boolean few = facts.count() < FEW_IMAGES;
      String limit = "fewer than %,d images".formatted(FEW_IMAGES);
      if (few) {
        choose("augment.colour", 1.0, limit + "; D would learn them by heart");
        choose("augment.translation", 0.125, limit);
        choose("augment.cutout", 0.5, limit);
      } else {
        lines.add(line("augment", "off", "%s are enough".formatted(facts.images())));
      }
    }

    void labels() {
      if (facts.classes() > 1 && !isGiven("labels.classes")) {
        lines.add(
            line(
                "labels.classes",
                "0",
                "the %d classes are not used; --set labels.classes=%d tells them to the networks"
                    .formatted(facts.classes(), facts.classes())));
      }
    }
  }
}
