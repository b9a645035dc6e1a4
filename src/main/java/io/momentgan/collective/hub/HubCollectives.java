package io.momentgan.collective.hub;

import io.momentgan.collective.Collective;
import io.momentgan.collective.CollectiveException;
import io.momentgan.collective.CollectiveFactory;
import io.momentgan.collective.Group;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Groups of workers in different processes, as on a cluster. Needs {@link MomentGanPlugin} in
 * {@code spark.plugins}.
 */
public final class HubCollectives implements CollectiveFactory {
  private static final long serialVersionUID = 1L;

  /** From the plugin's start to its end; tasks have no other way to it. */
  private static final AtomicReference<HubClient> CLIENT = new AtomicReference<>();

  @Override
  public Collective join(Group group, int rank, int size, Duration deadline) {
    HubClient client = CLIENT.get();
    if (client == null) {
      throw new CollectiveException(
          "This executor does not know the hub: set spark.plugins=%s before the context is made"
              .formatted(MomentGanPlugin.class.getName()));
    }
    return HubCollective.join(client, group, rank, size, deadline);
  }

  static void connect(HubClient client) {
    CLIENT.set(client);
  }

  static void disconnect(HubClient client) {
    CLIENT.compareAndSet(client, null);
    client.close();
  }
}
