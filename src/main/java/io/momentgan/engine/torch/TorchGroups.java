package io.momentgan.engine.torch;

import io.momentgan.collective.Collective;
import io.momentgan.collective.Message.Addresses;
import io.momentgan.engine.DeviceGroup;
import io.momentgan.engine.TrainedNetwork;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;

/**
 * The groups of this process's workers, kept from one round to the next: NCCL takes seconds to make
 * one.
 */
final class TorchGroups {
  private static final ConcurrentHashMap<Member, TorchGroup> KEPT = new ConcurrentHashMap<>();
  private static final String NONE = "none";

  private TorchGroups() {}

  private record Member(String run, int rank) {}

  /**
   * A worker's group, which all workers have or make anew. What they tell each other goes by {@code
   * collective}, so that no stranger learns the name of a group.
   *
   * @param gpu number of the worker's GPU; -1 for the CPU
   * @param host name or address of this process for the others
   * @param limit longest wait for the others
   */
  static DeviceGroup meet(int gpu, String run, Collective collective, String host, Duration limit) {
    closeForgotten(run, limit);
    Member member = new Member(run, collective.rank());
    TorchGroup kept = KEPT.get(member);
    List<String> names = tell(collective, kept == null ? NONE : kept.name());
    if (kept != null
        && kept.size() == collective.size()
        && names.stream().allMatch(kept.name()::equals)) {
      return new Kept(member, kept);
    }
    if (kept != null) {
      new Kept(member, kept).close();
    }
    TorchGroup group = make(gpu, collective, host, limit);
    KEPT.put(member, group);
    return new Kept(member, group);
  }

  private static List<String> tell(Collective collective, String what) {
    return collective.merge(new Addresses(List.of(what))).places();
  }

  private static TorchGroup make(int gpu, Collective collective, String host, Duration limit) {
    Store store;
    String name;
    if (collective.rank() == 0) {
      TCPStore listening = TorchGroup.listen(host, limit);
      store = listening;
      name =
          tell(
                  collective,
                  "%s %d %s".formatted(host, TorchGroup.port(listening), UUID.randomUUID()))
              .get(0);
    } else {
      name = tell(collective, NONE).get(0);
      String[] place = name.split(" ");
      store = TorchGroup.connect(place[0], Integer.parseInt(place[1]), limit);
    }
    return TorchGroup.join(name, collective.rank(), collective.size(), gpu, host, store, limit);
  }

  /** Runs end without a word to their workers' processes. A run that goes on uses its groups. */
  private static void closeForgotten(String run, Duration limit) {
    KEPT.forEach(
        (member, group) -> {
          if (!member.run().equals(run) && group.isIdleFor(limit)) {
            new Kept(member, group).close();
          }
        });
  }

  /** A group that is forgotten when it is closed. */
  private record Kept(Member member, TorchGroup group) implements DeviceGroup {
    @Override
    public void average(TrainedNetwork network) {
      group.average(network);
    }

    @Override
    public void close() {
      if (KEPT.remove(member, group)) {
        group.close();
      }
    }
  }
}
