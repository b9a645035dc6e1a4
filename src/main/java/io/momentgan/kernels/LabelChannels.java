package io.momentgan.kernels;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.preprocessor.BaseInputPreProcessor;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Appends the one-hot class to a layer's input (Mirza and Osindero 2014): rows [n, f] become [n, f
 * + classes], images [n, c, h, w] become [n, c + classes, h, w] with constant channels.
 */
public final class LabelChannels extends BaseInputPreProcessor implements Conditional {
  private static final long serialVersionUID = 1L;

  @JsonProperty private final int classes;
  private transient INDArray oneHot;

  /**
   * Defines the channels.
   *
   * @param classes number of classes
   */
  @JsonCreator
  public LabelChannels(@JsonProperty("classes") int classes) {
    this.classes = classes;
  }

  @Override
  public void condition(INDArray labels) {
    oneHot = labels;
  }

  static void requireLabels(INDArray oneHot, INDArray input) {
    if (oneHot == null || oneHot.size(0) != input.size(0)) {
      throw new IllegalStateException("Labels must be given for each row before a pass");
    }
  }

  @Override
  public INDArray preProcess(INDArray input, int miniBatchSize, LayerWorkspaceMgr workspaces) {
    requireLabels(oneHot, input);
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
    INDArray inputErrors =
        epsilon.get(NDArrayIndex.all(), NDArrayIndex.interval(0, epsilon.size(1) - classes));
    return workspaces.dup(ArrayType.ACTIVATION_GRAD, inputErrors, 'c');
  }

  @Override
  public InputType getOutputType(InputType type) {
    if (type instanceof InputType.InputTypeConvolutional in) {
      return InputType.convolutional(in.getHeight(), in.getWidth(), in.getChannels() + classes);
    }
    return InputType.feedForward(type.arrayElementsPerExample() + classes);
  }
}
