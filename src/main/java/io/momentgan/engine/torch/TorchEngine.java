package io.momentgan.engine.torch;

import io.momentgan.collective.Collective;
import io.momentgan.config.Experiment;
import io.momentgan.config.Experiment.EngineName;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.device.Device;
import io.momentgan.device.DeviceException;
import io.momentgan.engine.DeviceGroup;
import io.momentgan.engine.Engine;
import io.momentgan.engine.TrainedPair;
import io.momentgan.network.GanNetworks;
import java.time.Duration;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** libtorch, on CPUs and on NVIDIA's GPUs from Turing to Blackwell. */
public final class TorchEngine implements Engine {
  private static final Logger LOG = LoggerFactory.getLogger(TorchEngine.class);
  private static final int SIDE = 8;

  @Override
  public EngineName name() {
    return EngineName.TORCH;
  }

  /** Refuses nothing. */
  @Override
  public void require(Experiment experiment) {}

  @Override
  public int gpus() {
    load();
    return torch.cuda_is_available() ? torch.cuda_device_count() : 0;
  }

  @Override
  public String whyNoGpu() {
    return GpuNatives.areThere()
        ? GpuNatives.load()
            .map(reason -> reason + "; CUDA 13 and cuDNN 9 must be on the library path")
            .orElse("NVIDIA's driver shows none; see nvidia-smi, whose driver must be 580 or newer")
        : "this build has libtorch for CPUs; build with mvn -Ptorch-cuda package";
  }

  /** Loads the natives, all of them before the first question for GPUs, whose answer stays. */
  private static void load() {
    try {
      // The default build's JavaCPP lacks it, and would print a warning of its version beside our
      // error.
      Class.forName(
          "org.bytedeco.javacpp.presets.chrono", false, TorchEngine.class.getClassLoader());
      GpuNatives.unpack();
      torch.get_num_threads();
      GpuNatives.load();
    } catch (ClassNotFoundException | LinkageError e) {
      throw new UserException(missing(e), e);
    }
  }

  /** Says in one line why libtorch does not load. */
  static String missing(Throwable error) {
    Throwable cause = ExceptionUtils.getRootCause(error);
    String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    return ("Setting engine: found torch, but libtorch does not load (%s: %s); build with mvn -Ptorch"
            + " package for CPUs (needs glibc 2.35) or -Ptorch-cuda for GPUs (also CUDA 13 with"
            + " cuDNN 9 on the library path), or set engine=dl4j")
        .formatted(cause.getClass().getSimpleName(), reason);
  }

  /**
   * Calls an operation that libtorch's presets leave out.
   *
   * @param name such as {@code aten::add_}
   * @param arguments all of them, in the order of its schema
   * @return its results
   */
  static IValueVector call(String name, IValue... arguments) {
    IValueVector stack = new IValueVector(arguments);
    Dispatcher.singleton().findSchemaOrThrow(name, "").callBoxed(stack);
    return stack;
  }

  @Override
  public Device bind(int gpu) {
    load();
    torch.globalContext().setDeterministicCuDNN(true);
    return gpu < 0 ? new Device(-1, "CPU", "", Pointer.maxBytes()) : NvidiaDevices.of(gpu);
  }

  @Override
  public void tryOut(Device device, String host) {
    if (GpuNatives.areThere() && !torch.cuda_is_available()) {
      LOG.warn(
          "{}: libtorch finds no GPU ({}) and computes on the CPU; device.use=gpu refuses that",
          host,
          whyNoGpu());
    }
    try (PointerScope scope = TorchMemory.scope()) {
      TorchMemory memory = TorchMemory.of(device.number(), ScalarType.Float);
      Tensor image = memory.tensor(new float[SIDE * SIDE], 1, 1, SIDE, SIDE).requires_grad_(true);
      Tensor filter = memory.tensor(new float[] {1, 0, 0, 1}, 1, 1, 2, 2);
      torch.conv2d(image, filter).sum().backward();
      TorchMemory.floats(image.grad());
    } catch (RuntimeException e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new DeviceException(
          ("%s on %s: a convolution by libtorch failed (%s); expected an NVIDIA GPU of compute"
                  + " capability 7.5 to 12.0 with driver 580 or newer; give such a one, or set"
                  + " device.use=cpu")
              .formatted(device, host, reason),
          e);
    }
  }

  @Override
  public DeviceGroup meet(
      Device device, String run, Collective collective, String host, Duration limit) {
    return TorchGroup.meet(device.number(), run, collective, host, limit);
  }

  @Override
  public TrainedPair open(Experiment experiment, ImageShape shape, Device device) {
    return open(experiment, shape, device, DataType.FLOAT);
  }

  /** Makes networks of floats, or of doubles for checks. */
  static TrainedPair open(
      Experiment experiment, ImageShape shape, Device device, DataType dataType) {
    ScalarType type = dataType == DataType.DOUBLE ? ScalarType.Double : ScalarType.Float;
    GanNetworks structure = GanNetworks.build(experiment.with("kernels=stock"), shape, dataType);
    return new TorchPair(
        structure, TorchMemory.of(device.number(), type), ResidentImages.of(device));
  }
}
