package io.momentgan.extractor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.state.NetworkState;
import io.momentgan.storage.Digests;
import io.momentgan.storage.Publication;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.util.ModelSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's extractors, one per data set and task, each trained once: {@code
 * extractors/<fingerprint>-v1/extractor.zip} (Deeplearning4j's format) and {@code extractor.json};
 * {@code <fingerprint>-rotation-v1} without labels. The embedded data's extractor is a resource of
 * this package, in a folder of the same name.
 */
public final class ExtractorCache {
  private static final Logger LOG = LoggerFactory.getLogger(ExtractorCache.class);
  private static final long SEED = 1;
  private static final int NAME_DIGITS = 8;

  /** Accuracy over that of guessing, below which a user is warned. */
  private static final double LEAST_GAIN = 1.6;

  private static final String MODEL = "extractor.zip";
  private static final String INFO = "extractor.json";
  private static final JsonMapper JSON = new JsonMapper();

  private final Path root;
  private final Map<String, String> versions;

  /**
   * Names the cache.
   *
   * @param cache the user's cache folder, {@code data.cache}
   * @param versions of the software, recorded with new extractors
   */
  public ExtractorCache(Path cache, Map<String, String> versions) {
    this.root = cache.resolve("extractors");
    this.versions = versions;
  }

  /** Reads the extractor of a data set, or trains it if there is none yet. */
  public TrainedExtractor of(JavaSparkContext spark, MeasuredImages images) {
    TrainedExtractor extractor = read(images).orElseGet(() -> train(spark, images));
    ExtractorInfo info = extractor.info();
    LOG.info(
        "Feature extractor {}: accuracy {} on {} held-out images of {} {}; its figures are kept in {}",
        info.name(),
        info.accuracy(),
        info.heldOut(),
        info.classes(),
        info.task() == ExtractorTask.CLASSES ? "classes" : "angles",
        folder(images));
    if (info.task() == ExtractorTask.ROTATION
        && info.accuracy() < LEAST_GAIN * (1.0 / info.classes())) {
      LOG.warn(
          "Feature extractor {} tells the angles of images little better than by chance ({}), as with too few images: its"
              + " figures say little",
          info.name(),
          1.0 / info.classes());
    }
    return extractor;
  }

  /** Names the folder of a data set's extractor and of figures that belong to it. */
  public Path folder(MeasuredImages images) {
    return root.resolve(folderName(images));
  }

  private static String folderName(MeasuredImages images) {
    String task = images.task() == ExtractorTask.CLASSES ? "" : "-" + images.task().prefix();
    return "%s%s-v%d".formatted(images.fingerprint(), task, ExtractorBlueprint.VERSION);
  }

  /** Name of a data set's extractor, if there is one. */
  public Optional<String> name(MeasuredImages images) {
    Path folder = folder(images);
    try {
      Optional<byte[]> info = bytes(images, INFO);
      return info.isPresent()
          ? Optional.of(JSON.readValue(info.get(), ExtractorInfo.class).name())
          : Optional.empty();
    } catch (IOException e) {
      throw new UserException(
          "%s: cannot be read: %s; delete it".formatted(folder.resolve(INFO), e), e);
    }
  }

  /** A file of the user's own extractor, if that is whole, or else of one of this package. */
  private Optional<byte[]> bytes(MeasuredImages images, String name) throws IOException {
    Path own = folder(images);
    if (Files.exists(own.resolve(MODEL)) && Files.exists(own.resolve(INFO))) {
      return Optional.of(Files.readAllBytes(own.resolve(name)));
    }
    String resource = folderName(images) + "/" + name;
    try (InputStream stream = ExtractorCache.class.getResourceAsStream(resource)) {
      return stream == null ? Optional.empty() : Optional.of(stream.readAllBytes());
    }
  }

  private TrainedExtractor train(JavaSparkContext spark, MeasuredImages images) {
    LOG.info(
        "Training the feature extractor of this data once, on {} images",
        images.training().count());
    ExtractorTraining.Result result = new ExtractorTraining(spark, images, SEED).run();
    float[] params = HostArrays.floats(result.model().params());
    String digest = digest(params);
    ExtractorInfo info =
        new ExtractorInfo(
            "%s-v%d-%s"
                .formatted(
                    images.task().prefix(),
                    ExtractorBlueprint.VERSION,
                    digest.substring(0, NAME_DIGITS)),
            images.task(),
            images.fingerprint(),
            images.shape().toString(),
            result.blueprint().classes(),
            result.accuracy(),
            images.heldOut().count(),
            result.epochs(),
            SEED,
            digest,
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
            versions);
    Path folder = folder(images);
    try {
      ByteArrayOutputStream zip = new ByteArrayOutputStream();
      ModelSerializer.writeModel(result.model(), zip, false);
      Publication.local(folder.resolve(MODEL), zip.toByteArray());
      Publication.local(
          folder.resolve(INFO), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(info));
    } catch (IOException e) {
      throw new UserException(
          "%s: the feature extractor cannot be kept there: %s; set data.cache to a folder that you may write to"
              .formatted(folder, e),
          e);
    }
    return new TrainedExtractor(info, result.blueprint(), params);
  }

  private Optional<TrainedExtractor> read(MeasuredImages images) {
    Path folder = folder(images);
    try {
      Optional<byte[]> json = bytes(images, INFO);
      Optional<byte[]> model = bytes(images, MODEL);
      if (json.isEmpty() || model.isEmpty()) {
        return Optional.empty();
      }
      ExtractorInfo info = JSON.readValue(json.get(), ExtractorInfo.class);
      ExtractorBlueprint blueprint =
          new ExtractorBlueprint(ImageShape.parse(info.shape()), info.classes());
      float[] params = NetworkState.ofZip(model.get(), blueprint.size()).params();
      if (digest(params).equals(info.sha256()) && images.fingerprint().equals(info.fingerprint())) {
        return Optional.of(new TrainedExtractor(info, blueprint, params));
      }
      LOG.warn("{} does not belong to its {}: the extractor is trained again", folder, INFO);
    } catch (JsonProcessingException e) {
      LOG.warn("{}/{} is damaged: the extractor is trained again", folder, INFO, e);
    } catch (IOException e) {
      throw new UserException("%s: cannot be read: %s; delete it".formatted(folder, e), e);
    }
    return Optional.empty();
  }

  // The parameters are hashed rather than the file, which holds the time of its writing. The names
  // of published extractors depend on the order of the bytes.
  private static String digest(float[] params) {
    return Digests.sha256(params, ByteOrder.BIG_ENDIAN);
  }
}
