package io.momentgan.averaging;

import io.momentgan.averaging.merge.OuterOptimizer;
import io.momentgan.averaging.merge.RoundedNetwork;
import io.momentgan.config.AveragingConfig;
import io.momentgan.config.AveragingConfig.OuterRates;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.config.Experiment;
import io.momentgan.network.Network;
import io.momentgan.network.ParameterLayout;
import io.momentgan.network.UpdaterLayout;
import io.momentgan.network.state.NetworkState;

/**
 * One network of the pair, on its way from the workers' states to the next snapshot.
 *
 * @param form the form in which workers hand it in
 * @param outer the step from their average
 */
record AveragedNetwork(RoundedNetwork form, OuterOptimizer outer) {
  static AveragedNetwork of(Network network, Experiment experiment, OuterRates rates) {
    AveragingConfig averaging = experiment.averaging();
    ParameterLayout layout = network.layout();
    Wire wire = averaging.wireOf(experiment.train().workers());
    return new AveragedNetwork(
        RoundedNetwork.of(wire, network),
        new OuterOptimizer(averaging.outer().type(), rates, layout));
  }

  ParameterLayout layout() {
    return form.layout();
  }

  UpdaterLayout updaterLayout() {
    return form.updaterLayout();
  }

  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Next(NetworkState state, float[] velocity) {}

  Next next(NetworkState travelled, NetworkState before, float[] velocity, SharedAdamState shared) {
    NetworkState average =
        shared.insert(
            form.restored(travelled, before.params()), before.updaterState(), updaterLayout());
    OuterOptimizer.Step step = outer.step(before.params(), average.params(), velocity);
    return new Next(
        new NetworkState(step.params(), average.updaterState(), average.updates()),
        step.velocity());
  }
}
