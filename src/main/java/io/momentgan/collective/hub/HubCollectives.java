package io.momentgan.collective.hub;

import io.momentgan.collective.Collective;
import io.momentgan.collective.CollectiveException;
import io.momentgan.collective.CollectiveFactory;
import io.momentgan.collective.Group;
import io.momentgan.collective.Meeting;
import io.momentgan.collective.Registration;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Groups of workers in different processes, as on a cluster. Needs {@link MomentGanPlugin} in
 * {@code spark.plugins}.
 */
public final class HubCollectives implements CollectiveFactory {
  private static final long serialVersionUID = 1L;

  /** From the plugin's start to its end; tasks have no other way to them. */
  private static final AtomicReference<Connected> CONNECTED = new AtomicReference<>();

  /** The hub of the driver's process, from the plugin's start to its end. */
  private static final AtomicReference<Hub> HUB = new AtomicReference<>();

  private record Connected(WorkerProcess process, HubClient driver) {}

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
  public Registration register(String run, Meeting meeting) {
    return hub().register(run, meeting);
  }

  @Override
  public Collective join(Group group, int rank, Meeting meeting) {
    Connected here = CONNECTED.get();
    if (here == null) {
      throw unknown("This executor does not know the hub");
    }
    return SlicedCollective.join(here.process(), here.driver(), token, group, rank, meeting);
  }

  static void open(Hub hub) {
    HUB.set(hub);
  }

  static void close(Hub hub) {
    HUB.compareAndSet(hub, null);
    hub.close();
  }

  static void connect(WorkerProcess process, HubClient driver) {
    CONNECTED.set(new Connected(process, driver));
  }

  static void disconnect(WorkerProcess process) {
    CONNECTED.updateAndGet(here -> here != null && here.process() == process ? null : here);
    process.close();
  }
}
