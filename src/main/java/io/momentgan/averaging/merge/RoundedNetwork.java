package io.momentgan.averaging.merge;

import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.config.OptimizerConfig;
import io.momentgan.network.Network;
import io.momentgan.network.ParameterLayout;
import io.momentgan.network.UpdaterLayout;
import io.momentgan.network.state.NetworkState;

/**
 * A network as workers hand it in. With {@link Wire#BF16} its numbers are rounded so that nothing
 * is lost that training needs:
 *
 * <ul>
 *   <li>Of parameters the change since the round's beginning, of which a 256th is lost at most, as
 *       often up as down. A parameter itself would lose all changes of less than a 512th of it.
 *       OpenDiLoCo sends changes in half precision without loss of quality (arXiv 2407.07852).
 *   <li>First moments as they are, where the round's updates replace a tenth of them or more, as
 *       one does with a beta1 or momentum of 0.9. Of others changes would be lost round after
 *       round, so they are not rounded.
 *   <li>Not rounded: second moments, of which an update replaces a thousandth, so that rounded ones
 *       would stand still in short rounds; running statistics of batch normalisation, which are few
 *       and whose variances are pooled from squared differences.
 * </ul>
 *
 * <p>What workers get at the next round's beginning is float: they do not keep the last one to add
 * a change to.
 *
 * @param wire precision of what is handed in
 * @param layout of the parameters
 * @param updaterLayout of the whole updater state
 * @param optimizer makes the updates
 */
public record RoundedNetwork(
    Wire wire, ParameterLayout layout, UpdaterLayout updaterLayout, OptimizerConfig optimizer) {
  /** The form of a network of this structure. */
  public static RoundedNetwork of(Wire wire, Network network) {
    return new RoundedNetwork(
        wire, network.layout(), network.updaterLayout(), network.blueprint().config().optimizer());
  }

  /**
   * Rounds a worker's network.
   *
   * @param after the network after the round, with its whole updater state
   * @param before the network before the round, with the same parameters and updates for all
   *     workers
   */
  public NetworkState of(NetworkState after, NetworkState before) {
    if (wire != Wire.BF16) {
      return after;
    }
    float[] params = new float[after.params().length];
    for (int i = 0; i < params.length; i++) {
      params[i] = round((double) after.params()[i] - before.params()[i]);
    }
    layout.copyStatistics(after.params(), params);
    int updates = after.updates() - before.updates();
    float[] updaterState =
        wire.roundsFirstMoments(optimizer.firstMomentsKept(updates))
            ? firstMomentsRounded(after.updaterState())
            : after.updaterState();
    return new NetworkState(params, updaterState, after.updates());
  }

  private float[] firstMomentsRounded(float[] updaterState) {
    float[] rounded = updaterState.clone();
    for (ParameterLayout.Range range : updaterLayout.first()) {
      for (int i = range.from(); i < range.to(); i++) {
        rounded[i] = round(rounded[i]);
      }
    }
    return rounded;
  }

  private float round(double value) {
    return (float) wire.round(value);
  }

  /**
   * Turns an average of what workers handed in into the average network.
   *
   * @param before parameters before the round
   */
  public NetworkState restored(NetworkState average, float[] before) {
    if (wire != Wire.BF16) {
      return average;
    }
    float[] params = new float[before.length];
    for (int i = 0; i < params.length; i++) {
      params[i] = before[i] + average.params()[i];
    }
    layout.copyStatistics(average.params(), params);
    return new NetworkState(params, average.updaterState(), average.updates());
  }
}
