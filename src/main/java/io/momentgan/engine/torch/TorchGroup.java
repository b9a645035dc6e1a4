package io.momentgan.engine.torch;

import io.momentgan.collective.CollectiveException;
import io.momentgan.engine.DeviceGroup;
import io.momentgan.engine.TrainedNetwork;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
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

/** A worker's end of a group of libtorch's: by NCCL between GPUs, by Gloo between CPUs. */
final class TorchGroup implements DeviceGroup {
  private static final int PORTS = 0xFFFF;

  /** By reflection: the default build's JavaCPP, which this is compiled with, lacks it. */
  private static final String MILLISECONDS = "org.bytedeco.javacpp.chrono.Milliseconds";

  private final String name;
  private final int size;
  private final Store store;
  private final Backend backend;
  private long lastUse = System.nanoTime();

  private TorchGroup(String name, int size, Store store, Backend backend) {
    this.name = name;
    this.size = size;
    this.store = store;
    this.backend = backend;
  }

  /**
   * Opens the place where workers find each other, on any free port.
   *
   * @param host name or address of this process for the others
   */
  static TCPStore listen(String host, Duration limit) {
    return attempt(
        "open a port for the workers' devices",
        () -> new TCPStore(host, options(limit).isServer(true).port((short) 0)));
  }

  /** The port of {@link #listen}. */
  static int port(TCPStore listening) {
    return listening.getPort() & PORTS;
  }

  /**
   * Joins the group of all workers.
   *
   * @param name of the group, which no other has
   * @param rank this worker's number
   * @param size number of workers
   * @param gpu number of its GPU; -1 for the CPU
   * @param host name or address of this process for the others
   * @param store where the workers find each other, for this group alone: it ends with the group,
   *     and a PrefixStore of JavaCPP's would free it twice
   */
  static TorchGroup join(
      String name, int rank, int size, int gpu, String host, Store store, Duration limit) {
    return attempt(
        "join the devices of all workers",
        () -> {
          Backend backend =
              gpu < 0 ? gloo(store, rank, size, host, limit) : nccl(store, rank, size, limit);
          return new TorchGroup(name, size, store, backend);
        });
  }

  /** Connects to the place where the first worker listens. */
  static Store connect(String host, int port, Duration limit) {
    return attempt(
        "reach the first worker's port for devices, %s:%d".formatted(host, port),
        () -> new TCPStore(host, options(limit).port((short) port)));
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
    Tensor gradient = ((TorchNetwork) network).gradientOnDevice();
    attempt(
        "average gradients",
        () -> {
          try (PointerScope scope = TorchMemory.scope()) {
            gradient.mul_(new Scalar(1.0 / size));
            return backend.allreduce(new TensorVector(gradient))._wait();
          }
        });
    lastUse = System.nanoTime();
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
          "Could not %s by libtorch (%s); each worker must reach the others on any port, else set train.gradients=shared"
              .formatted(what, String.valueOf(cause.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  String name() {
    return name;
  }

  int size() {
    return size;
  }

  /** Whether it was not used for some time. */
  boolean isIdleFor(Duration time) {
    return System.nanoTime() - lastUse > time.toNanos();
  }

  @Override
  public void close() {
    backend.close();
    store.close();
  }
}
