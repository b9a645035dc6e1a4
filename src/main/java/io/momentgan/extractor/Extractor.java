package io.momentgan.extractor;

import io.momentgan.kernels.loops.HostArrays;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Turns images into features and class probabilities. Belongs to one thread. */
public final class Extractor {
  private static final int IMAGES_AT_ONCE = 250;

  private final ExtractorBlueprint blueprint;
  private final MultiLayerNetwork model;

  Extractor(ExtractorBlueprint blueprint, float[] params) {
    this.blueprint = blueprint;
    model = new MultiLayerNetwork(blueprint.configuration(0, 1));
    model.init(HostArrays.toArray(params, 1, params.length), false);
  }

  /**
   * Features and class probabilities of images.
   *
   * @param features [n, {@link TrainedExtractor#features}], row after row, 0 or more; never mutated
   * @param logProbabilities natural logarithms [n, classes], row after row; never mutated
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Answers(float[] features, float[] logProbabilities) {}

  /**
   * Extracts features and class probabilities.
   *
   * @param rows images [n, values] in [-1, 1], each in channel, row, column order
   */
  public Answers extract(float[] rows) {
    int length = blueprint.shape().features();
    int count = rows.length / length;
    int width = ExtractorBlueprint.FEATURES;
    int classes = blueprint.classes();
    float[] features = new float[count * width];
    float[] logProbabilities = new float[count * classes];
    for (int from = 0; from < count; from += IMAGES_AT_ONCE) {
      int to = Math.min(count, from + IMAGES_AT_ONCE);
      float[] some = Arrays.copyOfRange(rows, from * length, to * length);
      List<INDArray> activations =
          model.feedForward(HostArrays.toArray(some, to - from, length), false);
      INDArray hidden = activations.get(activations.size() - 2);
      float[] logits = HostArrays.floats(logits(hidden));
      System.arraycopy(HostArrays.floats(hidden), 0, features, from * width, (to - from) * width);
      for (int i = 0; i < to - from; i++) {
        logSoftmax(logits, i * classes, logProbabilities, (from + i) * classes, classes);
      }
    }
    return new Answers(features, logProbabilities);
  }

  // Probabilities come from the logits: a softmax that underflows has no logarithm.
  private INDArray logits(INDArray hidden) {
    return hidden
        .mmul(model.getOutputLayer().getParam("W"))
        .addiRowVector(model.getOutputLayer().getParam("b"));
  }

  private static void logSoftmax(float[] logits, int from, float[] into, int to, int classes) {
    double most = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      most = Math.max(most, logits[from + c]);
    }
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += Math.exp(logits[from + c] - most);
    }
    for (int c = 0; c < classes; c++) {
      into[to + c] = (float) (logits[from + c] - most - Math.log(sum));
    }
  }
}
