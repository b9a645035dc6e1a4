package io.momentgan.kernels.batch;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Virtual batch normalisation of vectors or of images by channel (Salimans et al. 2016, section
 * 3.4), behind a {@link VirtualBatch}. The first B rows, the reference batch, are normalised by
 * their own statistics, and each other row x by those of itself and the reference batch:
 *
 * <pre>
 * mean   = mean(x) / (B + 1) + mean(reference) B / (B + 1), likewise square, of squares
 * output = gamma (x - mean) / sqrt(square - mean^2 + epsilon) + beta
 * </pre>
 *
 * <p>No other row matters to a row, in training or inference. Parameters are "gamma", at first N(1,
 * 0.02) as in the authors' code, or 1 if it is not trained, and "beta", at first 0.
 */
public final class VirtualBatchNorm extends BatchLayer {
  private static final long serialVersionUID = 1L;

  public static final String GAMMA = BatchNormalizationParamInitializer.GAMMA;
  public static final String BETA = BatchNormalizationParamInitializer.BETA;

  private static final double GAMMA_SD = 0.02;

  @JsonProperty private int reference;
  @JsonProperty private double epsilon;
  @JsonProperty private boolean trained;
  @JsonProperty private boolean last;

  /** For Deeplearning4j's JSON. */
  public VirtualBatchNorm() {}

  /**
   * Defines a layer.
   *
   * @param channels number of channels
   * @param reference rows of the reference batch
   * @param epsilon added to the variance
   * @param trained whether gamma is trained
   * @param last whether this is the network's last one, which takes the reference batch off
   */
  public VirtualBatchNorm(
      int channels, int reference, double epsilon, boolean trained, boolean last) {
    this.reference = reference;
    this.epsilon = epsilon;
    this.trained = trained;
    this.last = last;
    setNIn(channels);
    setNOut(channels);
  }

  /** Returns the number of rows of the reference batch. */
  public int reference() {
    return reference;
  }

  /** Returns the number that is added to the variance. */
  public double epsilon() {
    return epsilon;
  }

  /** Whether this is the network's last one, which takes the reference batch off. */
  public boolean last() {
    return last;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return inputType;
  }

  @Override
  Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put(GAMMA, new long[] {1, getNOut()});
    shapes.put(BETA, new long[] {1, getNOut()});
    return shapes;
  }

  @Override
  void begin(String name, INDArray parameter) {
    if (name.equals(BETA)) {
      parameter.assign(0);
    } else if (trained) {
      INDArray noise = Nd4j.randn(parameter.dataType(), parameter.shape());
      parameter.assign(noise.muli(GAMMA_SD).addi(1));
    } else {
      parameter.assign(1);
    }
  }

  @Override
  Layer runs(NeuralNetConfiguration conf, DataType dataType) {
    return new VirtualBatchNormLayer(conf, dataType);
  }
}
