package io.momentgan.collective.hub;

import io.momentgan.collective.Collective;
import io.momentgan.collective.CollectiveException;
import io.momentgan.collective.CollectiveFactory;
import io.momentgan.collective.Group;
import io.momentgan.collective.Registration;
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

  /** The hub of the driver's process, from the plugin's start to its end. */
  private static final AtomicReference<Hub> HUB = new AtomicReference<>();

  private final Token token;

  /**
   * Takes the token of the application's hub. On the driver.
   *
   * @throws CollectiveException when there is no hub
   */
  public HubCollectives() {
    token = hub().token();
  }

  static Hub hub() {
    Hub hub = HUB.get();
    if (hub == null) {
      throw unknown("This application has no hub");
    }
    return hub;
  }

  private static CollectiveException unknown(String what) {
    return new CollectiveException(
        "%s: set spark.plugins=%s before the context is made"
            .formatted(what, MomentGanPlugin.class.getName()));
  }

  @Override
  public Registration register(String run, int size, Duration deadline, long mostBytes) {
    return hub().register(run, size, deadline, mostBytes);
  }

  @Override
  public Collective join(Group group, int rank, int size, Duration deadline) {
    HubClient client = CLIENT.get();
    if (client == null) {
      throw unknown("This executor does not know the hub");
    }
    return HubCollective.join(client, token, group, rank, size, deadline);
  }

  static void open(Hub hub) {
    HUB.set(hub);
  }

  static void close(Hub hub) {
    HUB.compareAndSet(hub, null);
    hub.close();
  }

  static void connect(HubClient client) {
    CLIENT.set(client);
  }

  static void disconnect(HubClient client) {
    CLIENT.compareAndSet(client, null);
    client.close();
  }
}
