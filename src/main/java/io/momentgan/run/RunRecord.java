package io.momentgan.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.momentgan.config.Experiment;
import io.momentgan.config.Experiment.EngineName;
import io.momentgan.config.Experiment.Kernels;
import io.momentgan.config.ExperimentReader;
import io.momentgan.config.UserException;
import io.momentgan.config.YamlFiles;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageShape;
import io.momentgan.device.Threads;
import io.momentgan.network.GanNetworks;
import io.momentgan.partition.WorkerHistory;
import io.momentgan.partition.WorkerHistory.Stretch;
import io.momentgan.storage.Folder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run's {@code run.yaml}: everything that the run follows from.
 *
 * @param experiment the resolved settings
 * @param versions of the software that began the run
 * @param data facts of the data
 * @param created when the run began, UTC, ISO 8601
 * @param threads of each worker's matrix products, {@code OMP_NUM_THREADS}; empty if not set
 * @param workers how many the run has had, and what they computed with
 */
public record RunRecord(
    Experiment experiment,
    Map<String, String> versions,
    Data data,
    String created,
    String threads,
    WorkerHistory workers) {
  /** The file that makes a folder the folder of a run. */
  public static final String FILE = "run.yaml";

  /** Largest record that is read. */
  public static final int MOST_BYTES = 1 << 21;

  private static final Logger LOG = LoggerFactory.getLogger(RunRecord.class);
  private static final String PRODUCTS = "fast-products";
  private static final YAMLMapper YAML = new YAMLMapper(YamlFiles.factory());

  /**
   * Facts of a run's data.
   *
   * @param kind such as "idx"
   * @param uri where it was
   * @param fingerprint of its bytes and splits
   * @param training number of training images
   * @param shape channels x height x width, such as "1x28x28"
   * @param classes names of the classes, class 0 first; empty where labels are only numbers
   */
  public record Data(
      String kind,
      String uri,
      String fingerprint,
      int training,
      String shape,
      List<String> classes) {
    public Data {
      ImageShape.parse(shape);
      classes = List.copyOf(classes);
    }

    static Data of(DataSet images) {
      return new Data(
          images.kind().toString(),
          images.uri(),
          images.fingerprint(),
          images.training().count(),
          images.shape().toString(),
          images.classes());
    }
  }

  /**
   * The record of a new run.
   *
   * @param experiment the resolved settings
   * @param images the data
   * @param now the time
   */
  public static RunRecord of(Experiment experiment, DataSet images, Instant now) {
    return new RunRecord(
        experiment,
        Versions.all(),
        Data.of(images),
        now.truncatedTo(ChronoUnit.SECONDS).toString(),
        Threads.inUse(),
        new WorkerHistory(List.of(stretch(1, experiment, ""))));
  }

  private static Stretch stretch(long round, Experiment experiment, String device) {
    return new Stretch(
        round,
        experiment.train().workers(),
        nameOf(experiment.engine()),
        Versions.library(experiment.engine()),
        device);
  }

  private static String nameOf(EngineName engine) {
    return engine.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a run's record.
   *
   * @param folder the run's folder
   * @throws UserException when it is damaged or of another format
   */
  public static RunRecord read(Folder folder) {
    String file = folder.uri() + "/" + FILE;
    try {
      return of(YAML.readTree(folder.readText(FILE, MOST_BYTES)), file);
    } catch (JsonProcessingException e) {
      throw damaged(file, e);
    }
  }

  /**
   * Reads the record of a run, if a text is one.
   *
   * @param text content of a file
   * @param file its name, for messages
   * @return empty for any other text, such as an experiment's settings
   * @throws UserException when it is damaged or of another format
   */
  public static Optional<RunRecord> parse(String text, String file) {
    try {
      JsonNode tree = YAML.readTree(text);
      return ExperimentReader.isRecord(tree) ? Optional.of(of(tree, file)) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static RunRecord of(JsonNode tree, String file) {
    try {
      JsonNode settings = tree.required("experiment");
      ExperimentReader.requireRecordFormat(tree, file);
      Experiment experiment =
          ExperimentReader.read(YAML.writeValueAsString(settings), file, List.of());
      return new RunRecord(
          experiment,
          YAML.convertValue(
              tree.required("versions"),
              YAML.getTypeFactory().constructMapType(TreeMap.class, String.class, String.class)),
          YAML.treeToValue(tree.required("data").requireNonNull(), Data.class),
          tree.required("created").asText(),
          tree.required("threads").asText(),
          tree.has("workers")
              ? YAML.treeToValue(
                  YAML.createObjectNode().set("stretches", tree.get("workers")),
                  WorkerHistory.class)
              : WorkerHistory.of(experiment.train().workers()));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw damaged(file, e);
    }
  }

  private static UserException damaged(String file, Exception e) {
    return new UserException(
        "%s: not the record of a run: %s"
            .formatted(file, e.getMessage().lines().findFirst().orElse("")),
        e);
  }

  /** This run with some settings overridden. */
  public RunRecord with(List<String> overrides) {
    return with(ExperimentReader.override(experiment, FILE, overrides));
  }

  /** This run with other settings. */
  public RunRecord with(Experiment changed) {
    return new RunRecord(changed, versions, data, created, threads, workers);
  }

  /**
   * This run as it goes on with the workers and the engine of its settings, on the devices that it
   * had; another engine's are not known yet.
   *
   * @param rounds that are made
   */
  public RunRecord goingOn(long rounds) {
    Stretch before = workers.in(rounds);
    boolean other =
        !before.engine().isEmpty() && !before.engine().equals(nameOf(experiment.engine()));
    return goingOn(rounds, other ? "" : before.device());
  }

  /**
   * This run as it goes on with the workers and the engine of its settings.
   *
   * @param rounds that are made
   * @param device the workers' processors
   */
  public RunRecord goingOn(long rounds, String device) {
    WorkerHistory going = workers.with(stretch(rounds + 1, experiment, device));
    return new RunRecord(experiment, versions, data, created, threads, going);
  }

  /** Warns of everything that makes this process compute other last bits than the run so far. */
  public void warnOfOtherBits() {
    if (!threads.equals(Threads.inUse())) {
      LOG.warn(
          "The run began with {}={}, and this process has \"{}\": figures will differ in the last bits",
          Threads.VARIABLE,
          threads,
          Threads.inUse());
    }
    String now = Versions.all().get(PRODUCTS);
    if (hasOtherProducts(now)) {
      LOG.warn(
          "The run began with matrix products by {}, and this process has {}: figures will differ in the last bits",
          versions.getOrDefault(PRODUCTS, "OpenBLAS"),
          now);
    }
  }

  /** Warns of an engine other than before. */
  public void warnOfOtherEngine(Experiment next) {
    if (next.engine() != experiment.engine()) {
      LOG.warn(
          "Engine: {} from here on, {} before: figures differ from those of a run of one engine",
          nameOf(next.engine()),
          nameOf(experiment.engine()));
    }
  }

  /** Warns that a new run of the settings will not be this one if its history has several parts. */
  public void warnOfChangedWorkers() {
    if (workers.hasChanged()) {
      LOG.warn(
          "The run had other workers, engines or devices on its way ({}), a new one has {} by {} throughout: figures will differ",
          workers,
          experiment.train().workers(),
          nameOf(experiment.engine()));
    }
  }

  /**
   * Warns of a number of workers other than before.
   *
   * @param made number of rounds that the run has made
   */
  public void warnOfOtherWorkers(long made) {
    int before = workers.in(made).workers();
    if (made > 0 && workers.last().workers() != before) {
      LOG.warn(
          "Workers: {} from round {} on, {} before: figures differ from those of a run whose number of workers stays",
          workers.last().workers(),
          made + 1,
          before);
    }
  }

  /** Whether the run's kernels began with another library; stock ones have ND4J's. */
  boolean hasOtherProducts(String now) {
    return experiment.kernels() == Kernels.FAST
        && !now.equals(versions.getOrDefault(PRODUCTS, "OpenBLAS"));
  }

  /** The file's text. */
  public String toYaml() {
    try {
      ObjectNode tree = YAML.createObjectNode();
      tree.put("format", ExperimentReader.RECORD_FORMAT);
      tree.set("experiment", YAML.readTree(ExperimentReader.write(experiment)));
      tree.set("versions", YAML.valueToTree(versions));
      tree.set("data", YAML.valueToTree(data));
      tree.put("created", created);
      tree.put("threads", threads);
      tree.set("workers", YAML.valueToTree(workers.stretches()));
      return YAML.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The run's record cannot be written as YAML", e);
    }
  }

  /** Shape of the run's images. */
  public ImageShape shape() {
    return ImageShape.parse(data.shape());
  }

  /**
   * Counts the values of the generator's parameters, statistics of batch normalisation included.
   */
  public long generatorParameters() {
    return GanNetworks.generatorSize(experiment, shape()).parameters();
  }

  /** Counts the discriminator's, as {@link #generatorParameters}. */
  public long discriminatorParameters() {
    return GanNetworks.discriminatorSize(experiment, shape()).parameters();
  }

  /**
   * Warns of data other than what the run began with, where the settings ask for the same.
   *
   * @param again settings of a new run that is to repeat this one
   * @param images the data that they lead to
   */
  public void warnOfOtherData(Experiment again, DataSet images) {
    if (again.data().equals(experiment.data())
        && !images.fingerprint().equals(data.fingerprint())) {
      LOG.warn(
          "{}: the data have changed since the run was recorded (fingerprint {}, recorded {}): figures will differ",
          images.uri(),
          images.fingerprint(),
          data.fingerprint());
    }
  }

  /**
   * Refuses data other than what the run began with.
   *
   * @param images the data
   * @throws UserException when its fingerprint differs
   */
  public void requireSame(DataSet images) {
    if (!images.fingerprint().equals(data.fingerprint())) {
      throw new UserException(
          ("%s: found data with fingerprint %s, expected %s, what the run began with; give its"
                  + " location by --set data.uri=...")
              .formatted(images.uri(), images.fingerprint(), data.fingerprint()));
    }
  }
}
