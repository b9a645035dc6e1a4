package io.momentgan.device;

import java.io.Serializable;
import java.util.Locale;

/**
 * What a worker computes on.
 *
 * @param number of the GPU among those that the process sees; -1 for the CPU
 * @param name such as "NVIDIA A100-SXM4-40GB"
 * @param capability compute capability, such as "8.0"; "" for the CPU
 * @param memoryBytes memory of the GPU, or the most that ND4J may use outside the heap
 */
public record Device(int number, String name, String capability, long memoryBytes)
    implements Serializable {
  /** Whether it is a GPU. */
  public boolean isGpu() {
    return number >= 0;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        isGpu() ? "GPU %1$d (%2$s, compute capability %3$s), %4$.1f GiB" : "%2$s, %4$.1f GiB",
        number,
        name,
        capability,
        memoryBytes / 1073741824.0);
  }
}
