package io.momentgan.collective.hub;

import io.momentgan.collective.Group;
import io.momentgan.collective.Message;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
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
 * The meeting place of workers of different processes, on the driver.
 *
 * <p>A run has one group at a time: a newer attempt ends an older one and refuses its workers from
 * then on. Netty's threads take messages in, fold a complete exchange and send the answers; no
 * thread of the hub waits for a worker.
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
          LOG.warn("A message of a worker failed", e);
        }
      };

  /** The newest group of each run, without the messages of finished exchanges. */
  private final Map<String, HubGroup> newest = new HashMap<>();

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          new BasicThreadFactory.Builder()
              .namingPattern("momentgan-hub-clock")
              .daemon(true)
              .build());
  private TransportContext context;
  private TransportServer server;
  private ScheduledFuture<?> ticks;

  private Hub() {}

  /** Opens a hub that listens on one address only, on a port or, for 0, on any. */
  static Hub open(SparkConf conf, SecurityManager security, String address, int port) {
    Hub hub = new Hub();
    TransportConf transport = transport(conf, 0);
    hub.context = new TransportContext(transport, hub.new Messages());
    List<TransportServerBootstrap> bootstraps =
        security.isAuthenticationEnabled()
            ? List.of(new AuthServerBootstrap(transport, security))
            : List.of();
    hub.server = hub.context.createServer(address, port, bootstraps);
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
            .setIfMissing("spark.momentgan.io.connectionCreationTimeout", "30s");
    return SparkTransportConf.fromSparkConf(own, "momentgan", threads, Option.empty());
  }

  int port() {
    return server.getPort();
  }

  /** Number of groups with workers that have not left. */
  synchronized long openGroups() {
    return newest.values().stream().filter(group -> !group.isOver()).count();
  }

  /** Called by Spark's transport on netty's threads. */
  private final class Messages extends RpcHandler {
    @Override
    public void receive(TransportClient from, ByteBuffer message, RpcResponseCallback reply) {
      handle(from, Request.decode(message), reply);
    }

    @Override
    public void receive(TransportClient from, ByteBuffer message) {
      handle(from, Request.decode(message), NO_REPLY);
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
      case MERGE -> merge(request, reply);
      case ABORT -> abort(request);
      case FINISH -> reply.onSuccess(leave(request, true));
      case LEAVE -> reply.onSuccess(leave(request, false));
    }
  }

  private ByteBuffer join(TransportClient from, Request request) {
    String refusal = enter(from, request);
    return refusal.isEmpty() ? Reply.merged(Message.NONE) : Reply.failed(refusal);
  }

  private synchronized String enter(TransportClient from, Request request) {
    Group name = request.group();
    HubGroup group = newest.get(name.run());
    if (group != null && name.isOlderThan(group.name())) {
      return late(request, group.name());
    }
    if (group == null || group.isOver() || !group.name().equals(name)) {
      group = begin(request, group);
    }
    String address = NettyUtils.getRemoteAddress(from.getChannel()).replaceFirst("^/", "");
    return group.enter(request.rank(), request.size(), from.getChannel(), address);
  }

  private HubGroup begin(Request request, HubGroup before) {
    Group name = request.group();
    HubGroup group = new HubGroup(name, request.size(), Duration.ofMillis(request.number()));
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
    newest.put(name.run(), group);
    return group;
  }

  private void merge(Request request, RpcResponseCallback reply) {
    HubGroup group = group(request.group());
    if (group == null) {
      reply.onSuccess(Reply.failed(late(request, newestName(request.group()))));
    } else {
      group.contribute(request.rank(), request.number(), request.message(), reply);
    }
  }

  private void abort(Request request) {
    HubGroup group = group(request.group());
    if (group != null) {
      group.fail("Worker %d gave up: %s".formatted(request.rank(), request.text()));
    }
  }

  private synchronized ByteBuffer leave(Request request, boolean finished) {
    HubGroup group = group(request.group());
    if (group != null) {
      group.leave(request.rank(), finished);
    }
    return Reply.merged(Message.NONE);
  }

  private synchronized void lose(Object connection) {
    newest.values().forEach(group -> group.lose(connection));
  }

  private synchronized void expire() {
    long now = System.nanoTime();
    newest.values().forEach(group -> group.expire(now));
  }

  /** The open group of this attempt; null when there is none. */
  private synchronized HubGroup group(Group name) {
    HubGroup group = newest.get(name.run());
    boolean open = group != null && group.name().equals(name) && !group.isOver();
    return open ? group : null;
  }

  private synchronized Group newestName(Group name) {
    HubGroup group = newest.get(name.run());
    return group == null ? name : group.name();
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
      newest.values().forEach(group -> group.fail("The application has ended"));
      newest.clear();
    }
    server.close();
    context.close();
  }
}
