package io.momentgan.collective.hub;

import io.momentgan.collective.Collective;
import io.momentgan.collective.Group;
import io.momentgan.collective.Meeting;
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
  private final List<WorkerProcess> processes = new ArrayList<>();
  private List<Object> expected = List.of();

  /** Opens a hub with settings of the form key=value. */
  Loopback(String... settings) {
    this.conf = conf(settings);
    this.hub = Hub.open(conf, security(conf), "127.0.0.1", 0, new Token());
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

  /** A process of workers, with the hub's own settings where none are given. */
  WorkerProcess process(String... settings) {
    SparkConf own = settings.length == 0 ? conf : conf(settings);
    WorkerProcess process = new WorkerProcess(own, security(own), "127.0.0.1");
    processes.add(process);
    return process;
  }

  /** A process's connection to the hub. */
  HubClient client(WorkerProcess process) {
    return process.hub("127.0.0.1:" + hub.port());
  }

  /** The connection of a new process. */
  HubClient client(String... settings) {
    return client(process(settings));
  }

  /** Registers a group's run as its driver does, and joins. */
  Collective join(HubClient client, Group group, int rank, int size) {
    return join(client, group, rank, size, LONG);
  }

  Collective join(HubClient client, Group group, int rank, int size, Duration deadline) {
    Meeting meeting = new Meeting(size, deadline, MOST_BYTES, Long.MAX_VALUE);
    admit(group, meeting);
    return HubCollective.join(client, hub.token(), group, rank, meeting);
  }

  /**
   * Joins a group whose messages all go in slices.
   *
   * @param mostBytesOfDriver bytes of the largest message that the driver's hub takes
   */
  Collective join(
      WorkerProcess process,
      Group group,
      int rank,
      int size,
      Duration deadline,
      long mostBytesOfDriver) {
    admit(group, new Meeting(size, deadline, mostBytesOfDriver, 0));
    return SlicedCollective.join(
        process,
        client(process),
        hub.token(),
        group,
        rank,
        new Meeting(size, deadline, MOST_BYTES, 0));
  }

  private synchronized void admit(Group group, Meeting meeting) {
    if (!expected.equals(List.of(group.run(), group.round(), meeting))) {
      expected = List.of(group.run(), group.round(), meeting);
      hub.register(group.run(), meeting).admit(group.round());
    }
  }

  @Override
  public void close() {
    processes.forEach(WorkerProcess::close);
    hub.close();
  }
}
