package io.momentgan.engine.torch;

import io.momentgan.collective.Collective;
import io.momentgan.collective.CollectiveException;
import io.momentgan.collective.Message.Addresses;
import io.momentgan.engine.DeviceGroup;
import io.momentgan.engine.TrainedNetwork;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.lang3.reflect.ConstructorUtils;
import org.apache.commons.lang3.reflect.MethodUtils;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

/**
 * A worker's end of a group of libtorch's: by NCCL between GPUs, by Gloo between CPUs. A process
 * keeps its workers' groups from one round to the next, as NCCL takes seconds to make one.
 */
final class TorchGroup implements DeviceGroup {
  private static final ConcurrentHashMap<Member, TorchGroup> KEPT = new ConcurrentHashMap<>();
  private static final String NONE = "none";
  private static final int PORTS = 0xFFFF;

  /** By reflection: the default build's JavaCPP, which this is compiled with, lacks it. */
  private static final String MILLISECONDS = "org.bytedeco.javacpp.chrono.Milliseconds";

  private final Member member;
  private final int gpu;
  private final String name;
  private final int size;
  private final Store store;
  private final Backend backend;
  private volatile long lastUse = System.nanoTime();

  private TorchGroup(Member member, int gpu, String name, int size, Store store, Backend backend) {
    this.member = member;
    this.gpu = gpu;
    this.name = name;
    this.size = size;
    this.store = store;
    this.backend = backend;
  }

  private record Member(String run, int rank) {}

  /**
   * A worker's group, which all workers have or make anew. What they tell each other goes by {@code
   * collective}.
   *
   * @param gpu number of the worker's GPU; -1 for the CPU
   * @param run name of the run
   * @param host name or address of this process for the others
   * @param limit longest wait for the others
   */
  static TorchGroup meet(int gpu, String run, Collective collective, String host, Duration limit) {
    closeForgotten(run, limit);
    Member member = new Member(run, collective.rank());
    TorchGroup kept = KEPT.get(member);
    boolean fits = kept != null && kept.gpu == gpu && kept.size == collective.size();
    if (fits) {
      kept.lastUse = System.nanoTime();
    }
    String name = fits ? kept.name : NONE;
    if (tell(collective, name).stream().allMatch(other -> fits && other.equals(name))) {
      return kept;
    }
    if (kept != null) {
      kept.close();
    }
    TorchGroup made = make(gpu, member, collective, host, limit);
    KEPT.put(member, made);
    return made;
  }

  /** Runs end without a word to their workers' processes. A run that goes on uses its groups. */
  private static void closeForgotten(String run, Duration limit) {
    KEPT.values().stream()
        .filter(group -> !group.member.run().equals(run))
        .filter(group -> System.nanoTime() - group.lastUse > limit.toNanos())
        .forEach(TorchGroup::close);
  }

  private static List<String> tell(Collective collective, String what) {
    return collective.merge(new Addresses(List.of(what))).places();
  }

  // A store for this group alone: closing groups on prefixes of one, by PrefixStore, corrupts the
  // heap.
  private static TorchGroup make(
      int gpu, Member member, Collective collective, String host, Duration limit) {
    Store store;
    String name;
    if (member.rank() == 0) {
      TCPStore listening =
          attempt(
              "open a port for the workers' devices",
              () -> new TCPStore(host, options(limit).isServer(true).port((short) 0)));
      store = listening;
      int port = listening.getPort() & PORTS;
      try {
        name = tell(collective, "%s %d %s".formatted(host, port, UUID.randomUUID())).get(0);
      } catch (CollectiveException e) {
        store.close();
        throw e;
      }
    } else {
      name = tell(collective, NONE).get(0);
      String[] place = name.split(" ");
      store =
          attempt(
              "reach the first worker's port for devices, %s:%s".formatted(place[0], place[1]),
              () ->
                  new TCPStore(place[0], options(limit).port((short) Integer.parseInt(place[1]))));
    }
    int size = collective.size();
    try {
      return attempt(
          "join the devices of all workers",
          () -> {
            Backend backend =
                gpu < 0
                    ? gloo(store, member.rank(), size, host, limit)
                    : nccl(store, member.rank(), size, limit);
            return new TorchGroup(member, gpu, name, size, store, backend);
          });
    } catch (CollectiveException e) {
      store.close();
      throw e;
    }
  }

  private static TCPStoreOptions options(Duration limit) throws ReflectiveOperationException {
    TCPStoreOptions options = new TCPStoreOptions().waitWorkers(false);
    MethodUtils.invokeMethod(options, "timeout", milliseconds(limit));
    return options;
  }

  private static Backend gloo(Store store, int rank, int size, String host, Duration limit)
      throws ReflectiveOperationException {
    ProcessGroupGloo.Options options =
        (ProcessGroupGloo.Options)
            MethodUtils.invokeStaticMethod(
                ProcessGroupGloo.Options.class, "create", milliseconds(limit));
    options.devices().push_back(ProcessGroupGloo.createDeviceForHostname(host));
    return new ProcessGroupGloo(store, rank, size, options);
  }

  private static Backend nccl(Store store, int rank, int size, Duration limit)
      throws ReflectiveOperationException {
    Backend backend = new ProcessGroupNCCL(store, rank, size);
    MethodUtils.invokeMethod(backend, "setTimeout", milliseconds(limit));
    return backend;
  }

  private static Object milliseconds(Duration duration) throws ReflectiveOperationException {
    return ConstructorUtils.invokeConstructor(Class.forName(MILLISECONDS), duration.toMillis());
  }

  @Override
  public void average(TrainedNetwork network) {
    lastUse = System.nanoTime();
    Tensor gradient = ((TorchNetwork) network).gradientOnDevice();
    attempt(
        "average gradients",
        () -> {
          try (PointerScope scope = TorchMemory.scope()) {
            gradient.mul_(new Scalar(1.0 / size));
            return backend.allreduce(new TensorVector(gradient))._wait();
          }
        });
  }

  @FunctionalInterface
  private interface Native<T> {
    T run() throws ReflectiveOperationException;
  }

  /** C++'s messages have many lines, of which the first says what happened. */
  private static <T> T attempt(String what, Native<T> work) {
    try {
      return work.run();
    } catch (ReflectiveOperationException | RuntimeException e) {
      Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
      throw new CollectiveException(
          "Could not %s by libtorch (%s); each worker must reach the others on any port, and have a GPU of its own or none; else start a run with train.gradients=shared"
              .formatted(what, String.valueOf(cause.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  @Override
  public void close() {
    if (KEPT.remove(member, this)) {
      backend.close();
      store.close();
    }
  }
}
