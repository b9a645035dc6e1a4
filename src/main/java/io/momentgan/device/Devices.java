package io.momentgan.device;

import io.momentgan.config.Experiment.DeviceConfig;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.environment.Nd4jEnvironment;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Binds a worker's thread to the GPU that Spark's resource scheduling gave its task, else to its
 * partition's number modulo the GPUs there are. On the CPU's backend there is nothing to bind.
 */
public final class Devices {
  /** The resource's name in Spark's settings. */
  public static final String GPU = "gpu";

  private Devices() {}

  /** Whether this process computes on GPUs. */
  public static boolean areGpus() {
    return !Nd4j.getEnvironment().isCPU();
  }

  /**
   * Binds the current thread for a task; the first thing that the task asks of ND4J.
   *
   * @param task the running task
   */
  public static void bind(TaskContext task) {
    if (areGpus()) {
      int gpus = Nd4j.getAffinityManager().getNumberOfDevices();
      bind(choose(addresses(task), task.partitionId(), gpus));
    }
  }

  /**
   * Chooses a task's GPU.
   *
   * @param task the running task
   * @param config whether GPUs are wanted
   * @param gpus number of the GPUs that its process can use
   * @return the GPU's number; -1 for the CPU
   * @throws DeviceException when Spark's and the process's view do not agree
   */
  public static int choose(TaskContext task, DeviceConfig config, int gpus) {
    boolean cpu = gpus == 0 || config.use() == DeviceConfig.Use.CPU;
    return cpu ? -1 : choose(addresses(task), task.partitionId(), gpus);
  }

  /**
   * Binds the current thread.
   *
   * @param number the GPU's number; not looked at on the CPU's backend
   * @return the device
   */
  public static Device bind(int number) {
    if (!areGpus()) {
      return cpu();
    }
    Nd4j.getAffinityManager().unsafeSetDevice(number);
    return gpu(number);
  }

  /** The GPUs that Spark gave a task; none where it does not schedule them. */
  public static List<String> addresses(TaskContext task) {
    return task.resourcesJMap().containsKey(GPU)
        ? List.of(task.resourcesJMap().get(GPU).addresses())
        : List.of();
  }

  /**
   * Which GPU is a task's.
   *
   * @param addresses those that Spark gave it
   * @param partition number of its partition
   * @param devices number of those that the process sees
   * @return the GPU's number
   * @throws DeviceException when Spark's and the process's view do not agree
   */
  static int choose(List<String> addresses, int partition, int devices) {
    if (addresses.isEmpty()) {
      return partition % devices;
    }
    String address = addresses.get(0);
    if (devices == 1) {
      // CUDA_VISIBLE_DEVICES or a container shows the process its own GPU only, as number 0.
      return 0;
    }
    if (!address.matches("\\d{1,4}") || Integer.parseInt(address) >= devices) {
      throw new DeviceException(
          ("spark.executor.resource.gpu: found GPU \"%s\", expected a number below %d, the GPUs that the"
                  + " executor sees; let the discovery script print those (submit/gpu-discovery), or leave"
                  + " CUDA_VISIBLE_DEVICES unset")
              .formatted(address, devices));
    }
    return Integer.parseInt(address);
  }

  private static Device cpu() {
    return new Device(-1, "CPU", "", Pointer.maxBytes());
  }

  @SuppressWarnings("unchecked") // as ND4J documents it
  private static Device gpu(int number) {
    List<Map<String, Object>> all =
        (List<Map<String, Object>>)
            Nd4j.getExecutioner()
                .getEnvironmentInformation()
                .get(Nd4jEnvironment.CUDA_DEVICE_INFORMATION_KEY);
    Map<String, Object> device = all.get(number);
    return new Device(
        number,
        String.valueOf(device.get(Nd4jEnvironment.CUDA_DEVICE_NAME_KEY)),
        "%s.%s"
            .formatted(
                device.get(Nd4jEnvironment.CUDA_DEVICE_MAJOR_VERSION_KEY),
                device.get(Nd4jEnvironment.CUDA_DEVICE_MINOR_VERSION_KEY)),
        ((Number) device.get(Nd4jEnvironment.CUDA_TOTAL_MEMORY_KEY)).longValue());
  }
}
