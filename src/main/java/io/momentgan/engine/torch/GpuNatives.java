package io.momentgan.engine.torch;

import io.momentgan.config.UserException;
import java.io.IOException;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/** libtorch's natives for GPUs, where the build has them. */
// JavaCPP unpacks and loads one after another. Where libtorch_cuda.so comes before a library that
// it
// needs, it fails in silence, and the first process of a machine trained on its CPU (seen on an
// H100).
final class GpuNatives {
  private static final String FOLDER = "/org/bytedeco/pytorch/linux-x86_64-gpu/";
  private static final List<String> LIBRARIES =
      List.of(
          "libgomp.so.1",
          "libc10.so",
          "libc10_cuda.so",
          "libtorch_cpu.so",
          "libtorch_cuda_linalg.so",
          "libtorch_cuda.so",
          "libtorch.so");

  private GpuNatives() {}

  /** Returns whether the build has them. */
  static boolean areThere() {
    return GpuNatives.class.getResource(FOLDER + "libtorch_cuda.so") != null;
  }

  /** Unpacks all of them, if the build has them, before the first is loaded. */
  static void unpack() {
    if (!areThere()) {
      return;
    }
    try {
      for (String library : LIBRARIES) {
        Loader.cacheResource(GpuNatives.class, FOLDER + library);
      }
    } catch (IOException e) {
      throw new UserException(
          ("org.bytedeco.javacpp.cachedir: libtorch could not be unpacked there (%s), expected 900 MB"
                  + " of space; set it by MOMENTGAN_JAVA_OPTS")
              .formatted(e.getMessage()),
          e);
    }
  }
}
