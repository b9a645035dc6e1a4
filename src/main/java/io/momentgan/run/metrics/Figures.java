package io.momentgan.run.metrics;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.momentgan.evaluation.Measure;
import io.momentgan.moments.NoiseFloor;
import io.momentgan.step.Losses;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Losses of a batch, or their means. Losses are in nats. Moment terms are in the original's units,
 * 0.1 * sum |difference| over the features, whatever the weights of the penalty; NaN where they are
 * not measured.
 *
 * @param dLoss discriminator loss, after its update
 * @param gLoss generator loss, moment terms included
 * @param gBce adversarial part of the generator loss
 * @param momentMean mean term of the moment distance
 * @param momentVar variance term of the moment distance
 * @param gradientPenalty part of the discriminator loss that is penalties on its gradient with
 *     respect to images; 0 without any
 */
public record Figures(
    double dLoss,
    double gLoss,
    double gBce,
    double momentMean,
    double momentVar,
    @JsonProperty(defaultValue = "0") double gradientPenalty) {
  /** Their measures. */
  public static final List<Measure<Figures>> MEASURES =
      List.of(
          measure("d-loss", "D loss", "nats", Figures::dLoss),
          measure("g-loss", "G loss", "nats", Figures::gLoss),
          measure("g-bce", "G loss, adversarial", "nats", Figures::gBce),
          measure("moment-mean", "Mean term", "0.1 x sum |difference|", Figures::momentMean),
          measure("moment-var", "Variance term", "0.1 x sum |difference|", Figures::momentVar),
          measure("gradient-penalty", "Gradient penalty", "nats", Figures::gradientPenalty));

  private static Measure<Figures> measure(
      String key, String name, String unit, ToDoubleFunction<Figures> value) {
    return new Measure<>(key, name, unit, 3, Measure.Better.NEITHER, value);
  }

  /**
   * Figures of losses; NaN for moment terms without a floor, which are not measured.
   *
   * @param losses of a batch, or means
   * @param floor noise floor of the moments
   */
  public static Figures of(Losses losses, NoiseFloor floor) {
    // Without measured moments there is no number, rather than 0.
    boolean measured = !floor.equals(NoiseFloor.NONE);
    return new Figures(
        losses.discriminator(),
        losses.generator(),
        losses.generatorBce(),
        measured ? losses.momentMean() : Double.NaN,
        measured ? losses.momentVariance() : Double.NaN,
        losses.gradientPenalty());
  }

  /**
   * The context in which the last batch's figures are read.
   *
   * @param momentMeanFloor mean term between two real batches of the same size
   * @param momentVarFloor variance term between two real batches of the same size
   * @param dReal mean probability that the discriminator gives real images
   * @param dFake mean probability that the discriminator gives generated images
   */
  public record Context(double momentMeanFloor, double momentVarFloor, double dReal, double dFake) {
    static Context of(Losses losses, NoiseFloor floor) {
      boolean measured = !floor.equals(NoiseFloor.NONE);
      return new Context(
          measured ? floor.mean() : Double.NaN,
          measured ? floor.variance() : Double.NaN,
          losses.dReal(),
          losses.dFake());
    }
  }
}
