package io.momentgan.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.config.Kernels;
import io.momentgan.config.UserException;
import io.momentgan.config.YamlFiles;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageShape;
import io.momentgan.storage.Folder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run's {@code run.yaml}: everything that the run follows from.
 *
 * @param experiment the resolved settings
 * @param versions of the software that began the run
 * @param data kind, uri, fingerprint, number of training images and shape of the data
 * @param created when the run began
 * @param threads of each worker's matrix products, {@code OMP_NUM_THREADS}; empty if not set
 */
public record RunRecord(
    Experiment experiment,
    Map<String, String> versions,
    Map<String, String> data,
    String created,
    String threads) {
  /** The file that makes a folder the folder of a run. */
  public static final String FILE = "run.yaml";

  private static final Logger LOG = LoggerFactory.getLogger(RunRecord.class);
  private static final String PRODUCTS = "fast-products";
  private static final String THREADS = "OMP_NUM_THREADS";
  private static final YAMLMapper YAML = new YAMLMapper(YamlFiles.factory());

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
        Map.of(
            "kind", images.kind().toString(),
            "uri", images.uri(),
            "fingerprint", images.fingerprint(),
            "training", Integer.toString(images.training().count()),
            "shape", images.shape().toString()),
        now.truncatedTo(ChronoUnit.SECONDS).toString(),
        currentThreads());
  }

  /**
   * Reads a run's record.
   *
   * @param folder the run's folder
   * @throws UserException when it is damaged
   */
  public static RunRecord read(Folder folder) {
    String file = folder.uri() + "/" + RunRecord.FILE;
    try {
      JsonNode tree = YAML.readTree(folder.readText(RunRecord.FILE));
      String settings = YAML.writeValueAsString(tree.required("experiment"));
      return new RunRecord(
          ExperimentReader.read(settings, file, List.of()),
          texts(tree.required("versions")),
          texts(tree.required("data")),
          tree.required("created").asText(),
          tree.path("threads").asText(""));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new UserException(
          "%s: not the record of a run: %s"
              .formatted(file, e.getMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  /** The same run with some settings changed. */
  public RunRecord with(List<String> overrides) {
    String settings = ExperimentReader.write(experiment);
    Experiment changed = ExperimentReader.read(settings, RunRecord.FILE, overrides);
    return new RunRecord(changed, versions, data, created, threads);
  }

  /** Warns where matrix products will be summed in another order than when the run began. */
  public void warnOfOtherThreads() {
    if (!threads.equals(currentThreads())) {
      LOG.warn(
          "The run began with {}={} and goes on with \"{}\": its figures will differ in the last bits",
          THREADS,
          threads,
          currentThreads());
    }
  }

  /** Warns where another library sums than when the run began. */
  public void warnOfOtherProducts() {
    String now = Versions.all().get(PRODUCTS);
    if (hasOtherProducts(now)) {
      LOG.warn(
          "The run began with matrix products by {} and goes on with {}: its figures will differ in the last bits",
          versions.getOrDefault(PRODUCTS, "OpenBLAS"),
          now);
    }
  }

  /** Whether the run's kernels began with another library; stock ones have ND4J's. */
  boolean hasOtherProducts(String now) {
    return experiment.kernels() == Kernels.FAST
        && !now.equals(versions.getOrDefault(PRODUCTS, "OpenBLAS"));
  }

  private static String currentThreads() {
    return System.getenv().getOrDefault(THREADS, "");
  }

  /** The file's text. */
  public String toYaml() {
    try {
      ObjectNode tree = YAML.createObjectNode();
      tree.set("experiment", YAML.readTree(ExperimentReader.write(experiment)));
      tree.set("versions", YAML.valueToTree(versions));
      tree.set("data", YAML.valueToTree(new TreeMap<>(data)));
      tree.put("created", created);
      tree.put("workers", experiment.train().workers());
      tree.put("threads", threads);
      return YAML.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The run's record cannot be written as YAML", e);
    }
  }

  /** Shape of the run's images. */
  public ImageShape shape() {
    int[] extents = Stream.of(data.get("shape").split("x")).mapToInt(Integer::parseInt).toArray();
    return new ImageShape(extents[0], extents[1], extents[2]);
  }

  /**
   * Refuses data other than what the run began with.
   *
   * @param images the data
   * @throws UserException when its fingerprint differs
   */
  public void requireSame(DataSet images) {
    if (!images.fingerprint().equals(data.get("fingerprint"))) {
      throw new UserException(
          ("%s: found data with fingerprint %s, expected %s, what the run began with; give its"
                  + " location by --set data.uri=...")
              .formatted(images.uri(), images.fingerprint(), data.get("fingerprint")));
    }
  }

  private static Map<String, String> texts(JsonNode node) {
    Map<String, String> result = new LinkedHashMap<>();
    node.fields().forEachRemaining(f -> result.put(f.getKey(), f.getValue().asText()));
    return result;
  }
}
