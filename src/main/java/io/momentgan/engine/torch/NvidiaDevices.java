package io.momentgan.engine.torch;

import io.momentgan.device.Device;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;

/** Names and memory of GPUs, as NVIDIA's driver tells them. */
final class NvidiaDevices {
  private static final ConcurrentHashMap<Integer, Device> KNOWN = new ConcurrentHashMap<>();
  private static final int MEBIBYTE = 1 << 20;

  private NvidiaDevices() {}

  /** Describes a GPU of this process by its number; without nvidia-smi it has no name. */
  static Device of(int gpu) {
    return KNOWN.computeIfAbsent(
        gpu, number -> read(number, query(number, "name,compute_cap,memory.total")));
  }

  /**
   * Reads an answer of nvidia-smi.
   *
   * @param line such as "NVIDIA H100 80GB HBM3, 9.0, 81559", memory in MiB; empty without one
   */
  static Device read(int gpu, String line) {
    String[] fields = line.split(", *", -1);
    return fields.length == 3 && mebibytes(fields[2]) > 0
        ? new Device(gpu, fields[0], fields[1], mebibytes(fields[2]))
        : new Device(gpu, "NVIDIA GPU", "?", 0);
  }

  /**
   * Returns the bytes of a GPU's memory that no process holds; 0 where the driver does not tell.
   */
  static long freeBytes(int gpu) {
    return mebibytes(query(gpu, "memory.free"));
  }

  /** Reads a number of MiB; 0 where it is none. */
  static long mebibytes(String field) {
    return field.matches("\\d+") ? Long.parseLong(field) * MEBIBYTE : 0;
  }

  private static String query(int gpu, String fields) {
    // The process's number 0 is the first of CUDA_VISIBLE_DEVICES, which may be a number or UUID.
    String visible = System.getenv().getOrDefault("CUDA_VISIBLE_DEVICES", "");
    String[] ids = visible.split(",", -1);
    String id = !visible.isEmpty() && gpu < ids.length ? ids[gpu] : Integer.toString(gpu);
    ProcessBuilder smi =
        new ProcessBuilder(
            "nvidia-smi", "--query-gpu=" + fields, "--format=csv,noheader,nounits", "-i", id);
    try {
      Process process = smi.redirectErrorStream(true).start();
      byte[] answer = process.getInputStream().readAllBytes();
      return new String(answer, StandardCharsets.UTF_8).lines().findFirst().orElse("").strip();
    } catch (IOException e) {
      return "";
    }
  }
}
