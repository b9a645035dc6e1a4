package io.momentgan.collective.hub;

import io.momentgan.collective.CollectiveException;
import io.momentgan.collective.Group;
import io.momentgan.collective.Meeting;
import io.momentgan.collective.Message;
import io.momentgan.collective.Registration;
import io.netty.util.AttributeKey;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.lang3.concurrent.BasicThreadFactory;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.crypto.AuthServerBootstrap;
import org.apache.spark.network.netty.SparkTransportConf;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.apache.spark.network.server.TransportServer;
import org.apache.spark.network.server.TransportServerBootstrap;
import org.apache.spark.network.util.NettyUtils;
import org.apache.spark.network.util.TransportConf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/**
 * The meeting place of workers of different processes: on the driver, or in the process of a worker
 * that merges a slice of large messages.
 *
 * <p>Takes messages that begin with the application's token alone, for runs and rounds that its own
 * process has registered, with their sizes and deadlines. Every worker speaks on the connection
 * that it joined on. A run has one group at a time: a newer attempt ends an older one and refuses
 * its workers from then on. Netty's threads take messages in, fold a complete exchange and send the
 * answers; no thread of the hub waits for a worker.
 */
final class Hub implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Hub.class);
  private static final long TICK_MILLIS = 50;
  private static final RpcResponseCallback NO_REPLY =
      new RpcResponseCallback() {
        @Override
        public void onSuccess(ByteBuffer response) {}

        @Override
        public void onFailure(Throwable e) {
          LOG.debug("A message of a worker failed", e);
        }
      };

  private static final AttributeKey<FrameLimit> LIMIT = AttributeKey.valueOf("momentgan-limit");

  private final Token token;

  /** Registered runs by their names. */
  private final Map<String, HubRun> runs = new HashMap<>();

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          new BasicThreadFactory.Builder()
              .namingPattern("momentgan-hub-clock")
              .daemon(true)
              .build());
  private TransportContext context;
  private TransportServer server;
  private ScheduledFuture<?> ticks;

  private Hub(Token token) {
    this.token = token;
  }

  /**
   * Opens a hub that listens on one address only, on a port or, for 0, on any.
   *
   * @throws CollectiveException when it cannot
   */
  static Hub open(SparkConf conf, SecurityManager security, String address, int port, Token token) {
    Hub hub = new Hub(token);
    TransportConf transport = transport(conf, 0);
    hub.context = new TransportContext(transport, hub.new Messages());
    List<TransportServerBootstrap> bootstraps =
        security.isAuthenticationEnabled()
            ? List.of(new AuthServerBootstrap(transport, security))
            : List.of();
    try {
      hub.server = hub.context.createServer(address, port, bootstraps);
    } catch (Exception e) { // the network's, which Spark does not declare
      hub.clock.shutdown();
      hub.context.close();
      throw new CollectiveException(
          "No hub can listen at %s:%d: %s".formatted(address, port, e.getMessage()), e);
    }
    hub.ticks =
        hub.clock.scheduleWithFixedDelay(
            hub::expire, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    return hub;
  }

  /** Spark's settings, overridden by {@code spark.momentgan.io.*}; 0 threads for one per core. */
  static TransportConf transport(SparkConf conf, int threads) {
    SparkConf own =
        conf.clone()
            // Spark closes a connection after two minutes without traffic while an answer is due;
            // a worker may wait for the others up to train.deadline-seconds.
            .setIfMissing("spark.momentgan.io.connectionTimeout", "24h")
            // A worker speaks on the connection that it joined on.
            .set("spark.momentgan.io.numConnectionsPerPeer", "1")
            .setIfMissing("spark.momentgan.io.connectionCreationTimeout", "30s");
    return SparkTransportConf.fromSparkConf(own, "momentgan", threads, Option.empty());
  }

  int port() {
    return server.getPort();
  }

  Token token() {
    return token;
  }

  /** Registers a run in place of an older one of its name. */
  synchronized Registration register(String name, Meeting meeting) {
    HubRun run = new HubRun(meeting);
    HubRun before = runs.put(name, run);
    if (before != null && before.newest() != null) {
      run.begin(before.newest());
    }
    return new Registration() {
      @Override
      public void admit(long round) {
        synchronized (Hub.this) {
          run.admit(round);
        }
      }

      @Override
      public void close() {
        forget(name, run);
      }
    };
  }

  private synchronized void forget(String name, HubRun run) {
    if (runs.remove(name, run) && run.newest() != null) {
      run.newest().fail("The run has ended");
    }
  }

  /** Number of groups with workers that have not left. */
  synchronized long openGroups() {
    return groups().filter(group -> !group.isOver()).count();
  }

  /** Number of registered runs. */
  synchronized int openRuns() {
    return runs.size();
  }

  private Stream<HubGroup> groups() {
    return runs.values().stream().map(HubRun::newest).filter(Objects::nonNull);
  }

  /** Called by Spark's transport on netty's threads. */
  private final class Messages extends RpcHandler {
    @Override
    public void channelActive(TransportClient from) {
      from.getChannel().attr(LIMIT).set(FrameLimit.on(from.getChannel()));
    }

    @Override
    public void receive(TransportClient from, ByteBuffer message, RpcResponseCallback reply) {
      ByteBuffer unread = message.slice();
      if (!token.heads(unread)) {
        refuse(from, reply);
        return;
      }
      try {
        handle(from, Request.decode(unread), reply);
      } catch (BufferUnderflowException | IllegalArgumentException e) {
        LOG.warn("{} sent no request: {}", from.getSocketAddress(), e.toString());
        reply.onFailure(new CollectiveException("The hub cannot read this request"));
      }
    }

    @Override
    public void receive(TransportClient from, ByteBuffer message) {
      receive(from, message, NO_REPLY);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the end of the connection
    private void refuse(TransportClient from, RpcResponseCallback reply) {
      LOG.warn("{} does not belong to this application: closed", from.getSocketAddress());
      if (reply != NO_REPLY) {
        reply.onFailure(new CollectiveException("The hub knows no such application"));
      }
      from.getChannel().close();
    }

    @Override
    public StreamManager getStreamManager() {
      return new OneForOneStreamManager();
    }

    @Override
    public void channelInactive(TransportClient from) {
      lose(from.getChannel());
    }

    @Override
    public void exceptionCaught(Throwable cause, TransportClient from) {
      LOG.warn("The connection to {} failed", from.getSocketAddress(), cause);
    }
  }

  private void handle(TransportClient from, Request request, RpcResponseCallback reply) {
    switch (request.kind()) {
      case JOIN -> reply.onSuccess(join(from, request));
      case MERGE -> merge(from, request, reply);
      case ABORT -> abort(from, request);
      case FINISH -> reply.onSuccess(leave(from, request, true));
      case LEAVE -> reply.onSuccess(leave(from, request, false));
    }
  }

  private ByteBuffer join(TransportClient from, Request request) {
    String refusal = enter(from, request);
    return refusal.isEmpty() ? Reply.merged(Message.NONE) : Reply.failed(refusal);
  }

  private synchronized String enter(TransportClient from, Request request) {
    Group name = request.group();
    HubRun run = runs.get(name.run());
    if (run == null) {
      return "Worker %d of %s comes too late: the run is not under way"
          .formatted(request.rank(), name);
    }
    HubGroup group = run.newest();
    if (group != null && name.isOlderThan(group.name())) {
      return late(request, group.name());
    }
    if (name.round() != run.round() || request.size() != run.meeting().size()) {
      return "Worker %d of %d of %s is not expected: round %d with %d workers is under way"
          .formatted(request.rank(), request.size(), name, run.round() + 1, run.meeting().size());
    }
    if (group == null || group.isOver() || !group.name().equals(name)) {
      group = begin(run, request, group);
    }
    from.getChannel().attr(LIMIT).get().allow(run.meeting().mostBytes());
    String address = NettyUtils.getRemoteAddress(from.getChannel()).replaceFirst("^/", "");
    return group.enter(request.rank(), request.size(), from.getChannel(), address);
  }

  private static HubGroup begin(HubRun run, Request request, HubGroup before) {
    Group name = request.group();
    HubGroup group = new HubGroup(name, run.meeting());
    if (before != null) {
      before.fail("Another attempt has begun: " + name);
      int[] finished = before.finished();
      if (finished.length > 0 && before.name().isRetriedAs(name)) {
        // Spark retries only the failed tasks of a stage.
        Arrays.stream(finished).forEach(rank -> group.leave(rank, true));
        group.fail(
            "Worker %s is done with the round and will not come again: retry the whole round"
                .formatted(Arrays.toString(finished)));
      }
    }
    run.begin(group);
    return group;
  }

  private void merge(TransportClient from, Request request, RpcResponseCallback reply) {
    HubGroup group = group(request.group());
    if (group == null) {
      reply.onSuccess(Reply.failed(late(request, newestName(request.group()))));
    } else if (!group.isOf(request.rank(), from.getChannel())) {
      reply.onSuccess(Reply.failed(stranger(request)));
    } else {
      group.contribute(request.rank(), request.number(), request.message(), reply);
    }
  }

  private static String stranger(Request request) {
    return "Worker %d of %s has not joined on this connection"
        .formatted(request.rank(), request.group());
  }

  private void abort(TransportClient from, Request request) {
    HubGroup group = group(request.group());
    if (group != null && group.isOf(request.rank(), from.getChannel())) {
      group.fail("Worker %d gave up: %s".formatted(request.rank(), request.text()));
    }
  }

  private synchronized ByteBuffer leave(TransportClient from, Request request, boolean finished) {
    HubGroup group = group(request.group());
    if (group != null) {
      if (!group.isOf(request.rank(), from.getChannel())) {
        return Reply.failed(stranger(request));
      }
      group.leave(request.rank(), finished);
    }
    return Reply.merged(Message.NONE);
  }

  private synchronized void lose(Object connection) {
    groups().forEach(group -> group.lose(connection));
  }

  private synchronized void expire() {
    long now = System.nanoTime();
    groups().forEach(group -> group.expire(now));
  }

  /** The open group of this attempt; null when there is none. */
  private synchronized HubGroup group(Group name) {
    HubRun run = runs.get(name.run());
    HubGroup group = run == null ? null : run.newest();
    boolean open = group != null && group.name().equals(name) && !group.isOver();
    return open ? group : null;
  }

  private synchronized Group newestName(Group name) {
    HubRun run = runs.get(name.run());
    return run == null || run.newest() == null ? name : run.newest().name();
  }

  private static String late(Request request, Group last) {
    return "Worker %d of %s comes too late: %s %s"
        .formatted(
            request.rank(),
            request.group(),
            last,
            last.equals(request.group()) ? "is over" : "has begun");
  }

  /** Ends all groups and stops listening. */
  @Override
  public void close() {
    ticks.cancel(false);
    clock.shutdown();
    synchronized (this) {
      groups().forEach(group -> group.fail("The application has ended"));
      runs.clear();
    }
    server.close();
    context.close();
  }
}
