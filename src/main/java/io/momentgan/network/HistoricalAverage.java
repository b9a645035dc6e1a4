package io.momentgan.network;

import io.momentgan.kernels.HeldValues;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Historical averaging (Salimans et al. 2016, arXiv 1606.03498, section 3.3): a term c |theta -
 * mean|^2 of a network's loss, with the mean of the parameters theta before each of its updates so
 * far. The mean is a constant to the gradient 2 c (theta - mean).
 *
 * <p>The network's last parameters hold the mean ({@link HeldValues}), so snapshots, averages over
 * workers and checkpoints have it. Since the mean is linear, the average of the workers' means is
 * the mean of their average parameters.
 */
final class HistoricalAverage {
  private final double coefficient;
  private final INDArray params;
  private final INDArray gradient;
  private final INDArray mean;
  private final INDArray difference;
  private final List<INDArray> statistics;

  /**
   * Prepares the term of a network.
   *
   * @param coefficient c
   * @param params the parameters, which the mean follows [length]
   * @param gradient of the summed loss with respect to them [length]
   * @param mean of their past values [length]
   * @param statistics parts of them that no gradient trains
   */
  HistoricalAverage(
      double coefficient,
      INDArray params,
      INDArray gradient,
      INDArray mean,
      List<ParameterLayout.Range> statistics) {
    this.coefficient = coefficient;
    this.params = params;
    this.gradient = gradient;
    this.mean = mean;
    this.difference = params.ulike();
    this.statistics = statistics.stream().map(range -> range.view(difference)).toList();
  }

  /**
   * Prepares the term of a network whose last layer holds the mean.
   *
   * @param coefficient c
   * @param model the network
   * @param layout of its parameters
   */
  static HistoricalAverage of(double coefficient, MultiLayerNetwork model, ParameterLayout layout) {
    int end = layout.length();
    ParameterLayout.Range held = held(model, end);
    ParameterLayout.Range followed = new ParameterLayout.Range(0, held.length());
    INDArray params = model.params().reshape(end);
    return new HistoricalAverage(
        coefficient,
        followed.view(params),
        followed.view(model.getFlattenedGradients().reshape(end)),
        held.view(params),
        layout.statistics().stream()
            .flatMap(s -> List.of(s.mean(), s.variance()).stream())
            .toList());
  }

  /** Returns the part of a vector of a network that holds the mean: the last layer's. */
  static ParameterLayout.Range held(MultiLayerNetwork model, int end) {
    int length = (int) model.getLayer(model.getnLayers() - 1).numParams();
    return new ParameterLayout.Range(end - length, end);
  }

  /**
   * Takes the parameters into the mean and adds the term's gradient, before an update.
   *
   * @param batchSize number of images whose losses are summed
   * @param updates number of the network's updates so far
   */
  void addGradient(int batchSize, int updates) {
    params.sub(mean, difference);
    mean.addi(difference.divi(updates + 1.0));
    params.sub(mean, difference);
    statistics.forEach(part -> part.assign(0));
    gradient.addi(difference.muli(2 * coefficient * batchSize));
  }
}
