package io.momentgan.network;

import io.momentgan.config.NetworkConfig;
import io.momentgan.kernels.VectorAdamUpdater;
import io.momentgan.kernels.loops.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.MultiLayerUpdater;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.NoOpUpdater;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Updates a network's parameters by its gradient. */
// One pass for the fast Adam, with the norm of the gradient. Deeplearning4j makes four: division by
// the batch size, optimizer, subtraction, norm.
public final class Optimization {
  private final MultiLayerNetwork model;
  private final ParameterLayout layout;
  private final INDArray params;
  private final INDArray gradient;
  private final int frozen;
  private final Optional<HistoricalAverage> history;
  private final List<ParameterLayout.Range> fixed = new ArrayList<>();
  private final List<UpdateBlock> blocks = new ArrayList<>();

  /**
   * Prepares the updates of a network.
   *
   * @param model the network, which must keep its arrays
   * @param layout of its parameters
   * @param config the network's settings
   * @param frozen number of parameters at the head of the vector that keep their values
   */
  Optimization(MultiLayerNetwork model, ParameterLayout layout, NetworkConfig config, int frozen) {
    this.model = model;
    this.layout = layout;
    this.frozen = frozen;
    this.params = model.params().reshape(layout.length());
    this.gradient = model.getFlattenedGradients().reshape(layout.length());
    double coefficient = config.optimizer().historicalAveraging();
    this.history =
        coefficient == 0
            ? Optional.empty()
            : Optional.of(HistoricalAverage.of(coefficient, model, layout));
    if (!config.batchNorm().gamma()) {
      fixed.addAll(layout.gammas());
    }
    if (frozen > 0) {
      fixed.add(new ParameterLayout.Range(0, frozen));
    }
    List<UpdaterBlock> all = ((MultiLayerUpdater) model.getUpdater()).getUpdaterBlocks();
    if (all.stream().allMatch(block -> isFast(block.getGradientUpdater()))) {
      all.forEach(block -> blocks.add(block(block)));
    }
  }

  private static boolean isFast(GradientUpdater<?> updater) {
    return updater instanceof VectorAdamUpdater || updater instanceof NoOpUpdater;
  }

  private UpdateBlock block(UpdaterBlock block) {
    ParameterLayout.Range range =
        new ParameterLayout.Range(block.getParamOffsetStart(), block.getParamOffsetEnd());
    return new UpdateBlock(block.getGradientUpdater(), range.view(params), range.view(gradient));
  }

  /**
   * Updates the parameters; the gradient is undefined afterwards.
   *
   * @param batchSize divides the summed gradient
   * @return Euclidean norm of the gradient of the mean loss with respect to trained parameters
   */
  double update(int batchSize) {
    int updates = model.getIterationCount();
    history.ifPresent(average -> average.addGradient(batchSize, updates));
    fixed.forEach(range -> Vectors.clear(range.view(gradient)));
    double squares = blocks.isEmpty() ? plain(batchSize, updates) : fast(batchSize, updates);
    model.setIterationCount(updates + 1);
    return Math.sqrt(Math.max(0, squares)) / batchSize;
  }

  /** Copies the gradient after {@link #addGradient}, into the sum of the earlier passes if any. */
  INDArray sumGradient(INDArray sum, int passes) {
    addGradient(sum, passes);
    if (sum == null) {
      return gradient.dup();
    }
    Vectors.copy(gradient, sum);
    return sum;
  }

  /** Adds the gradients of earlier passes. */
  void addGradient(INDArray sum, int passes) {
    if (passes == 0) {
      return;
    }
    Vectors.add(gradient, sum);
    // Running statistics move by the mean of all passes, not by their sum.
    for (ParameterLayout.RunningStatistics statistics : layout.statistics()) {
      for (ParameterLayout.Range part : List.of(statistics.mean(), statistics.variance())) {
        part.view(gradient).addi(part.view(sum).mul(passes - 1)).muli(1.0 / (passes + 1));
      }
    }
  }

  /**
   * Clips all parameters but those of frozen layers, scales and running statistics of batch
   * normalisation.
   *
   * @param bound largest absolute value
   */
  void clip(double bound) {
    for (ParameterLayout.Range range : clipped()) {
      INDArray part = range.view(params);
      part.assign(Transforms.max(Transforms.min(part, bound), -bound));
    }
  }

  /** Returns the parts of the vector that {@link Network#clip} clips. */
  public List<ParameterLayout.Range> clipped() {
    List<ParameterLayout.Range> parts = new ArrayList<>();
    int from = frozen;
    for (ParameterLayout.Range range : layout.ofBatchNorm()) {
      parts.add(new ParameterLayout.Range(from, range.from()));
      from = Math.max(from, range.to());
    }
    parts.add(new ParameterLayout.Range(from, layout.length()));
    return parts.stream().filter(part -> part.length() > 0).toList();
  }

  /** Returns the parts of the vector that no update moves, beside running statistics. */
  public List<ParameterLayout.Range> fixed() {
    return fixed;
  }

  /**
   * Returns the part that holds the mean of as many past parameters at the head, if there is one.
   */
  public Optional<ParameterLayout.Range> history() {
    return history.map(average -> HistoricalAverage.held(model, layout.length()));
  }

  /** Counts the parameters at the head of the vector that keep their values. */
  public int frozen() {
    return frozen;
  }

  private double fast(int batchSize, int updates) {
    double squares = 0;
    for (UpdateBlock block : blocks) {
      squares += block.update(batchSize, updates);
    }
    return squares;
  }

  private double plain(int batchSize, int updates) {
    double squares = square(gradient);
    for (ParameterLayout.RunningStatistics s : layout.statistics()) {
      squares -= square(s.mean().view(gradient)) + square(s.variance().view(gradient));
    }
    model
        .getUpdater()
        .update(
            model,
            new FlatGradient(model.getFlattenedGradients()),
            updates,
            0,
            batchSize,
            LayerWorkspaceMgr.noWorkspaces());
    params.subi(gradient);
    return squares;
  }

  private static double square(INDArray vector) {
    double norm = vector.norm2Number().doubleValue();
    return norm * norm;
  }

  /** The parameters of one updater. */
  private record UpdateBlock(GradientUpdater<?> updater, INDArray params, INDArray gradient) {
    /** Returns the sum of the squares of the gradient with respect to trained parameters. */
    double update(int batchSize, int updates) {
      if (updater instanceof VectorAdamUpdater adam) {
        return adam.update(params, gradient, batchSize, updates);
      }
      Vectors.subtract(params, gradient); // running statistics
      return 0;
    }
  }

  /** Gives the updater the very object that it compares with. */
  // Stock DefaultGradient makes a new view each time, which sends the updater down its slow path.
  private static final class FlatGradient extends DefaultGradient {
    private static final long serialVersionUID = 1L;
    private final transient INDArray flat;

    FlatGradient(INDArray flat) {
      super(flat);
      this.flat = flat;
    }

    @Override
    public INDArray gradient() {
      return flat;
    }

    @Override
    public Map<String, INDArray> gradientForVariable() {
      return Map.of();
    }
  }
}
