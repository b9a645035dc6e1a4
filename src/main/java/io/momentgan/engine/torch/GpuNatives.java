package io.momentgan.engine.torch;

import io.momentgan.config.UserException;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;

/** libtorch's natives for GPUs, where the build has them. */
// JavaCPP unpacks and loads one library after another, and tells nobody that libtorch_cuda.so has
// failed. So the process that unpacked them on an H100 trained on its CPU.
final class GpuNatives {
  private static final String FOLDER = "/org/bytedeco/pytorch/linux-x86_64-gpu/";
  private static final String CUDA = "libtorch_cuda.so";
  private static final List<String> LIBRARIES =
      List.of(
          "libgomp.so.1",
          "libc10.so",
          "libc10_cuda.so",
          "libtorch_cpu.so",
          "libtorch_cuda_linalg.so",
          CUDA,
          "libtorch.so");

  private GpuNatives() {}

  /** Returns whether the build has them. */
  static boolean areThere() {
    return GpuNatives.class.getResource(FOLDER + CUDA) != null;
  }

  /** Unpacks all of them, if the build has them, before the first is loaded. */
  static void unpack() {
    if (areThere()) {
      LIBRARIES.forEach(GpuNatives::unpack);
    }
  }

  private static File unpack(String library) {
    try {
      return Loader.cacheResource(GpuNatives.class, FOLDER + library);
    } catch (IOException e) {
      throw new UserException(
          ("org.bytedeco.javacpp.cachedir: libtorch could not be unpacked there (%s), expected 900 MB"
                  + " of space; set it by MOMENTGAN_JAVA_OPTS")
              .formatted(e.getMessage()),
          e);
    }
  }

  /**
   * Loads what JavaCPP may have failed to load, after libtorch's part for CPUs.
   *
   * @return why it does not load, such as "libcudart.so.13: cannot open shared object file"; empty
   *     if it does, or the build has none
   */
  static Optional<String> load() {
    if (!areThere()) {
      return Optional.empty();
    }
    try {
      System.load(unpack(CUDA).getPath());
      return Optional.empty();
    } catch (UnsatisfiedLinkError e) {
      String reason = e.getMessage();
      return Optional.of(reason.substring(reason.indexOf(": ") + 2));
    }
  }
}
