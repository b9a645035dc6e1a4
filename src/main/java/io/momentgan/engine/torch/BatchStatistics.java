package io.momentgan.engine.torch;

import io.momentgan.network.ParameterLayout.Range;
import io.momentgan.network.ParameterLayout.RunningStatistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Statistics of a network's batch normalisations in their last pass, from which the running ones
 * follow.
 */
// All layers' are one vector: a DCGAN's update took 150 operations for them, and it is the host's
// time for each that a GPU waits for.
final class BatchStatistics {
  private static final double THIS_BATCH_ONLY = 1;

  private final TorchMemory memory;
  private final Map<Integer, Range> parts = new TreeMap<>();
  private final List<Normalisation> layers = new ArrayList<>();
  private final Tensor places;
  private final Tensor ofBatch;
  private final Tensor steps;
  private final int frozen;
  private long[] perChannel = new long[0];
  private Tensor biases;
  private Tensor rates;

  /**
   * Prepares a network.
   *
   * @param running places of its running statistics in the flat parameters
   * @param frozen number of parameters at the head that keep their values
   * @param memory where the values go
   */
  BatchStatistics(List<RunningStatistics> running, int frozen, TorchMemory memory) {
    this.memory = memory;
    this.frozen = frozen;
    int length = 0;
    IntStream all = IntStream.empty();
    for (RunningStatistics each : running) {
      for (Range range : List.of(each.mean(), each.variance())) {
        parts.put(range.from(), new Range(length, length + range.length()));
        length += range.length();
        all = IntStream.concat(all, IntStream.range(range.from(), range.to()));
      }
    }
    this.places = memory.indices(all.toArray());
    this.ofBatch = memory.zeros(length);
    this.steps = memory.zeros(length);
  }

  private boolean isEmpty() {
    return layers.isEmpty();
  }

  /**
   * Adds a layer.
   *
   * @param mean index of its first running mean in the flat parameters
   * @param variance index of its first running variance
   * @param decay of the running statistics
   */
  Normalisation add(int mean, int variance, double decay) {
    Normalisation layer =
        new Normalisation(parts.get(mean), parts.get(variance), decay, mean < frozen);
    layers.add(layer);
    return layer;
  }

  /** A layer's normalisation. */
  final class Normalisation {
    private final Range mean;
    private final Range variance;
    private final double rate;
    private final Tensor batchVariance;
    private final TensorOptional means;
    private final TensorOptional variances;
    private long values;

    private Normalisation(Range mean, Range variance, double decay, boolean still) {
      this.mean = mean;
      this.variance = variance;
      this.rate = still ? 0 : 1 - decay;
      this.batchVariance = part(ofBatch, variance);
      this.means = new TensorOptional(part(ofBatch, mean));
      this.variances = new TensorOptional(batchVariance);
    }

    /** Normalises rows or images by their own statistics. */
    Tensor normalise(Tensor x, TensorOptional gamma, TensorOptional beta, double epsilon) {
      values = x.numel() / mean.length();
      return torch.batch_norm(
          x, gamma, beta, means, variances, true, THIS_BATCH_ONLY, epsilon, true);
    }
  }

  private static Tensor part(Tensor vector, Range range) {
    return vector.narrow(0, range.from(), range.length());
  }

  /** Forgets the last batch: libtorch computes 0 times its statistics, which are NaN after NaN. */
  void forget() {
    ofBatch.zero_();
  }

  /** Returns where {@link #follow} writes, by the place in the gradient. */
  Map<Integer, Tensor> pieces() {
    Map<Integer, Tensor> pieces = new TreeMap<>();
    parts.forEach((place, range) -> pieces.put(place, part(steps, range)));
    return pieces;
  }

  /** Computes the steps from running statistics to the batch's, which an update subtracts. */
  void follow(Tensor params) {
    if (isEmpty()) {
      return;
    }
    // libtorch keeps the unbiased variance, which one value per channel does not have.
    layers.stream()
        .filter(layer -> layer.values == 1)
        .forEach(layer -> layer.batchVariance.zero_());
    long[] now = layers.stream().mapToLong(layer -> layer.values).toArray();
    if (!Arrays.equals(now, perChannel)) {
      perChannel = now;
      prepare();
    }
    steps.copy_(params.index_select(0, places).sub_(ofBatch.mul(biases)).mul_(rates));
  }

  private void prepare() {
    double[] ofBias = new double[(int) steps.numel()];
    double[] ofRate = new double[ofBias.length];
    for (Normalisation layer : layers) {
      double biased = (layer.values - 1.0) / layer.values;
      Arrays.fill(ofBias, layer.mean.from(), layer.mean.to(), 1);
      Arrays.fill(ofBias, layer.variance.from(), layer.variance.to(), biased);
      Arrays.fill(ofRate, layer.mean.from(), layer.mean.to(), layer.rate);
      Arrays.fill(ofRate, layer.variance.from(), layer.variance.to(), layer.rate);
    }
    try (PointerScope scope = TorchMemory.scope()) {
      biases = TorchMemory.keep(null, memory.tensor(ofBias, ofBias.length));
      rates = TorchMemory.keep(null, memory.tensor(ofRate, ofRate.length));
    }
  }

  /** Makes the steps in a gradient, and clears them there. */
  void move(Tensor params, Tensor gradient) {
    if (!isEmpty()) {
      params.index_add_(0, places, gradient.index_select(0, places), new Scalar(-1));
      clear(gradient);
    }
  }

  /** Clears the places of the running statistics. */
  void clear(Tensor vector) {
    if (!isEmpty()) {
      vector.index_fill_(0, places, new Scalar(0));
    }
  }

  /**
   * Makes the steps in a sum of passes those of their mean.
   *
   * @param sum gradient of all passes, in which the earlier ones' steps count once
   * @param earlier mean of the steps of the earlier passes
   * @param count of the earlier passes
   */
  void average(Tensor sum, Tensor earlier, int count) {
    if (!isEmpty()) {
      Tensor mean =
          sum.index_select(0, places)
              .add_(earlier.index_select(0, places), new Scalar(count - 1.0))
              .mul_(new Scalar(1.0 / (count + 1)));
      sum.index_copy_(0, places, mean);
    }
  }
}
