package io.momentgan.engine.torch;

import io.momentgan.engine.Rows;
import io.momentgan.engine.TrainedNetwork;
import io.momentgan.engine.torch.TorchLayers.Operation;
import io.momentgan.engine.torch.TorchWeights.Divided;
import io.momentgan.kernels.batch.VirtualBatch;
import io.momentgan.network.LabelInput;
import io.momentgan.network.Network;
import io.momentgan.network.state.NetworkState;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A network by libtorch's operations and automatic differentiation. Parameters, gradient and
 * optimizer state are flat tensors in Deeplearning4j's order; the operations see views of them.
 */
final class TorchNetwork implements TrainedNetwork {
  private final Network structure;
  private final TorchMemory memory;
  private final TorchLayers layers;
  private final Tensor params;
  private final Tensor gradient;
  private final Tensor kept;
  private final Tensor[] leaves;
  private final TensorOptional[] optional;
  private final TorchOptimizer optimizer;
  private final TensorVector trained;
  private final Map<Integer, Tensor> still;
  private int passes;
  private Tensor input;
  private Tensor output;

  /**
   * Makes a network with the values of another.
   *
   * @param structure of Deeplearning4j's stock layers
   * @param memory where the values go
   */
  TorchNetwork(Network structure, TorchMemory memory) {
    this.structure = structure;
    this.memory = memory;
    int length = structure.layout().length();
    this.layers = new TorchLayers(structure, memory);
    this.params = memory.zeros(length);
    this.gradient = memory.zeros(length);
    this.kept = memory.zeros(length);
    int frozen = structure.optimization().frozen();
    this.leaves =
        layers.parameters().stream()
            .map(
                p ->
                    leaf(
                        params.narrow(0, p.from(), p.length()).view(p.shape()),
                        p.trained() && p.from() >= frozen))
            .toArray(Tensor[]::new);
    this.optional = Arrays.stream(leaves).map(TensorOptional::new).toArray(TensorOptional[]::new);
    this.trained =
        new TensorVector(
            Arrays.stream(leaves).filter(Tensor::requires_grad).toArray(Tensor[]::new));
    this.still = withoutGradient(frozen);
    this.optimizer = new TorchOptimizer(structure, memory, params, gradient, layers.statistics());
    load(structure.state());
  }

