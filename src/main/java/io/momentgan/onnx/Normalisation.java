package io.momentgan.onnx;

import static io.momentgan.onnx.OnnxGraph.integers;
import static io.momentgan.onnx.OnnxGraph.number;

import io.momentgan.kernels.batch.VirtualBatchNorm;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.AttributeProto;

/**
 * Normalises the channels of rows. Arrays have a value for each channel; variances are biased.
 *
 * @param graph where nodes are added
 * @param rows the rows, which become normalised
 */
record Normalisation(OnnxGraph graph, GraphRows rows) {
  /** Normalises by the statistics of all rows of a call. */
  void ofBatch(double epsilon, float[] gamma, float[] beta) {
    AttributeProto axes = rows.areImages() ? integers("axes", 0, 2, 3) : integers("axes", 0);
    String mean = graph.node("ReduceMean", List.of(rows.name()), axes);
    String centred = node("Sub", rows.name(), mean);
    String variance = graph.node("ReduceMean", List.of(node("Mul", centred, centred)), axes);
    scale(centred, variance, epsilon, gamma, beta);
  }

  /** Normalises by statistics that do not change. */
  void running(double epsilon, float[] gamma, float[] beta, float[] mean, float[] variance) {
    long channels = rows.channels();
    rows.replace(
        graph.node(
            "BatchNormalization",
            List.of(
                rows.name(),
                graph.constant(gamma, channels),
                graph.constant(beta, channels),
                graph.constant(mean, channels),
                graph.constant(variance, channels)),
            number("epsilon", epsilon)));
  }

  /** Normalises each channel of each image by itself. */
  void ofImage(double epsilon) {
    float[] ones = new float[(int) rows.channels()];
    Arrays.fill(ones, 1);
    String scale = graph.constant(ones, ones.length);
    String shift = graph.constant(new float[ones.length], ones.length);
    rows.replace(
        graph.node(
            "InstanceNormalization",
            List.of(rows.name(), scale, shift),
            number("epsilon", epsilon)));
  }

  /**
   * Normalises each row by the statistics of itself and the reference batch.
   *
   * @param ofReference mean of the reference batch
   * @param variance of the reference batch
   */
  // Means of squares are of values less the reference's mean: floats would lose a small variance
  // beside a large mean.
  void virtual(
      VirtualBatchNorm settings,
      float[] gamma,
      float[] beta,
      float[] ofReference,
      float[] variance) {
    double share = 1.0 / (settings.reference() + 1);
    float[] others = variance.clone();
    for (int c = 0; c < others.length; c++) {
      others[c] *= (float) (1 - share);
    }
    String relative = node("Sub", rows.name(), ofChannels(ofReference));
    String mean = node("Mul", spatialMean(relative), graph.constant(share));
    String own = node("Mul", spatialMean(node("Mul", relative, relative)), graph.constant(share));
    String square = node("Add", own, ofChannels(others));
    String together = node("Sub", square, node("Mul", mean, mean));
    scale(node("Sub", relative, mean), together, settings.epsilon(), gamma, beta);
  }

  private String spatialMean(String of) {
    return rows.areImages() ? graph.node("ReduceMean", List.of(of), integers("axes", 2, 3)) : of;
  }

  /** Makes the rows gamma * centred / sqrt(variance + epsilon) + beta. */
  private void scale(String centred, String variance, double epsilon, float[] gamma, float[] beta) {
    String raised = node("Add", variance, graph.constant(epsilon));
    String unit = node("Div", centred, graph.node("Sqrt", List.of(raised)));
    rows.replace(node("Add", node("Mul", unit, ofChannels(gamma)), ofChannels(beta)));
  }

  /** Adds a constant for each channel of the rows. */
  private String ofChannels(float[] values) {
    return rows.areImages()
        ? graph.constant(values, 1, values.length, 1, 1)
        : graph.constant(values, 1, values.length);
  }

  private String node(String operator, String a, String b) {
    return graph.node(operator, List.of(a, b));
  }
}
