package io.momentgan.extractor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.loops.HostArrays;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The extractors of this user, one per data set, each trained once: {@code
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
   * The cache.
   *
   * @param cache the user's cache folder, {@code data.cache}
   * @param versions of the software, for the records of new extractors
   */
  public ExtractorCache(Path cache, Map<String, String> versions) {
    this.root = cache.resolve("extractors");
    this.versions = versions;
  }

  /**
   * The extractor of a data set; trained now if there is none yet.
   *
   * @param spark the context that trains it
   * @param images the data
   */
  public TrainedExtractor of(JavaSparkContext spark, LabelledImages images) {
    Path folder = folder(images);
    Optional<TrainedExtractor> known = read(folder, images);
    return known.orElseGet(() -> train(spark, images, folder));
  }

  /**
   * Where what belongs to a data set's extractor is kept.
   *
   * @param images the data
   */
  public Path folder(LabelledImages images) {
    return root.resolve("%s-v%d".formatted(images.fingerprint(), ExtractorBlueprint.VERSION));
  }

  private TrainedExtractor train(JavaSparkContext spark, LabelledImages images, Path folder) {
    LOG.info(
        "Training the feature extractor of this data once, on {} images",
        images.training().count());
    ExtractorTraining.Result result = new ExtractorTraining(spark, images, SEED).run();
    byte[] zip = zip(result.model());
    String digest = digest(result.model());
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
    try {
      Files.createDirectories(folder);
      publish(folder.resolve(MODEL), zip);
      publish(folder.resolve(INFO), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(info));
    } catch (IOException e) {
      throw new UserException(
          "%s: the feature extractor cannot be kept there: %s; set data.cache to a folder that you may write to"
              .formatted(folder, e),
          e);
    }
    LOG.info("Feature extractor {}: accuracy {} in {}", info.name(), info.accuracy(), folder);
    return trained(info, result.model());
  }

  private static Optional<TrainedExtractor> read(Path folder, LabelledImages images) {
    if (!Files.exists(folder.resolve(INFO)) || !Files.exists(folder.resolve(MODEL))) {
      return Optional.empty();
    }
    try {
      ExtractorInfo info = JSON.readValue(folder.resolve(INFO).toFile(), ExtractorInfo.class);
      byte[] zip = Files.readAllBytes(folder.resolve(MODEL));
      MultiLayerNetwork model =
          ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(zip), false);
      if (digest(model).equals(info.sha256()) && images.fingerprint().equals(info.fingerprint())) {
        return Optional.of(trained(info, model));
      }
      LOG.warn("{} does not belong to its {}: the extractor is trained again", folder, INFO);
    } catch (JsonProcessingException e) {
      LOG.warn("{}/{} is damaged: the extractor is trained again", folder, INFO, e);
    } catch (IOException e) {
      throw new UserException("%s: cannot be read: %s; delete it".formatted(folder, e), e);
    }
    return Optional.empty();
  }

  private static TrainedExtractor trained(ExtractorInfo info, MultiLayerNetwork model) {
    ExtractorBlueprint blueprint =
        new ExtractorBlueprint(ImageShape.parse(info.shape()), info.classes());
    return new TrainedExtractor(
        info, new ExtractorState(blueprint, HostArrays.floats(model.params())));
  }

  private static byte[] zip(MultiLayerNetwork model) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ModelSerializer.writeModel(model, bytes, false);
    } catch (IOException e) {
      throw new IllegalStateException("Cannot write a network to memory", e);
    }
    return bytes.toByteArray();
  }

  private static void publish(Path file, byte[] bytes) throws IOException {
    Path temporary = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
    Files.write(temporary, bytes);
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Of the parameters rather than of the file, which holds the time at which it was written. */
  private static String digest(MultiLayerNetwork model) {
    float[] params = HostArrays.floats(model.params());
    ByteBuffer bytes = ByteBuffer.allocate(params.length * Float.BYTES);
    bytes.asFloatBuffer().put(params);
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }
}
