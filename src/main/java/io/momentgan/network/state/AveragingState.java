package io.momentgan.network.state;

import java.io.Serializable;

/**
 * The driver's own state between two rounds, in the order of the parameters.
 *
 * @param ema the generator's exponential moving average, or empty; never mutated
 * @param discriminatorEma the discriminator's, or empty; never mutated
 * @param generatorVelocity velocity of the outer optimizer, or empty; never mutated
 * @param discriminatorVelocity velocity of the outer optimizer, or empty; never mutated
 */
@SuppressWarnings("ArrayRecordComponent") // compared array by array where needed
public record AveragingState(
    float[] ema, float[] discriminatorEma, float[] generatorVelocity, float[] discriminatorVelocity)
    implements Serializable {
  /** The state before the first round. */
  public static final AveragingState NONE =
      new AveragingState(new float[0], new float[0], new float[0], new float[0]);
}
