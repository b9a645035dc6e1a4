package io.momentgan.kernels.batch;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Minibatch discrimination (Salimans et al. 2016, section 3.2): appends to each row how close it is
 * to the other rows of its batch. Rows f [n, inputs] become [f, o] of [n, inputs + kernels]:
 *
 * <pre>
 * M_i  = f_i W, [kernels, dimensions]
 * o_ib = bias_b + sum over j != i of exp(-sum over k of |M_ibk - M_jbk|)
 * W    = theta exp(s) / norm of theta over the inputs
 * </pre>
 *
 * <p>Trained are "theta" [inputs, dimensions * kernels], "s" and "bias". As in the authors' code,
 * theta starts at N(0, 0.05), s at 0, bias at -1, and a row is not compared with itself. {@link
 * MinibatchDiscriminationLayer#initialise} makes s and the bias follow images.
 */
public final class MinibatchDiscrimination extends BatchLayer {
  private static final long serialVersionUID = 1L;

  public static final String THETA = "theta";
  public static final String SCALE = "s";
  public static final String BIAS = "bias";

  private static final double THETA_SD = 0.05;
  private static final double FIRST_BIAS = -1;

  @JsonProperty private int kernels;
  @JsonProperty private int dimensions;

  /** For Deeplearning4j's JSON. */
  public MinibatchDiscrimination() {}

  /**
   * Defines a layer.
   *
   * @param inputs number of inputs
   * @param kernels numbers appended to a row
   * @param dimensions length of the vectors that each of them compares
   */
  public MinibatchDiscrimination(long inputs, int kernels, int dimensions) {
    this.kernels = kernels;
    this.dimensions = dimensions;
    setNIn(inputs);
    setNOut(inputs + kernels);
  }

  /** Returns the count of numbers appended to a row. */
  public int kernels() {
    return kernels;
  }

  /** Returns the length of the vectors that each kernel compares. */
  public int dimensions() {
    return dimensions;
  }

  // Columns are dimension by dimension, so that loops over the kernels read neighbours.
  @Override
  Map<String, long[]> shapes() {
    long columns = (long) dimensions * kernels;
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put(THETA, new long[] {getNIn(), columns});
    shapes.put(SCALE, new long[] {1, columns});
    shapes.put(BIAS, new long[] {1, kernels});
    return shapes;
  }

  @Override
  void begin(String name, INDArray parameter) {
    if (name.equals(THETA)) {
      parameter.assign(Nd4j.randn(parameter.dataType(), parameter.shape()).muli(THETA_SD));
    } else {
      parameter.assign(name.equals(BIAS) ? FIRST_BIAS : 0);
    }
  }

  @Override
  Layer runs(NeuralNetConfiguration conf, DataType dataType) {
    return new MinibatchDiscriminationLayer(conf, dataType);
  }
}
