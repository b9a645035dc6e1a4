package io.momentgan.engine.torch;

import io.momentgan.kernels.ClassicalMomentum;
import io.momentgan.kernels.VectorAdam;
import io.momentgan.network.Network;
import io.momentgan.network.ParameterLayout.Range;
import io.momentgan.network.state.NetworkState;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * Updates flat parameters by Deeplearning4j's formulas. First and second moments are as long as the
 * parameters; where a layer has none, its gradient and so its moments are 0.
 */
final class TorchOptimizer {
  private final TorchMemory memory;
  private final Tensor params;
  private final Tensor gradient;
  private final Tensor first;
  private final Tensor second;
  private final Tensor count;
  private final Tensor divisor;
  private final List<UpdaterBlock> blocks;
  private final BatchStatistics statistics;
  private final List<Range> fixed;
  private final List<Range> clipped;
  private final Optional<Range> history;
  private final double historyWeight;
  private final int stateLength;
  private final IUpdater config;
  private int updates;

  /**
   * Prepares the updates of a network.
   *
   * @param structure the network
   * @param memory where the state goes
   * @param params its parameters [length]
   * @param gradient of the summed loss [length]
   * @param statistics of its batch normalisations
   */
  TorchOptimizer(
      Network structure,
      TorchMemory memory,
      Tensor params,
      Tensor gradient,
      BatchStatistics statistics) {
    this.memory = memory;
    this.params = params;
    this.gradient = gradient;
    this.first = memory.zeros(params.numel());
    this.second = memory.zeros(params.numel());
    this.count = memory.zeros(1).to(ScalarType.Float);
    this.divisor = memory.zeros(1).to(ScalarType.Float);
    BaseMultiLayerUpdater<?> updater = (BaseMultiLayerUpdater<?>) structure.model().getUpdater();
    this.blocks = updater.getUpdaterBlocks();
    this.config =
        blocks.stream()
            .map(block -> block.getGradientUpdater().getConfig())
            .filter(c -> !(c instanceof NoOp))
            .findFirst()
            .orElseThrow();
    this.stateLength = structure.state().updaterState().length;
    this.statistics = statistics;
    this.fixed = structure.optimization().fixed();
    this.clipped = structure.optimization().clipped();
    this.history = structure.optimization().history();
    this.historyWeight = structure.blueprint().config().optimizer().historicalAveraging();
  }

  int updates() {
    return updates;
  }

  /** Copies the state in Deeplearning4j's order: for each block all first, then second moments. */
  float[] state() {
    float[] state = new float[stateLength];
    if (stateLength > 0) {
      float[] firsts = TorchMemory.floats(first);
      float[] seconds = config instanceof Adam ? TorchMemory.floats(second) : new float[0];
      for (UpdaterBlock block : blocks) {
        copy(block, 0, (from, at, n) -> System.arraycopy(firsts, from, state, at, n));
        copy(block, 1, (from, at, n) -> System.arraycopy(seconds, from, state, at, n));
      }
    }
    return state;
  }

  void load(NetworkState from) {
    updates = from.updates();
    float[] state = from.updaterState();
    if (state.length == 0) {
      return; // as Deeplearning4j: an optimizer that keeps nothing, or goes on with what it has
    }
    float[] firsts = new float[(int) params.numel()];
    float[] seconds = new float[firsts.length];
    for (UpdaterBlock block : blocks) {
      copy(block, 0, (to, at, n) -> System.arraycopy(state, at, firsts, to, n));
      copy(block, 1, (to, at, n) -> System.arraycopy(state, at, seconds, to, n));
    }
    first.copy_(memory.tensor(firsts, firsts.length));
    second.copy_(memory.tensor(seconds, seconds.length));
  }

  @FunctionalInterface
  private interface Copy {
    void run(int param, int state, int length);
  }

  /** Copies a block's first (0) or second (1) moments, if it has these. */
  private static void copy(UpdaterBlock block, int moment, Copy copy) {
    int length = block.getParamOffsetEnd() - block.getParamOffsetStart();
    int from = block.getUpdaterViewOffsetStart() + moment * length;
    if (from < block.getUpdaterViewOffsetEnd()) {
      copy.run(block.getParamOffsetStart(), from, length);
    }
  }

