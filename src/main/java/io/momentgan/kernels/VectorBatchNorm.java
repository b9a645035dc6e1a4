package io.momentgan.kernels;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Deeplearning4j's batch normalisation of vectors or of images by channel, with the activation that
 * follows, in loops that the JIT compiler vectorises. Same parameters and results. Floats on a CPU
 * only.
 */
public final class VectorBatchNorm extends BatchNormalization {
  private static final long serialVersionUID = 1L;

  /**
   * Defines a layer.
   *
   * @param channels number of channels
   * @param epsilon added to the variance
   * @param decay decay of the running averages
   * @param activation applied to the normalised values
   */
  public VectorBatchNorm(int channels, double epsilon, double decay, IActivation activation) {
    setNIn(channels);
    setNOut(channels);
    setEps(epsilon);
    setActivationFn(activation);
    setDecay(decay);
    setUseLogStd(false);
    setMinibatch(true);
    setGamma(1);
    setBeta(0);
    setCnn2DFormat(CNN2DFormat.NCHW);
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray paramsView,
      boolean initialise,
      DataType dataType) {
    VectorBatchNormLayer layer = new VectorBatchNormLayer(conf, dataType);
    return FastLayer.initialise(layer, conf, listeners, index, paramsView, initialise);
  }
}
