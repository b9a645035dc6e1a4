package io.momentgan.step;

import io.momentgan.collective.Collective;
import io.momentgan.collective.Exchange;
import io.momentgan.collective.Message;
import io.momentgan.config.Exchanges;

/**
 * A worker's end of its group that refuses exchanges which {@link Exchanges} does not know: the
 * cluster's slots were checked by that.
 *
 * @param group the worker's end of its group
 * @param exchanges the exchanges of its settings
 */
record KnownExchanges(Collective group, Exchanges exchanges) implements Collective {
  @Override
  public int rank() {
    return group.rank();
  }

  @Override
  public int size() {
    return group.size();
  }

  @Override
  public <M extends Message> Exchange<M> begin(M contribution) {
    if (!exchanges.any()) {
      throw new IllegalStateException(
          "Worker %d exchanges %s, but its settings say that nothing is exchanged"
              .formatted(rank(), contribution.getClass().getSimpleName()));
    }
    return group.begin(contribution);
  }

  @Override
  public void abort(String reason) {
    group.abort(reason);
  }

  @Override
  public void close() {
    group.close();
  }
}
