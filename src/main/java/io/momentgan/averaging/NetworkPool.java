package io.momentgan.averaging;

import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.network.GanNetworks;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Networks of this process that no worker uses, from one round to the next: building a pair takes
 * as long as an iteration or two. Whoever takes one loads a whole state into it.
 */
final class NetworkPool {
  private static final ConcurrentHashMap<Key, ConcurrentLinkedQueue<GanNetworks>> FREE =
      new ConcurrentHashMap<>();

  private NetworkPool() {}

  /** Arrays stay on the device that they were made on. */
  private record Key(Experiment experiment, ImageShape shape, int device) {
    boolean isOf(RunContext run) {
      return experiment.equals(run.experiment()) && shape.equals(run.shape());
    }

    static Key of(RunContext run) {
      return new Key(
          run.experiment(), run.shape(), Nd4j.getAffinityManager().getDeviceForCurrentThread());
    }
  }

  /** Networks of a run's settings, in whatever state. */
  static GanNetworks take(RunContext run) {
    Key key = Key.of(run);
    FREE.keySet().removeIf(other -> !other.isOf(run));
    GanNetworks free = FREE.computeIfAbsent(key, k -> new ConcurrentLinkedQueue<>()).poll();
    return free == null ? GanNetworks.build(run.experiment(), run.shape(), DataType.FLOAT) : free;
  }

  /** Takes back what nobody uses any more. */
  static void giveBack(RunContext run, GanNetworks networks) {
    FREE.computeIfPresent(
        Key.of(run),
        (key, free) -> {
          free.add(networks);
          return free;
        });
  }
}
