package io.momentgan.kernels;

import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Puts the class beside what a layer gets (Mirza and Osindero 2014): rows [n, f] become [n, f +
 * classes], images [n, c, h, w] become [n, c + classes, h, w] with constant channels.
 */
public final class LabelChannels implements InputPreProcessor, Labelled {
  private static final long serialVersionUID = 1L;

  private int classes;
  private transient INDArray oneHot;

  /** For Deeplearning4j's JSON. */
  public LabelChannels() {}

  /**
   * Channels for labels.
   *
   * @param classes how many
   */
  public LabelChannels(int classes) {
    this.classes = classes;
  }

  /** How many classes there are. */
  public int getClasses() {
    return classes;
  }

  /** For Deeplearning4j's JSON. */
  public void setClasses(int classes) {
    this.classes = classes;
  }

  @Override
  public void label(INDArray labels) {
    oneHot = labels;
  }

  @Override
  public INDArray preProcess(INDArray input, int miniBatchSize, LayerWorkspaceMgr workspaces) {
    if (oneHot == null || oneHot.size(0) != input.size(0)) {
      throw new IllegalStateException("Labels must be given for each row before a pass");
    }
    INDArray both = Nd4j.concat(1, input, input.rank() == 2 ? oneHot : planes(input));
    return workspaces.leverageTo(ArrayType.ACTIVATIONS, both);
  }

  private INDArray planes(INDArray images) {
    long n = images.size(0);
    long height = images.size(2);
    long width = images.size(3);
    return oneHot
        .reshape('c', n * classes, 1)
        .broadcast(n * classes, height * width)
        .reshape('c', n, classes, height, width);
  }

  @Override
  public INDArray backprop(INDArray epsilon, int miniBatchSize, LayerWorkspaceMgr workspaces) {
    INDArray ofInput =
        epsilon.rank() == 2
            ? epsilon.get(NDArrayIndex.all(), NDArrayIndex.interval(0, epsilon.size(1) - classes))
            : epsilon.get(
                NDArrayIndex.all(),
                NDArrayIndex.interval(0, epsilon.size(1) - classes),
                NDArrayIndex.all(),
                NDArrayIndex.all());
    return workspaces.dup(ArrayType.ACTIVATION_GRAD, ofInput, 'c');
  }

  @Override
  public LabelChannels clone() {
    return new LabelChannels(classes);
  }

  @Override
  public InputType getOutputType(InputType type) {
    if (type instanceof InputType.InputTypeConvolutional in) {
      return InputType.convolutional(in.getHeight(), in.getWidth(), in.getChannels() + classes);
    }
    return InputType.feedForward(type.arrayElementsPerExample() + classes);
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(
      INDArray mask, MaskState state, int miniBatchSize) {
    return new Pair<>(mask, state);
  }
}
