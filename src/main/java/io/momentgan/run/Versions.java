package io.momentgan.run;

import io.momentgan.config.Experiment.EngineName;
import io.momentgan.device.BlasCore;
import io.momentgan.kernels.loops.MatrixProducts;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.spark.package$;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.factory.Nd4j;

/** The versions that a run depends on. */
public final class Versions {
  private static final String UNKNOWN = "unknown";

  private Versions() {}

  /** Each component's version, by its name. */
  public static Map<String, String> all() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("momentgan", of(Versions.class));
    versions.put("spark", package$.MODULE$.SPARK_VERSION());
    versions.put("deeplearning4j", maven("org.deeplearning4j", "deeplearning4j-nn"));
    versions.put("dl4j-spark", maven("org.deeplearning4j", "dl4j-spark_2.12"));
    versions.put("nd4j-backend", Nd4j.getBackend().getClass().getSimpleName());
    versions.put("blas", blas());
    versions.put("fast-products", MatrixProducts.inUse().version());
    String libtorch = maven("org.bytedeco", "pytorch");
    if (!libtorch.equals(UNKNOWN)) {
      versions.put("libtorch", libtorch); // of builds that have it
    }
    versions.put("java", System.getProperty("java.version"));
    versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    return versions;
  }

  /** The library of an engine, with its version. */
  static String library(EngineName engine) {
    return switch (engine) {
      case DL4J -> "deeplearning4j " + maven("org.deeplearning4j", "deeplearning4j-nn");
      case TORCH -> "libtorch " + maven("org.bytedeco", "pytorch");
    };
  }

  private static String blas() {
    Object vendor = Nd4j.getExecutioner().getEnvironmentInformation().get("blas.vendor");
    OpExecutioner executioner = Nd4j.getExecutioner();
    return vendor + " " + BlasCore.inUse() + " (" + executioner.getClass().getSimpleName() + ")";
  }

  /** The version that Maven wrote into a library's jar. */
  private static String maven(String group, String artifact) {
    String file = "/META-INF/maven/%s/%s/pom.properties".formatted(group, artifact);
    try (InputStream in = Versions.class.getResourceAsStream(file)) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("version", UNKNOWN);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
  }

  private static String of(Class<?> type) {
    String version = type.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