  /**
   * Updates the parameters; the gradient is undefined afterwards.
   *
   * @param batchSize divides the summed gradient
   * @return Euclidean norm of the gradient of the mean loss with respect to trained parameters
   */
  Tensor update(int batchSize) {
    history.ifPresent(mean -> addHistory(mean, batchSize));
    statistics.move(params, gradient);
    fixed.forEach(range -> part(gradient, range).zero_());
    double share = 1.0 / batchSize;
    Tensor norm = gradient.norm().mul_(new Scalar(share));
    double rate = config.getLearningRate(updates, 0);
    if (config instanceof Adam adam) {
      update(adam, rate, batchSize);
    } else if (config instanceof Nesterovs momentum) {
      update(momentum, rate * share);
    } else {
      params.sub_(gradient, new Scalar(rate * share));
    }
    updates++;
    return norm;
  }

  /** Takes the parameters into their mean, and adds the gradient of the term of both. */
  private void addHistory(Range held, int batchSize) {
    Range followed = new Range(0, held.length());
    Tensor now = part(params, followed);
    Tensor mean = part(params, held);
    mean.add_(now.sub(mean), new Scalar(1 / (updates + 1.0)));
    Tensor difference = now.sub(mean);
    statistics.clear(difference);
    part(gradient, followed).add_(difference, new Scalar(2 * historyWeight * batchSize));
  }

  private void update(Adam adam, double rate, int batchSize) {
    double t = updates + 1.0;
    double corrected = Math.sqrt(1 - Math.pow(adam.getBeta2(), t));
    if (!(adam instanceof VectorAdam vector && vector.isEpsilonInside())) {
      // libtorch adds epsilon after the second moment's correction, Deeplearning4j before it.
      updateAtOnce(adam, rate, adam.getEpsilon() / corrected, batchSize);
      return;
    }
    // The sum is divided in each use of it: a pass over the gradient less.
    double share = 1.0 / batchSize;
    first
        .mul_(new Scalar(adam.getBeta1()))
        .add_(gradient, new Scalar((1 - adam.getBeta1()) * share));
    second
        .mul_(new Scalar(adam.getBeta2()))
        .addcmul_(gradient, gradient, new Scalar((1 - adam.getBeta2()) * share * share));
    Tensor roots = second.add(new Scalar(adam.getEpsilon())).sqrt_();
    double step = rate * corrected / (1 - Math.pow(adam.getBeta1(), t));
    params.addcdiv_(first, roots, new Scalar(-step));
  }

  /** Updates in one pass over the values, where operation by operation takes eight. */
  private void updateAtOnce(Adam adam, double rate, double epsilon, int batchSize) {
    IValue no = new IValue(false);
    TorchEngine.call(
        "aten::_fused_adam_",
        list(params),
        list(gradient),
        list(first),
        list(second),
        list(), // greatest second moments, for AMSGrad
        list(count.fill_(new Scalar(updates + 1.0))),
        new IValue(rate),
        new IValue(adam.getBeta1()),
        new IValue(adam.getBeta2()),
        new IValue(0.0), // weight decay
        new IValue(epsilon),
        no, // AMSGrad
        no, // maximisation
        new IValue(divisor.fill_(new Scalar((double) batchSize))),
        new IValue()); // whether the gradient is infinite
  }

  private static IValue list(Tensor... tensors) {
    GenericList list = new GenericList(new Type.TypePtr(TensorType.get()));
    for (Tensor tensor : tensors) {
      list.push_back(new IValue(tensor));
    }
    return new IValue(list);
  }

  private void update(Nesterovs config, double rate) {
    Scalar momentum = new Scalar(config.currentMomentum(updates, 0));
    if (config instanceof ClassicalMomentum) {
      first.mul_(momentum).add_(gradient, new Scalar(rate));
      params.sub_(first);
    } else {
      // v' = m v - r g; the parameters get (1 + m) v' - m v.
      params.sub_(first, momentum);
      first.mul_(momentum).sub_(gradient, new Scalar(rate));
      params.add_(first, new Scalar(1 + config.currentMomentum(updates, 0)));
    }
  }

  /** Clips what {@link Network#clip} clips. */
  void clip(double bound) {
    ScalarOptional least = new ScalarOptional(new Scalar(-bound));
    ScalarOptional most = new ScalarOptional(new Scalar(bound));
    clipped.forEach(range -> part(params, range).clamp_(least, most));
  }

  private static Tensor part(Tensor vector, Range range) {
    return vector.narrow(0, range.from(), range.length());
  }
}
