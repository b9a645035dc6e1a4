package io.momentgan.device;

import java.lang.reflect.Field;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Number of threads of each worker's matrix products, {@code OMP_NUM_THREADS}. Sums by another
 * number of threads round differently, so a run records its number.
 */
public final class Threads {
  public static final String VARIABLE = "OMP_NUM_THREADS";

  private static final Logger LOG = LoggerFactory.getLogger(Threads.class);

  /** Whether the user's environment has the number. */
  private static final boolean GIVEN = !inUse().isEmpty();

  private Threads() {}

  /**
   * Sets the number in this process, unless the user's environment has it. To be called before
   * native libraries load, as these read the environment then.
   *
   * @param threads positive number
   */
  public static void choose(String threads) {
    if (GIVEN) {
      return;
    }
    try {
      BlasCore.setVariable(VARIABLE, threads);
      // ND4J asks the JVM, which copied the environment when it started.
      copyOfTheJvm().put(VARIABLE, threads);
    } catch (ReflectiveOperationException | RuntimeException | UnsatisfiedLinkError e) {
      LOG.warn("Native libraries choose their threads, expected {}; set {}", threads, VARIABLE, e);
    }
  }

  /** The number that is in force; empty if libraries choose. */
  public static String inUse() {
    return System.getenv().getOrDefault(VARIABLE, "");
  }

  @SuppressWarnings("unchecked") // the map behind System.getenv's read-only view
  private static Map<String, String> copyOfTheJvm() throws ReflectiveOperationException {
    Map<String, String> view = System.getenv();
    Field map = view.getClass().getDeclaredField("m");
    map.setAccessible(true);
    return (Map<String, String>) map.get(view);
  }
}
