package io.momentgan.device;

import com.sun.jna.Function;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of its kernels OpenBLAS multiplies matrices by. The version that ND4J brings (0.3.19) does
 * not know AMD's newer processors: it takes those for SSE there, where its AVX2 kernels are twice
 * and its AVX-512 kernels four times as fast. Later versions take these.
 *
 * <p>OpenBLAS looks at the environment when it is loaded, and workers in executors get none that
 * fits their machine, so each process sets its own before anything multiplies.
 */
public final class BlasCore {
  private static final Logger LOG = LoggerFactory.getLogger(BlasCore.class);
  private static final String VARIABLE = "OPENBLAS_CORETYPE";
  private static final String LIBRARY = "libopenblas.so.0";
  private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
  private static final List<String> AVX2 = List.of("avx2", "fma");
  private static final List<String> AVX512 =
      List.of("avx512f", "avx512dq", "avx512cd", "avx512bw", "avx512vl");

  private BlasCore() {}

  /** Chooses the kernels of this process, unless {@code OPENBLAS_CORETYPE} does. */
  public static void choose() {
    if (System.getenv(VARIABLE) != null || !Files.isReadable(PROCESSOR)) {
      return;
    }
    try {
      better(Files.readAllLines(PROCESSOR)).ifPresent(core -> setVariable(VARIABLE, core));
    } catch (IOException | UnsatisfiedLinkError e) {
      LOG.warn("OpenBLAS chooses its kernels itself: {}", e.toString());
    }
  }

  /** Name of the kernels that OpenBLAS has taken in this process; loads it. */
  public static String inUse() {
    Loader.load(openblas.class);
    return Function.getFunction(LIBRARY, "openblas_get_corename")
        .invokeString(new Object[0], false);
  }

  /** Sets a variable of the process's environment, of which the JVM keeps a copy of its own. */
  static void setVariable(String name, String value) {
    Function.getFunction("c", "setenv").invokeInt(new Object[] {name, value, 1});
  }

  /**
   * A better choice than OpenBLAS's own.
   *
   * @param processor lines of {@code /proc/cpuinfo}
   * @return value of {@code OPENBLAS_CORETYPE}; empty to leave the choice to OpenBLAS
   */
  static Optional<String> better(List<String> processor) {
    List<String> flags = field(processor, "flags");
    if (!field(processor, "vendor_id").contains("AuthenticAMD")) {
      return Optional.empty();
    }
    if (flags.containsAll(AVX512)) {
      return Optional.of("SKYLAKEX");
    }
    return flags.containsAll(AVX2) ? Optional.of("ZEN") : Optional.empty();
  }

  private static List<String> field(List<String> processor, String name) {
    return processor.stream()
        .filter(line -> line.startsWith(name))
        .findFirst()
        .map(line -> Arrays.asList(line.substring(line.indexOf(':') + 1).strip().split("\\s+", -1)))
        .orElse(List.of());
  }
}
