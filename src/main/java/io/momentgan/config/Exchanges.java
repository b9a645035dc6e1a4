package io.momentgan.config;

import io.momentgan.config.MomentsConfig.Scope;

/**
 * What workers exchange within a round, by the settings. The step asks here before each exchange,
 * and the checks of a cluster ask here whether all workers must run at once.
 *
 * @param moments before each generator update: moments of the generated images, with the losses
 * @param gradients before each update: gradients, where workers share them
 * @param updateLosses after an update: the loss that decides whether there is one more
 */
public record Exchanges(boolean moments, boolean gradients, boolean updateLosses) {
  /** The exchanges that settings ask for. */
  public static Exchanges of(Experiment experiment) {
    Scope scope = experiment.moments().scope();
    return new Exchanges(
        scope == Scope.GLOBAL || scope == Scope.DATASET,
        experiment.train().everSharesGradients(),
        experiment.train().thresholds().on());
  }

  /** Whether workers wait for each other within a round. */
  public boolean any() {
    return moments || gradients || updateLosses;
  }
}
