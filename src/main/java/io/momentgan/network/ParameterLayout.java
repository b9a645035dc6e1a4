package io.momentgan.network;

import io.momentgan.kernels.batch.VirtualBatchNorm;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The layout of a network's flat parameter vector.
 *
 * @param length length of the vector
 * @param gammas scales of batch normalisation
 * @param statistics running statistics of batch normalisation
 */
public record ParameterLayout(int length, List<Range> gammas, List<RunningStatistics> statistics)
    implements Serializable {
  /**
   * A part of the vector.
   *
   * @param from first index
   * @param to one past the last index
   */
  public record Range(int from, int to) implements Serializable {
    /** Returns the number of values. */
    public int length() {
      return to - from;
    }

    INDArray view(INDArray vector) {
      return vector.get(NDArrayIndex.interval(from, to));
    }
  }

  /**
   * Running mean and variance of a batch normalisation.
   *
   * @param mean range of the means
   * @param variance range of the variances, in the same order
   */
  public record RunningStatistics(Range mean, Range variance) implements Serializable {}

  static ParameterLayout of(MultiLayerNetwork model) {
    List<Range> gammas = new ArrayList<>();
    List<RunningStatistics> statistics = new ArrayList<>();
    int at = 0;
    for (Layer layer : model.getLayers()) {
      Range mean = null;
      for (Map.Entry<String, INDArray> param : layer.paramTable().entrySet()) {
        Range range = new Range(at, at + (int) param.getValue().length());
        at = range.to();
        if (layer instanceof BatchNormalization
            || layer.conf().getLayer() instanceof VirtualBatchNorm) {
          switch (param.getKey()) {
            case BatchNormalizationParamInitializer.GAMMA -> gammas.add(range);
            case BatchNormalizationParamInitializer.GLOBAL_MEAN -> mean = range;
            case BatchNormalizationParamInitializer.GLOBAL_VAR ->
                statistics.add(new RunningStatistics(mean, range));
            default -> {}
          }
        }
      }
    }
    return new ParameterLayout(at, List.copyOf(gammas), List.copyOf(statistics));
  }

  /** Returns the first layer that differs in the shapes of its parameters, and how, if one does. */
  static Optional<String> difference(MultiLayerNetwork network, MultiLayerNetwork expected) {
    for (int i = 0; i < Math.max(network.getnLayers(), expected.getnLayers()); i++) {
      String found = shapes(network, i);
      String wanted = shapes(expected, i);
      if (!found.equals(wanted)) {
        return Optional.of(
            "layer %d of %d has %s, expected %s"
                .formatted(i + 1, network.getnLayers(), found, wanted));
      }
    }
    return Optional.empty();
  }

  private static String shapes(MultiLayerNetwork network, int layer) {
    return layer >= network.getnLayers()
        ? "nothing"
        : network.getLayer(layer).paramTable().entrySet().stream()
            .map(p -> p.getKey() + " " + Arrays.toString(p.getValue().shape()))
            .collect(
                Collectors.collectingAndThen(
                    Collectors.joining(", "), s -> s.isEmpty() ? "no parameters" : s));
  }

  /**
   * Copies the running statistics of batch normalisation from one parameter vector to another.
   *
   * @param from parameters
   * @param to parameters of a network of the same layout
   */
  public void copyStatistics(float[] from, float[] to) {
    for (RunningStatistics s : statistics) {
      for (Range range : List.of(s.mean(), s.variance())) {
        System.arraycopy(from, range.from(), to, range.from(), range.length());
      }
    }
  }

  /** Copies the running statistics out of parameters: each layer's means, then its variances. */
  public float[] statisticsOf(float[] params) {
    float[] copied = new float[statisticsLength(0)];
    int at = 0;
    for (RunningStatistics s : statistics) {
      for (Range range : List.of(s.mean(), s.variance())) {
        System.arraycopy(params, range.from(), copied, at, range.length());
        at += range.length();
      }
    }
    return copied;
  }

  /** Returns scales and running statistics of batch normalisation in order. */
  List<Range> ofBatchNorm() {
    return Stream.concat(
            gammas.stream(), statistics.stream().flatMap(s -> Stream.of(s.mean(), s.variance())))
        .sorted(Comparator.comparingInt(Range::from))
        .toList();
  }

  /** Counts the values of running statistics from an index on. */
  int statisticsLength(int from) {
    return statistics.stream()
        .filter(s -> s.mean().from() >= from)
        .mapToInt(s -> s.mean().length() + s.variance().length())
        .sum();
  }

  /** Counts the values of scales from an index on. */
  int gammasLength(int from) {
    return gammas.stream().filter(range -> range.from() >= from).mapToInt(Range::length).sum();
  }
}
