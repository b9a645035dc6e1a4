package io.momentgan.collective.hub;

import io.momentgan.collective.Collective;
import io.momentgan.collective.CollectiveException;
import io.momentgan.collective.Exchange;
import io.momentgan.collective.Group;
import io.momentgan.collective.Meeting;
import io.momentgan.collective.Message;
import io.momentgan.collective.Message.Addresses;
import io.momentgan.collective.Registration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A worker's end of a group of several processes. Small messages meet at the driver's hub. Large
 * ones are cut into a slice for each worker, which its process's hub merges for all: a
 * reduce-scatter and an all-gather in one request and its answer. A worker sends, and gets, the
 * bytes of less than two messages, however many workers there are. The driver's hub sees the
 * addresses.
 *
 * <p>All workers choose by the same bytes, so they choose alike.
 */
final class SlicedCollective implements Collective {
  private final WorkerProcess process;
  private final Token token;
  private final Group group;
  private final Meeting meeting;
  private final HubCollective driver;

  /** This worker's ends at the hubs of all, by rank; empty until the first large message. */
  private final List<HubCollective> slices = new ArrayList<>();

  private Registration own = Registration.NONE;
  private boolean underWay;

  private SlicedCollective(
      WorkerProcess process, Token token, Group group, Meeting meeting, HubCollective driver) {
    this.process = process;
    this.token = token;
    this.group = group;
    this.meeting = meeting;
    this.driver = driver;
  }

  /** Joins the group at the driver's hub. */
  static SlicedCollective join(
      WorkerProcess process,
      HubClient driver,
      Token token,
      Group group,
      int rank,
      Meeting meeting) {
    HubCollective joined = HubCollective.join(driver, token, group, rank, meeting);
    return new SlicedCollective(process, token, group, meeting, joined);
  }

  @Override
  public int rank() {
    return driver.rank();
  }

  @Override
  public int size() {
    return driver.size();
  }

  @Override
  public <M extends Message> Exchange<M> begin(M contribution) {
    Collective.requireNone(underWay);
    Exchange<M> exchange = noting(() -> start(contribution));
    underWay = true;
    return () -> {
      underWay = false;
      return noting(exchange::await);
    };
  }

  /** Keeps the driver's hub from taking a round for finished that failed at another hub. */
  private <T> T noting(Supplier<T> work) {
    try {
      return work.get();
    } catch (CollectiveException e) {
      driver.fail();
      throw e;
    }
  }

  private <M extends Message> Exchange<M> start(M contribution) {
    if (!meeting.bySlices(contribution)) {
      return driver.begin(contribution);
    }
    return slices.isEmpty() ? beginFirst(contribution) : beginSlices(contribution);
  }

  /**
   * Slices can go once all workers have told where theirs are merged, which begin may not await.
   */
  private <M extends Message> Exchange<M> beginFirst(M contribution) {
    Hub hub = process.own(token);
    Group slice = slice(rank());
    own = hub.register(slice.run(), meeting);
    own.admit(slice.round());
    Exchange<Addresses> addresses = driver.begin(new Addresses(List.of(process.address(hub))));
    return () -> {
      enter(addresses.await().places());
      return this.<M>beginSlices(contribution).await();
    };
  }

  /** The group that merges the slice of a worker: each attempt has its own. */
  private Group slice(int rank) {
    String run =
        "%s, slice %d, try %d.%d.%d"
            .formatted(group.run(), rank, group.stage(), group.attempt(), group.retry());
    return new Group(run, group.round(), group.stage(), group.attempt(), group.retry());
  }

  private void enter(List<String> hubs) {
    for (int rank = 0; rank < hubs.size(); rank++) {
      slices.add(
          HubCollective.enter(process.hub(hubs.get(rank)), token, slice(rank), rank(), meeting));
    }
    slices.forEach(HubCollective::awaitEntry);
  }

  @SuppressWarnings("unchecked") // slices are put together to what they were cut from
  private <M extends Message> Exchange<M> beginSlices(Message contribution) {
    List<Message> cut = MessageSlices.cut(contribution, size());
    List<Exchange<Message>> exchanges = new ArrayList<>();
    for (int rank = 0; rank < size(); rank++) {
      exchanges.add(slices.get(rank).begin(cut.get(rank)));
    }
    return () -> (M) MessageSlices.join(exchanges.stream().map(Exchange::await).toList());
  }

  @Override
  public void abort(String reason) {
    driver.abort(reason);
    slices.forEach(slice -> slice.abort(reason));
  }

  @Override
  public void close() {
    slices.forEach(HubCollective::leave);
    driver.close();
    own.close();
  }
}
