package io.momentgan.extractor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.storage.Digests;
import io.momentgan.storage.Publication;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's extractors, one per data set, each trained once: {@code
 * extractors/<fingerprint>-v1/extractor.zip} (Deeplearning4j's format) and {@code extractor.json}.
 */
public final class ExtractorCache {
  private static final Logger LOG = LoggerFactory.getLogger(ExtractorCache.class);
  private static final long SEED = 1;
  private static final int NAME_DIGITS = 8;
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
  public TrainedExtractor of(JavaSparkContext spark, LabelledImages images) {
    TrainedExtractor extractor = read(images).orElseGet(() -> train(spark, images));
    ExtractorInfo info = extractor.info();
    LOG.info(
        "Feature extractor {}: accuracy {} on {} held-out images of {} classes; kept in {}",
        info.name(),
        info.accuracy(),
        info.heldOut(),
        info.classes(),
        folder(images));
    return extractor;
  }

  /** Names the folder of a data set's extractor and of figures that belong to it. */
  public Path folder(LabelledImages images) {
    return root.resolve("%s-v%d".formatted(images.fingerprint(), ExtractorBlueprint.VERSION));
  }

  /** Name of a data set's extractor, if it was trained before. */
  public Optional<String> name(LabelledImages images) {
    Path info = folder(images).resolve(INFO);
    try {
      return Files.exists(info)
          ? Optional.of(JSON.readValue(info.toFile(), ExtractorInfo.class).name())
          : Optional.empty();
    } catch (IOException e) {
      throw new UserException("%s: cannot be read: %s; delete it".formatted(info, e), e);
    }
  }

  private TrainedExtractor train(JavaSparkContext spark, LabelledImages images) {
    LOG.info(
        "Training the feature extractor of this data once, on {} images",
        images.training().count());
    ExtractorTraining.Result result = new ExtractorTraining(spark, images, SEED).run();
    float[] params = HostArrays.floats(result.model().params());
    String digest = digest(params);
    ExtractorInfo info =
        new ExtractorInfo(
            "lenet-v%d-%s".formatted(ExtractorBlueprint.VERSION, digest.substring(0, NAME_DIGITS)),
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

  private Optional<TrainedExtractor> read(LabelledImages images) {
    Path folder = folder(images);
    Path model = folder.resolve(MODEL);
    Path json = folder.resolve(INFO);
    if (!Files.exists(json) || !Files.exists(model)) {
      return Optional.empty();
    }
    try {
      ExtractorInfo info = JSON.readValue(json.toFile(), ExtractorInfo.class);
      float[] params = HostArrays.floats(MultiLayerNetwork.load(model.toFile(), false).params());
      if (digest(params).equals(info.sha256()) && images.fingerprint().equals(info.fingerprint())) {
        ImageShape shape = ImageShape.parse(info.shape());
        return Optional.of(
            new TrainedExtractor(info, new ExtractorBlueprint(shape, info.classes()), params));
      }
      LOG.warn("{} does not belong to its {}: the extractor is trained again", folder, INFO);
    } catch (JsonProcessingException e) {
      LOG.warn("{} is damaged: the extractor is trained again", json, e);
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
