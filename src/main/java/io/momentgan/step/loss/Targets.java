package io.momentgan.step.loss;

import io.momentgan.config.LossConfig;
import io.momentgan.config.Seeds;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The discriminator's targets: fixed or drawn per image, some of them flipped. A loss without
 * targets uses 1 for real and -1 for generated images.
 */
public final class Targets {
  private final LossConfig config;
  private final long runSeed;
  private final int rank;

  public Targets(LossConfig config, long runSeed, int rank) {
    this.config = config;
    this.runSeed = runSeed;
    this.rank = rank;
  }

  /** Draws the targets of a batch for update {@code draw} of an iteration. */
  public double[] draw(boolean real, int count, long iteration, int draw) {
    double[] targets = new double[count];
    SplittableRandom random =
        new SplittableRandom(
            Seeds.of(runSeed, Seeds.Use.LABELS, iteration, rank, draw, real ? 1 : 0));
    for (int i = 0; i < count; i++) {
      boolean flipped = config.flip() > 0 && random.nextDouble() < config.flip();
      targets[i] = real == flipped ? target(false, random) : target(true, random);
    }
    return targets;
  }

  private double target(boolean real, SplittableRandom random) {
    if (!config.type().hasTargets()) {
      return real ? 1 : -1;
    }
    List<Double> range = real ? config.realRange() : config.fakeRange();
    double fixed = real ? config.realTarget() : config.fakeTarget();
    return range.isEmpty()
        ? fixed
        : range.get(0) + (range.get(1) - range.get(0)) * random.nextDouble();
  }
}
