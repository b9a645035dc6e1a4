package io.momentgan.network;

import io.momentgan.config.NetworkConfig;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.batch.VirtualBatch;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.NetworkBlueprint.Purpose;
import io.momentgan.network.state.NetworkFile;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.weights.OutputBiases;
import io.momentgan.network.weights.PassWeights;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A generator or discriminator that is driven from outside: {@link #forward}, {@link #backward}
 * with the gradient of a loss with respect to the output, {@link #update}.
 *
 * <p>Losses stay outside, so one discriminator serves both losses. Only {@link #update} changes its
 * parameters.
 */
public final class Network {
  private final NetworkBlueprint blueprint;
  private final MultiLayerNetwork model;
  private final ParameterLayout layout;
  private final INDArray gradient;
  private final LabelParts labels;
  private final PassWeights weights;
  private final Optimization optimization;
  private final List<Integer> layerEnds;
  private final int frozenLength;
  private final int historyLength;
  private final LayerPasses passes;

  /**
   * Creates a network with initial weights.
   *
   * @param blueprint its structure
   * @param seed seed of the initial weights
   */
  Network(NetworkBlueprint blueprint, long seed) {
    NetworkMemory.require(blueprint);
    this.blueprint = blueprint;
    this.model = new MultiLayerNetwork(blueprint.configuration(seed));
    model.init();
    model.initGradientsView();
    layout = ParameterLayout.of(model);
    gradient = model.getFlattenedGradients().reshape(layout.length());
    labels = new LabelParts(model, blueprint.labels());
    LayerStack layers = blueprint.layers();
    layerEnds = layers.ends();
    int frozenLayers = config().freeze() == 0 ? 0 : layerEnds.get(config().freeze() - 1);
    frozenLength =
        Stream.of(model.getLayers()).limit(frozenLayers).mapToInt(l -> (int) l.numParams()).sum();
    passes = new LayerPasses(model, blueprint.fast(), frozenLayers);
    historyLength = layers.historyLength();
    int held = layout.length() - historyLength;
    weights = PassWeights.of(config(), model, layers.normed(), held, frozenLayers, seed);
    optimization = new Optimization(model, layout, config(), frozenLength);
  }

  /** Returns the Deeplearning4j network. */
  public MultiLayerNetwork model() {
    return model;
  }

  /** Returns what passes use in place of parameters. */
  public PassWeights weights() {
    return weights;
  }

  /** Returns the layout of the flat parameter vector. */
  public ParameterLayout layout() {
    return layout;
  }

  /** Returns the layout of the flat updater state. */
  public UpdaterLayout updaterLayout() {
    return UpdaterLayout.of(model);
  }

  /** Returns the shape of an input; a vector of n is nx1x1. */
  public ImageShape input() {
    return blueprint.input();
  }

  /** Returns the type of the parameters. */
  public DataType dataType() {
    return blueprint.dataType();
  }

  /** Counts the trained parameters: no statistics, held values, frozen layers, virtual batch. */
  public int trainableParameters() {
    int gammas = config().batchNorm().gamma() ? 0 : layout.gammasLength(frozenLength);
    return layout.length()
        - frozenLength
        - layout.statisticsLength(frozenLength)
        - gammas
        - weights.fixedLength()
        - historyLength
        - VirtualBatch.rows(model) * input().features();
  }

  /** Returns the settings that it was made of. */
  public NetworkBlueprint blueprint() {
    return blueprint;
  }

  /** Returns how its parameters are updated. */
  public Optimization optimization() {
    return optimization;
  }

  /**
   * Gives layers their first values by a batch. With weight normalisation, outputs before the
   * activation get mean 0 and standard deviation 1, or {@code init-sd}; minibatch discrimination is
   * rescaled. ND4J's seed decides noise and dropout.
   *
   * @param input rows [n, inputs]
   * @param classes class of each row; ignored by networks that are not conditional
   */
  public void initialise(INDArray input, int... classes) {
    labels.give(classes, input);
    weights.initialise(model, input, config().outputLayer().initSd());
  }

  /**
   * Sets the last layer's biases such that outputs are the mean of images where the weights give 0.
   *
   * @param means of each value of an image; a channel with one bias takes its mean
   */
  public void startAt(double[] means) {
    OutputBiases.set(model, config().output(), means);
  }

  /**
   * Runs a training pass; keeps its intermediate results for one {@link #backward}.
   *
   * @param input rows [n, inputs]
   * @param classes class of each row; ignored by networks that are not conditional
   * @return rows [n, outputs]
   */
  public INDArray forward(INDArray input, int... classes) {
    return pass(input, classes).dup('c');
  }

  /**
   * Runs {@link #forward} and copies the output to the heap.
   *
   * @param input rows [n, inputs]
   * @param classes class of each row; ignored by networks that are not conditional
   * @return outputs [n, outputs] in row-major order
   */
  public double[] outputs(INDArray input, int... classes) {
    return HostArrays.doubles(pass(input, classes));
  }

  /** Returns rows in memory that the next pass may overwrite. */
  private INDArray pass(INDArray input, int[] classes) {
    labels.give(classes, input);
    return rows(passes.forward(input));
  }

  /**
   * Runs a training pass with other parameters, then restores its own bit for bit. No {@link
   * #backward} may follow.
   *
   * @param params parameters of a network of the same settings
   * @param input rows [n, inputs]
   * @param classes class of each row; ignored by networks that are not conditional
   * @return rows [n, outputs]
   */
  public INDArray forwardAs(float[] params, INDArray input, int... classes) {
    INDArray own = model.params().dup();
    HostArrays.copy(params, model.params());
    weights.follow();
    try {
      return forward(input, classes);
    } finally {
      model.params().assign(own);
      weights.follow();
    }
  }

  /**
   * Backpropagates through the last {@link #forward}; overwrites {@link #gradient()}.
   *
   * @param epsilon gradient of the summed loss with respect to the output [n, outputs]
   * @return gradient with respect to the input [n, inputs], in memory that the next pass may
   *     overwrite
   */
  public INDArray backward(INDArray epsilon) {
    return backward(epsilon, true, true);
  }

  /** Runs {@link #backward} for {@link #gradient()} only. */
  public void backwardToParameters(INDArray epsilon) {
    backward(epsilon, true, false);
  }

  /** Runs {@link #backward} for its result only; {@link #gradient()} is undefined afterwards. */
  public INDArray backwardToInput(INDArray epsilon) {
    return backward(epsilon, false, true);
  }

  /**
   * Runs a training pass up to the outputs of a hidden layer; keeps its intermediate results for
   * one {@link #backwardFromFeatures}.
   *
   * @param layer number of the hidden layer in the settings, from 1; 0 for the last one beside
   *     noise and dropout
   * @param input rows [n, inputs]
   * @param classes class of each row; ignored by networks that are not conditional
   * @return rows [n, features] in memory that the next pass may overwrite
   */
  public INDArray features(int layer, INDArray input, int... classes) {
    labels.give(classes, input);
    return rows(passes.features(input, layersTo(layer)));
  }

  /**
   * Counts the Deeplearning4j layers up to the outputs of a hidden layer.
   *
   * @param layer number of the hidden layer, as of {@link #features}
   */
  public int layersTo(int layer) {
    return layerEnds.get((layer == 0 ? config().lastFeatures() : layer) - 1);
  }

  /**
   * Backpropagates from the outputs of the last {@link #features} to the input; {@link #gradient()}
   * is undefined afterwards.
   *
   * @param epsilon gradient of the summed loss with respect to the features [n, features]
   * @return gradient with respect to the input [n, inputs], in memory that the next pass may
   *     overwrite
   */
  public INDArray backwardFromFeatures(INDArray epsilon) {
    return rows(passes.backwardFromFeatures(epsilon));
  }

  private INDArray backward(INDArray epsilon, boolean gradients, boolean inputErrors) {
    INDArray back = passes.backward(likeOutput(epsilon), gradients, inputErrors);
    if (gradients) {
      weights.passGradient();
    }
    return inputErrors ? rows(back) : null;
  }

  /** Returns the gradient of the summed loss with respect to the parameters: a view. */
  public INDArray gradient() {
    return gradient;
  }

  /**
   * Copies {@link #gradient()} after adding the gradients of earlier passes to it.
   *
   * @param sum of the earlier passes, which is overwritten, as new memory costs more; may be null
   * @param passes number of the earlier passes
   * @return the new sum
   */
  public INDArray sumGradient(INDArray sum, int passes) {
    return optimization.sumGradient(sum, passes);
  }

  /**
   * Adds the gradients of earlier passes, for a loss that is a sum over several passes.
   *
   * @param sum what {@link #sumGradient} returned; ignored without passes
   * @param passes number of the earlier passes
   */
  public void addGradient(INDArray sum, int passes) {
    optimization.addGradient(sum, passes);
  }

  /**
   * Updates the parameters by the optimizer; {@link #gradient()} is undefined afterwards.
   *
   * @param batchSize divides the summed gradient
   * @return Euclidean norm of the gradient of the mean loss with respect to trained parameters
   */
  public double update(int batchSize) {
    double norm = optimization.update(batchSize);
    weights.updated();
    return norm;
  }

  /**
   * Clips all parameters but those of frozen layers, scales and running statistics of batch
   * normalisation.
   *
   * @param bound largest absolute value
   */
  public void clip(double bound) {
    optimization.clip(bound);
    weights.follow();
  }

  /**
   * Runs an inference pass, with the batch normalisation and dropout that the settings name. ND4J's
   * seed decides the dropout.
   *
   * @param input rows [n, inputs]
   * @param classes class of each row; ignored by networks that are not conditional
   * @return rows [n, outputs]
   */
  public INDArray sample(INDArray input, int... classes) {
    labels.give(classes, input);
    boolean batch = config().batchNorm().sampling() == NetworkConfig.Statistics.BATCH;
    INDArray output =
        passes.activate(
            input,
            layer -> layer instanceof BatchNormalization ? batch : config().samplingDropout(),
            model.getnLayers());
    return rows(output.dup('c'));
  }

  /** Infers the last hidden layer's outputs beside noise and dropout, by running statistics. */
  public INDArray sampleFeatures(INDArray input) {
    return rows(passes.activate(input, layer -> false, layersTo(0)).dup('c'));
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

  /**
   * Compares the shapes of all parameters with those of another network.
   *
   * @return the first layer that differs, such as "layer 2 of 5 has W [64, 3, 5, 5], b [1, 64],
   *     expected W [64, 1, 5, 5], b [1, 64]"; empty when all are equal
   */
  public Optional<String> shapeDifference(Network other) {
    return ParameterLayout.difference(model, other.model);
  }

  /** Copies the state. */
  public NetworkState state() {
    return NetworkState.of(model);
  }

  /** Loads the state of a network of the same settings. */
  public void load(NetworkState state) {
    HostArrays.copy(state.params(), model.params());
    Updater updater = model.getUpdater();
    if (state.updaterState().length > 0) {
      HostArrays.copy(state.updaterState(), updater.getStateViewArray());
    }
    model.setIterationCount(state.updates());
    weights.follow();
  }

  /**
   * Writes the network in Deeplearning4j's file format for {@code MultiLayerNetwork.load}, with
   * updater state and without dropout. Weights are those of passes; where they are a function of
   * other parameters, {@link NetworkFile} says where these are. The run's pictures are {@code
   * output(z, true)} where batch normalisation samples by the statistics of the batch, else {@code
   * output(z)}.
   */
  public byte[] toZip() {
    return zip(true);
  }

  /** Writes the network in Deeplearning4j's file format without its optimizer, for inference. */
  public byte[] toZipForUse() {
    return zip(false);
  }

  private byte[] zip(boolean withUpdater) {
    return NetworkFile.write(plain(), state(), weights.differ() || historyLength > 0, withUpdater);
  }

  /** Copies the network for inference, with the weights of passes. */
  public MultiLayerNetwork plain() {
    MultiLayerNetwork plain = new MultiLayerNetwork(blueprint.with(Purpose.FILE).configuration(0));
    plain.init(weights.plain(model), false);
    return plain;
  }

  private NetworkConfig config() {
    return blueprint.config();
  }
}
