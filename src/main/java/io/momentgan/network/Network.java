package io.momentgan.network;

import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.config.NetworkConfig;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.TensorLayer;
import io.momentgan.kernels.loops.Vectors;
import io.momentgan.network.state.NetworkState;
import java.util.List;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A generator or discriminator that is driven from outside: {@link #forward}, {@link #backward}
 * with the gradient of a loss with respect to the output, {@link #update}.
 *
 * <p>Losses stay outside, so one discriminator serves its own loss and the generator's, and is not
 * changed by the latter: only {@link #update} changes a network.
 */
public final class Network {
  private final NetworkBlueprint blueprint;
  private final MultiLayerNetwork model;
  private final ParameterLayout layout;
  private final INDArray gradient;
  private final LabelParts labels;
  private final SpectralNorm spectralNorm;
  private final Optimization optimization;
  private final LayerPasses passes;

  /**
   * A network with initial weights.
   *
   * @param blueprint what it is made of
   * @param seed seed of the initial weights
   */
  Network(NetworkBlueprint blueprint, long seed) {
    this.blueprint = blueprint;
    this.model = new MultiLayerNetwork(blueprint.configuration(seed));
    model.init();
    model.initGradientsView();
    passes = new LayerPasses(model);
    layout = ParameterLayout.of(model);
    gradient = model.getFlattenedGradients().reshape(layout.length());
    labels = new LabelParts(model, blueprint.labels().classes());
    spectralNorm = SpectralNorm.of(blueprint.config(), model, seed);
    optimization = new Optimization(model, layout, config().batchNorm().gamma());
  }

  /** The Deeplearning4j network itself. */
  public MultiLayerNetwork model() {
    return model;
  }

  /** What stands where in the flat parameter vector. */
  public ParameterLayout layout() {
    return layout;
  }

  /** What stands where in the flat updater state. */
  public UpdaterLayout updaterLayout() {
    return UpdaterLayout.of(model);
  }

  /** Type of the parameters. */
  public DataType dataType() {
    return blueprint.dataType();
  }

  /** Number of trainable parameters: neither running statistics nor fixed scales count. */
  public int trainableParameters() {
    int fixed = config().batchNorm().gamma() ? 0 : layout.gammasLength();
    return layout.length() - layout.statisticsLength() - fixed - spectralNorm.heldLength();
  }

  /** Whether two training passes of the same input differ. */
  public boolean isStochastic() {
    return blueprint.isStochastic();
  }

  /**
   * Whether each row of a batch passes by itself, and always in the same way, through layers that
   * gain from larger batches: two batches are then better passed as one.
   */
  public boolean isRowByRow() {
    return blueprint.isRowByRow();
  }

  /**
   * A training pass of a network that is told the classes of the images, see {@link
   * #forward(INDArray)}.
   *
   * @param input rows [n, inputs]
   * @param classes the class of each row; of no account to networks that are not told
   * @return rows [n, outputs]
   */
  public INDArray forward(INDArray input, int[] classes) {
    labels.give(classes, input);
    return forward(input);
  }

  /**
   * A training pass, whose intermediate results are kept for one {@link #backward}.
   *
   * @param input rows [n, inputs]
   * @return rows [n, outputs]
   */
  public INDArray forward(INDArray input) {
    return pass(input).dup('c');
  }

  /**
   * The same as {@link #forward(INDArray, int[])}, for those who want numbers.
   *
   * @param input rows [n, inputs]
   * @param classes the class of each row; of no account to networks that are not told
   * @return outputs [n, outputs], row after row
   */
  public double[] outputs(INDArray input, int[] classes) {
    labels.give(classes, input);
    return HostArrays.doubles(pass(input));
  }

  /** Rows in memory that layers fill anew at each pass. */
  private INDArray pass(INDArray input) {
    model.setInput(input);
    spectralNorm.apply();
    INDArray output = blueprint.fast() ? passes.activate(input, layer -> true) : stockPass();
    spectralNorm.restore();
    return rows(output);
  }

  private INDArray stockPass() {
    List<INDArray> activations = model.feedForward(true, false);
    return activations.get(activations.size() - 1);
  }

  /**
   * A training pass with other parameters, after which the network has its own again, bit for bit.
   * No {@link #backward} may follow.
   *
   * @param params parameters of a network of the same settings
   * @param input rows [n, inputs]
   * @param classes the class of each row; of no account to networks that are not told
   * @return rows [n, outputs]
   */
  public INDArray forwardAs(float[] params, INDArray input, int[] classes) {
    INDArray own = model.params().dup();
    HostArrays.copy(params, model.params());
    try {
      return forward(input, classes);
    } finally {
      model.params().assign(own);
    }
  }

  /**
   * Back-propagates through the last {@link #forward}; the parameters' gradient replaces the last
   * one in {@link #gradient()}.
   *
   * @param epsilon gradient of the summed loss with respect to the output [n, outputs]
   * @return gradient of the summed loss with respect to the input [n, inputs], in memory that the
   *     next pass may fill anew
   */
  public INDArray backward(INDArray epsilon) {
    return backward(epsilon, true, true);
  }

  /**
   * The same for the parameters' gradient alone.
   *
   * @param epsilon gradient of the summed loss with respect to the output [n, outputs]
   */
  public void backwardToParameters(INDArray epsilon) {
    backward(epsilon, true, false);
  }

  /**
   * The same for the input's gradient alone; {@link #gradient()} is not to be used after it.
   *
   * @param epsilon gradient of the summed loss with respect to the output [n, outputs]
   * @return gradient of the summed loss with respect to the input [n, inputs], in memory that the
   *     next pass may fill anew
   */
  public INDArray backwardToInput(INDArray epsilon) {
    return backward(epsilon, false, true);
  }

  private INDArray backward(INDArray epsilon, boolean gradients, boolean inputErrors) {
    for (int i = 0; i < model.getnLayers(); i++) {
      if (model.getLayer(i) instanceof TensorLayer layer) {
        layer.compute(gradients, inputErrors || i > 0);
      }
    }
    spectralNorm.apply();
    INDArray output = likeOutput(epsilon);
    INDArray back =
        blueprint.fast()
            ? passes.backpropagate(output, inputErrors)
            : model.backpropGradient(output, null).getSecond();
    spectralNorm.restore();
    if (gradients) {
      spectralNorm.passGradient();
    }
    if (!inputErrors) {
      return null;
    }
    return rows(back.ordering() == 'c' ? back : back.dup('c'));
  }

  /** The gradient of the summed loss with respect to the parameters: a view [parameters]. */
  public INDArray gradient() {
    return gradient;
  }

  /**
   * A copy of {@link #gradient()}, in the same memory each time: new memory costs more.
   *
   * @param into an earlier copy, replaced; null for a new one
   * @return the copy
   */
  public INDArray copyGradient(INDArray into) {
    if (into == null) {
      return gradient.dup();
    }
    Vectors.copy(gradient, into);
    return into;
  }

  /**
   * Adds the gradient of another pass, for a loss that is a sum over two passes. Running statistics
   * of batch normalisation move by the mean of both passes, not by their sum.
   *
   * @param other a copy of {@link #gradient()} after the other pass
   */
  public void addGradient(INDArray other) {
    Vectors.add(gradient, other);
    for (ParameterLayout.Statistics statistics : layout.statistics()) {
      view(gradient, statistics.mean()).muli(0.5);
      view(gradient, statistics.variance()).muli(0.5);
    }
  }

  /**
   * Updates the parameters by the optimizer and the gradient, which it consumes.
   *
   * @param batchSize what the summed gradient is divided by
   * @return Euclidean norm of the gradient of the mean loss by the parameters that are trained
   */
  public double update(int batchSize) {
    double norm = optimization.update(batchSize);
    spectralNorm.step();
    return norm;
  }

  /**
   * Bounds the weights: all parameters but scales and running statistics of batch normalisation.
   *
   * @param bound largest absolute value
   */
  public void clip(double bound) {
    INDArray params = model.params();
    int from = 0;
    for (ParameterLayout.Range range : layout.ofBatchNorm()) {
      clip(params, from, range.from(), bound);
      from = range.to();
    }
    clip(params, from, layout.length(), bound);
  }

  private static void clip(INDArray params, int from, int to, double bound) {
    if (to > from) {
      INDArray part = view(params, new ParameterLayout.Range(from, to));
      part.assign(Transforms.max(Transforms.min(part, bound), -bound));
    }
  }

  /**
   * A pass for use of a network that is told the classes of the images, see {@link
   * #sample(INDArray)}.
   *
   * @param input rows [n, inputs]
   * @param classes the class of each row; of no account to networks that are not told
   * @return rows [n, outputs]
   */
  public INDArray sample(INDArray input, int[] classes) {
    labels.give(classes, input);
    return sample(input);
  }

  /**
   * A pass for use; batch normalisation by the statistics that the settings name. Dropout only
   * where the settings keep it on while sampling; then ND4J's seed decides what is dropped.
   *
   * @param input rows [n, inputs]
   * @return rows [n, outputs]
   */
  public INDArray sample(INDArray input) {
    boolean batch = config().batchNorm().sampling() == NetworkConfig.Statistics.BATCH;
    spectralNorm.apply();
    INDArray output =
        passes.activate(
            input,
            layer -> layer instanceof BatchNormalization ? batch : config().samplingDropout());
    spectralNorm.restore();
    return rows(output.dup('c'));
  }

  private static INDArray rows(INDArray images) {
    return images.rank() == 2 ? images : images.reshape('c', images.size(0), -1);
  }

  private INDArray likeOutput(INDArray rows) {
    ImageShape output = blueprint.output();
    boolean dense = config().outputLayer().type() == NetworkConfig.OutputLayer.Type.DENSE;
    return dense
        ? rows
        : rows.reshape('c', rows.size(0), output.channels(), output.height(), output.width());
  }

  /** Copies the state out. */
  public NetworkState state() {
    INDArray updaterState = model.getUpdater().getStateViewArray();
    return new NetworkState(
        HostArrays.floats(model.params()),
        updaterState == null ? new float[0] : HostArrays.floats(updaterState),
        model.getIterationCount());
  }

  /**
   * Takes a state over.
   *
   * @param state the state of a network of the same settings
   */
  public void load(NetworkState state) {
    HostArrays.copy(state.params(), model.params());
    Updater updater = model.getUpdater();
    if (state.updaterState().length > 0) {
      HostArrays.copy(state.updaterState(), updater.getStateViewArray());
    }
    model.setIterationCount(state.updates());
    spectralNorm.follow();
  }

  /**
   * The network in Deeplearning4j's own file format, updater state included and without dropout:
   * {@code MultiLayerNetwork.load} takes it. Where batch normalisation samples by the statistics of
   * the batch, {@code output(z, true)} gives the run's pictures, else {@code output(z)}.
   *
   * @return the bytes of the zip file
   */
  public byte[] toZip() {
    return NetworkZip.of(blueprint, model, true);
  }

  /**
   * The network without its optimizer in Deeplearning4j's own file format: for use only.
   *
   * @return the bytes of the zip file
   */
  public byte[] toZipForUse() {
    return NetworkZip.of(blueprint, model, false);
  }

  private NetworkConfig config() {
    return blueprint.config();
  }

  private static INDArray view(INDArray vector, ParameterLayout.Range range) {
    return vector.get(NDArrayIndex.interval(range.from(), range.to()));
  }
}
