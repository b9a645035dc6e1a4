package io.momentgan.step;

import io.momentgan.config.Experiment;
import io.momentgan.config.LossConfig.GradientPenalty;
import io.momentgan.config.Seeds;
import io.momentgan.engine.Rows;
import io.momentgan.engine.TrainedNetwork;
import java.util.SplittableRandom;

/**
 * Penalties on the discriminator's gradient with respect to the images that it is shown, see {@link
 * GradientPenalty}.
 *
 * @param config the settings
 * @param runSeed {@code train.seed}
 * @param rank of the worker
 */
record GradientPenalties(GradientPenalty config, long runSeed, int rank) {
  static GradientPenalties of(Experiment experiment, int rank) {
    return new GradientPenalties(
        experiment.loss().gradientPenalty(), experiment.train().seed(), rank);
  }

  /**
   * Adds the penalties' gradient to the discriminator's, where the update has penalties.
   *
   * @param real shown images
   * @param fake as many
   * @return their weighted value; 0 in an update without
   */
  double add(TrainedNetwork network, Batch real, Batch fake, long iteration, int draw) {
    boolean due = config.on() && iteration % config.every() == 0;
    return due ? sum(network, real, fake, config.every(), iteration, draw) : 0;
  }

  /** Computes what {@link #add} returns on average; the gradient is undefined afterwards. */
  double value(TrainedNetwork network, Batch real, Batch fake, long iteration, int draw) {
    return config.on() ? sum(network, real, fake, 1, iteration, draw) : 0;
  }

  private double sum(
      TrainedNetwork network, Batch real, Batch fake, double scale, long iteration, int draw) {
    double sum = 0;
    if (config.wganGp() > 0) {
      network.keepGradient();
      Rows between = between(real.images(), fake.images(), iteration, draw);
      sum += network.penaliseSlopes(scale * config.wganGp(), 1, between, real.classes());
    }
    if (config.r1() > 0) {
      network.keepGradient();
      sum += network.penaliseSlopes(scale * config.r1() / 2, 0, real.images(), real.classes());
    }
    if (config.r2() > 0) {
      network.keepGradient();
      sum += network.penaliseSlopes(scale * config.r2() / 2, 0, fake.images(), fake.classes());
    }
    network.addKeptGradients();
    return sum;
  }

  private Rows between(Rows real, Rows fake, long iteration, int draw) {
    long seed = Seeds.of(runSeed, Seeds.Use.INTERPOLATION, iteration, rank, draw);
    return real.towards(fake, new SplittableRandom(seed).doubles(real.count()).toArray());
  }
}
