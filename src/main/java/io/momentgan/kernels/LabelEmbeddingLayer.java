package io.momentgan.kernels;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.feedforward.dense.DenseLayer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The working side of {@link LabelEmbedding}. */
final class LabelEmbeddingLayer extends DenseLayer implements Labelled {
  private static final long serialVersionUID = 1L;

  private transient INDArray oneHot;

  LabelEmbeddingLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  public void label(INDArray labels) {
    oneHot = labels;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    if (oneHot == null || oneHot.size(0) != input.size(0)) {
      throw new IllegalStateException("Labels must be given for each row before a pass");
    }
    INDArray vectors = oneHot.mmul(getParam(DefaultParamInitializer.WEIGHT_KEY));
    return workspaces.leverageTo(ArrayType.ACTIVATIONS, Nd4j.concat(1, input, vectors));
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    long inputs = epsilon.size(1) - layerConf().getNOut();
    INDArrayIndex all = NDArrayIndex.all();
    INDArray ofVectors = epsilon.get(all, NDArrayIndex.interval(inputs, epsilon.size(1)));
    INDArray table = gradientViews.get(DefaultParamInitializer.WEIGHT_KEY);
    table.assign(oneHot.transpose().mmul(ofVectors.dup('c')));
    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(DefaultParamInitializer.WEIGHT_KEY, table);
    INDArray ofInput = epsilon.get(all, NDArrayIndex.interval(0, inputs));
    return new Pair<>(gradient, workspaces.dup(ArrayType.ACTIVATION_GRAD, ofInput, 'c'));
  }
}