  @Override
  public Rows forward(Rows given, int... classes) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope scope = TorchMemory.scope()) {
      run(outer, TorchRows.tensor(memory, given), layers.operations().size(), classes);
      return new TorchRows(
          memory, TorchMemory.keep(outer, output.detach().reshape(output.size(0), -1)));
    }
  }

  @Override
  public double[] outputs(int[] classes, Rows... batches) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope scope = TorchMemory.scope()) {
      Tensor[] tensors =
          Arrays.stream(batches).map(b -> TorchRows.tensor(memory, b)).toArray(Tensor[]::new);
      Tensor all = tensors.length == 1 ? tensors[0] : torch.cat(new TensorVector(tensors), 0);
      run(outer, all, layers.operations().size(), classes);
      return TorchMemory.doubles(output);
    }
  }

  @Override
  public Rows forwardAs(float[] other, Rows given, int... classes) {
    NetworkState own = state();
    try (PointerScope scope = TorchMemory.scope()) {
      place(other);
    }
    try {
      return forward(given, classes);
    } finally {
      load(own);
    }
  }

  /** Runs operations from the first on; {@code input} and {@code output} outlive the scope. */
  private void run(PointerScope outer, Tensor rows, int count, int... classes) {
    // A history of its own: batches have none, and generated images shall not lead to G.
    input = TorchMemory.keep(outer, leaf(rows, true));
    output = TorchMemory.keep(outer, pass(input, count, classes));
  }

  private Tensor pass(Tensor from, int count, int... classes) {
    Pass pass = new Pass(leaves, optional, oneHot(from, classes));
    Tensor x = from;
    for (Operation operation : layers.operations().subList(0, count)) {
      x = operation.apply(x, pass);
    }
    return pass.upright(x);
  }

  // In two steps: what requires_grad_ returns is a reference that does not keep the tensor alive.
  private static Tensor leaf(Tensor values, boolean trained) {
    Tensor leaf = values.detach();
    leaf.requires_grad_(trained);
    return leaf;
  }

  private Tensor oneHot(Tensor rows, int... classes) {
    LabelInput labels = structure.blueprint().labels();
    if (!labels.isOn()) {
      return null;
    }
    int reference = VirtualBatch.rows(structure.model());
    int[] all = labels.withReference(reference, classes);
    float[] oneHot = labels.oneHot(all, reference + rows.size(0));
    return memory.tensor(oneHot, all.length, labels.classes());
  }

  @Override
  public void backwardToParameters(Rows epsilon) {
    try (PointerScope scope = TorchMemory.scope()) {
      backwardToParameters(TorchRows.tensor(memory, epsilon));
    }
  }

  @Override
  public void backwardToParameters(double[] epsilon) {
    try (PointerScope scope = TorchMemory.scope()) {
      backwardToParameters(memory.tensor(epsilon, epsilon.length));
    }
  }

  private void backwardToParameters(Tensor epsilon) {
    set(backward(epsilon, trained));
  }

  /** Returns the parts of the gradient that are no leaves' gradients, by their places. */
  private Map<Integer, Tensor> withoutGradient(int frozen) {
    Map<Integer, Tensor> parts = new TreeMap<>();
    if (frozen > 0) {
      parts.put(0, memory.zeros(frozen));
    }
    for (int i = 0; i < leaves.length; i++) {
      int from = layers.parameters().get(i).from();
      if (from >= frozen && !leaves[i].requires_grad()) {
        parts.put(from, memory.zeros(leaves[i].numel()));
      }
    }
    layers
        .statistics()
        .pieces()
        .forEach(
            (from, steps) -> {
              if (from >= frozen) {
                parts.put(from, steps);
              }
            });
    return parts;
  }

  /** Sets the flat gradient to those of the trained leaves. */
  private void set(TensorVector gradients) {
    layers.statistics().follow(params);
    Map<Integer, Tensor> pieces = new TreeMap<>(still);
    int at = 0;
    for (int i = 0; i < leaves.length; i++) {
      if (leaves[i].requires_grad()) {
        Tensor each = gradients.get(at++);
        // A slope does not depend on the last bias, for instance.
        Tensor piece = each.defined() ? each : torch.zeros_like(leaves[i]);
        boolean flat = layers.parameters().get(i).shape().length == 1;
        pieces.put(layers.parameters().get(i).from(), flat ? piece : piece.reshape(-1));
      }
    }
    torch.cat_out(gradient, new TensorVector(pieces.values().toArray(Tensor[]::new)), 0);
  }

  /** Backpropagates from the output of the last pass, whose history ends with it. */
  private TensorVector backward(Tensor epsilon, TensorVector to) {
    return torch.grad(
        new TensorVector(output),
        to,
        new TensorVector(epsilon.reshape(output.sizes())),
        new BoolOptional(false),
        false,
        false);
  }

  @Override
  public Rows backwardToInput(double[] epsilon) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope scope = TorchMemory.scope()) {
      return toInput(outer, memory.tensor(epsilon, epsilon.length));
    }
  }

  @Override
  public double penaliseSlopes(double weight, double target, Rows given, int... classes) {
    try (PointerScope scope = TorchMemory.scope()) {
      Tensor images = leaf(TorchRows.tensor(memory, given), true);
      Tensor outputs = pass(images, layers.operations().size(), classes);
      Tensor logits = outputs.reshape(outputs.size(0), -1).select(1, 0);
      Tensor slopes = grad(logits.sum(), new TensorVector(images), true).get(0);
      Tensor norms = slopes.norm(new ScalarOptional(new Scalar(2)), 1);
      Tensor penalties = norms.sub(new Scalar(target)).square().mul(new Scalar(weight));
      set(grad(penalties.sum(), trained, false));
      return penalties.mean().item_double();
    }
  }

  private static TensorVector grad(Tensor sum, TensorVector to, boolean twice) {
    return torch.grad(
        new TensorVector(sum), to, new TensorVector(), new BoolOptional(twice), twice, !twice);
  }

  private Rows toInput(PointerScope outer, Tensor epsilon) {
    // A tensor of its own: the vector's elements end with it.
    Tensor errors = backward(epsilon, new TensorVector(input)).get(0).detach();
    return new TorchRows(memory, TorchMemory.keep(outer, errors));
  }

  @Override
  public double[] featureMeans(int layer, Rows given, int... classes) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope scope = TorchMemory.scope()) {
      int count = layers.operationsTo(structure.layersTo(layer));
      run(outer, TorchRows.tensor(memory, given), count, classes);
      Tensor features = output.detach().reshape(output.size(0), -1);
      return TorchMemory.doubles(features.to(ScalarType.Double).mean(0));
    }
  }

  @Override
  public Rows backwardFromFeatureMeans(double[] epsilon) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope scope = TorchMemory.scope()) {
      Tensor ofRow = memory.tensor(epsilon, 1, epsilon.length);
      return toInput(outer, ofRow.expand(output.size(0), epsilon.length));
    }
  }

  @Override
  public void keepGradient() {
    addKept();
    kept.copy_(gradient);
    passes++;
  }

  @Override
  public void addKeptGradients() {
    addKept();
    passes = 0;
  }

  private void addKept() {
    if (passes == 0) {
      return;
    }
    try (PointerScope scope = TorchMemory.scope()) {
      gradient.add_(kept);
      // Running statistics move by the mean of all passes, not by their sum.
      layers.statistics().average(gradient, kept, passes);
    }
  }

  /** The gradient itself. */
  Tensor gradientOnDevice() {
    return gradient;
  }

  @Override
  public double[] gradient() {
    return TorchMemory.doubles(gradient);
  }

  @Override
  public void replaceGradient(double[] values) {
    try (PointerScope scope = TorchMemory.scope()) {
      gradient.copy_(memory.tensor(values, values.length));
    }
  }

  @Override
  public DoubleSupplier update(int batchSize) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope scope = TorchMemory.scope()) {
      List<Divided> matrices = layers.matrices();
      List<Tensor> right = matrices.stream().map(matrix -> matrix.right(leaves)).toList();
      Tensor norm = TorchMemory.keep(outer, optimizer.update(batchSize));
      for (int i = 0; i < right.size(); i++) {
        matrices.get(i).step(leaves, right.get(i));
      }
      return norm::item_double;
    }
  }

  @Override
  public void clip(double bound) {
    try (PointerScope scope = TorchMemory.scope()) {
      optimizer.clip(bound);
    }
  }

  @Override
  public NetworkState state() {
    return new NetworkState(TorchMemory.floats(params), optimizer.state(), optimizer.updates());
  }

  @Override
  public void load(NetworkState state) {
    try (PointerScope scope = TorchMemory.scope()) {
      place(state.params());
      optimizer.load(state);
      layers.statistics().forget();
    }
  }

  private void place(float[] values) {
    params.copy_(memory.tensor(values, values.length));
    layers.scaled().forEach(weights -> weights.loaded(leaves));
  }
}
