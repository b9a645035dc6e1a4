package io.momentgan.kernels;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Instance normalisation (Ulyanov et al. 2016) without scale and shift of images [n, channels,
 * height, width]: y = (x - mean) / sqrt(variance + epsilon) with mean and biased variance of each
 * channel of each image.
 */
// An activation function, as it has neither parameters nor statistics to keep.
public final class InstanceNorm extends BaseActivationFunction {
  private static final long serialVersionUID = 1L;

  @JsonProperty private final double epsilon;

  /**
   * Defines a normalisation.
   *
   * @param epsilon added to the variance
   */
  @JsonCreator
  public InstanceNorm(@JsonProperty("epsilon") double epsilon) {
    this.epsilon = epsilon;
  }

  /** Returns the number that is added to the variance. */
  public double epsilon() {
    return epsilon;
  }

  @Override
  public INDArray getActivation(INDArray in, boolean training) {
    INDArray y = maps(in);
    y.diviColumnVector(deviation(centre(y)));
    return in.assign(y.reshape('c', in.shape()));
  }

  /** Gradient e with respect to y gives (e - mean(e) - y mean(e y)) / deviation for x. */
  @Override
  public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilonByOutput) {
    assertShape(in, epsilonByOutput);
    INDArray y = maps(in);
    INDArray deviation = deviation(centre(y));
    y.diviColumnVector(deviation);
    INDArray e = maps(epsilonByOutput);
    INDArray product = e.mul(y).mean(true, 1);
    centre(e);
    e.subi(y.muliColumnVector(product)).diviColumnVector(deviation);
    return new Pair<>(in.assign(e.reshape('c', in.shape())), null);
  }

  /** Copies the images, one row for each image and channel. */
  private static INDArray maps(INDArray images) {
    if (images.rank() != 4) {
      throw new IllegalArgumentException(
          "Invalid input: rank %d (must be 4: n, channels, height, width)"
              .formatted(images.rank()));
    }
    return images.dup('c').reshape('c', images.size(0) * images.size(1), -1);
  }

  private static INDArray centre(INDArray maps) {
    return maps.subiColumnVector(maps.mean(true, 1));
  }

  private INDArray deviation(INDArray centred) {
    return Transforms.sqrt(centred.mul(centred).mean(true, 1).addi(epsilon), false);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InstanceNorm that && epsilon == that.epsilon;
  }

  @Override
  public int hashCode() {
    return Double.hashCode(epsilon);
  }

  @Override
  public String toString() {
    return "instancenorm(epsilon=" + epsilon + ")";
  }
}
