package io.momentgan.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.momentgan.config.UserException;
import io.momentgan.evaluation.Quality;

/**
 * What is recorded of an evaluation: one line of {@code metrics/quality.jsonl}. The measures of
 * {@link Quality} stand in the line itself; those of real images and of independent pixels, between
 * which they are read, in {@code real} and {@code independent_pixels}.
 *
 * @param epoch of the checkpoint
 * @param round of the checkpoint
 * @param weights whose images: "raw" or "ema"
 * @param quality the measures
 * @param real the measures of held-out real images: the floor
 * @param independentPixels the measures of independent pixels: the ceiling
 * @param classHeadAccuracy share of the test images whose class the discriminator's class head
 *     names; NaN where it has none, or there are no test images
 * @param extractor name of the feature extractor; figures of others are not comparable
 * @param extractorAccuracy share of the held-out images that it classifies right
 * @param seed of the latent vectors
 * @param version of the software
 * @param seconds that the evaluation of the images took
 */
public record QualityLine(
    int epoch,
    long round,
    String weights,
    Quality quality,
    Quality real,
    Quality independentPixels,
    double classHeadAccuracy,
    String extractor,
    double extractorAccuracy,
    long seed,
    String version,
    double seconds) {

  /** The line, without its end. */
  String json() {
    ObjectNode line = Json.MAPPER.createObjectNode();
    line.put("epoch", epoch).put("round", round).put("weights", weights);
    line.setAll((ObjectNode) Json.MAPPER.valueToTree(quality));
    line.put("fd_floor", real.fd()).put("fd_ceiling", independentPixels.fd());
    line.set("class_head_accuracy", Json.MAPPER.valueToTree(classHeadAccuracy));
    line.put("extractor", extractor).put("extractor_accuracy", extractorAccuracy);
    line.put("seed", seed).put("version", version).put("seconds", seconds);
    line.set("real", Json.MAPPER.valueToTree(real));
    line.set("independent_pixels", Json.MAPPER.valueToTree(independentPixels));
    return Json.line(line);
  }

  /**
   * Reads a line.
   *
   * @param line the text
   * @param file the file's name, for messages
   * @throws UserException when it is no evaluation
   */
  static QualityLine parse(String line, String file) {
    try {
      ObjectNode node = (ObjectNode) Json.MAPPER.readTree(line);
      return new QualityLine(
          node.required("epoch").asInt(),
          node.required("round").asLong(),
          node.required("weights").asText(),
          Json.MAPPER.treeToValue(node, Quality.class),
          Json.MAPPER.treeToValue(node.required("real"), Quality.class),
          Json.MAPPER.treeToValue(node.required("independent_pixels"), Quality.class),
          node.path("class_head_accuracy").asDouble(Double.NaN),
          node.required("extractor").asText(),
          node.required("extractor_accuracy").asDouble(),
          node.required("seed").asLong(),
          node.required("version").asText(),
          node.required("seconds").asDouble());
    } catch (JsonProcessingException | IllegalArgumentException | ClassCastException e) {
      throw new UserException("%s: not the record of an evaluation: %s".formatted(file, line), e);
    }
  }

  /** Whether both are of the same images by the same measures. */
  boolean replaces(QualityLine other) {
    return round == other.round
        && weights.equals(other.weights)
        && extractor.equals(other.extractor)
        && seed == other.seed
        && quality.n() == other.quality.n();
  }
}
