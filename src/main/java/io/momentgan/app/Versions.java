package io.momentgan.app;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.package$;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine.IVersionProvider;

/** The versions that a run depends on. */
final class Versions implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return all().entrySet().stream()
        .map(e -> "%-15s %s".formatted(e.getKey(), e.getValue()))
        .toArray(String[]::new);
  }

  /** Each component's version, by its name. */
  static Map<String, String> all() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("momentgan", of(Main.class));
    versions.put("spark", package$.MODULE$.SPARK_VERSION());
    versions.put("deeplearning4j", Library.DL4J.version());
    versions.put("dl4j-spark", Library.DL4J_SPARK.version());
    versions.put("nd4j-backend", Nd4j.getBackend().getClass().getSimpleName());
    versions.put("blas", blas());
    versions.put("java", System.getProperty("java.version"));
    versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    return versions;
  }

  private static String blas() {
    Object vendor =
        Nd4j.getExecutioner().getEnvironmentInformation().get("blas.vendor");
    OpExecutioner executioner = Nd4j.getExecutioner();
    return vendor + " (" + executioner.getClass().getSimpleName() + ")";
  }

  private static String of(Class<?> type) {
    String version = type.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
