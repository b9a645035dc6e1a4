package io.momentgan.collective.hub;

import io.momentgan.collective.Collective;
import io.momentgan.collective.Group;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import scala.Option;

/** A hub and clients in this process, on the real transport over loopback. */
final class Loopback implements AutoCloseable {
  static final Duration LONG = Duration.ofSeconds(30);
  private static final long MOST_BYTES = 40 << 20;

  private final SparkConf conf;
  private final Hub hub;
  private final List<HubClient> clients = new ArrayList<>();
  private List<Object> expected = List.of();

  /** Opens a hub with settings of the form key=value. */
  Loopback(String... settings) {
    this.conf = conf(settings);
    this.hub = Hub.open(conf, security(conf), "127.0.0.1", 0);
  }

  static SparkConf conf(String... settings) {
    SparkConf conf =
        new SparkConf(false)
            .setMaster("spark://127.0.0.1:1")
            .set("spark.app.id", "test")
            .set("spark.authenticate.secret", "secret");
    Arrays.stream(settings)
        .map(setting -> setting.split("=", 2))
        .forEach(pair -> conf.set(pair[0], pair[1]));
    return conf;
  }

  static SecurityManager security(SparkConf conf) {
    return new SecurityManager(conf, Option.empty(), SecurityManager.$lessinit$greater$default$3());
  }

  Hub hub() {
    return hub;
  }

  /** A process's connection, with the hub's own settings where none are given. */
  HubClient client(String... settings) {
    SparkConf own = settings.length == 0 ? conf : conf(settings);
    HubClient client = new HubClient(own, security(own), "127.0.0.1", hub.port());
    clients.add(client);
    return client;
  }

  /** Registers a group's run as its driver does, and joins. */
  Collective join(HubClient client, Group group, int rank, int size) {
    return join(client, group, rank, size, LONG);
  }

  synchronized Collective join(
      HubClient client, Group group, int rank, int size, Duration deadline) {
    if (!expected.equals(List.of(group.run(), group.round(), size, deadline))) {
      expected = List.of(group.run(), group.round(), size, deadline);
      hub.register(group.run(), size, deadline, MOST_BYTES).admit(group.round());
    }
    return HubCollective.join(client, hub.token(), group, rank, size, deadline);
  }

  @Override
  public void close() {
    clients.forEach(HubClient::close);
    hub.close();
  }
}
