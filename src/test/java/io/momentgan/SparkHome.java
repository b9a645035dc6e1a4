package io.momentgan;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A Spark home for {@code local-cluster} without a distribution: a folder of links to this JVM's
 * class path. The environment's SPARK_HOME must say where.
 */
public final class SparkHome {
  private static final List<Path> CLASS_PATH =
      Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
          .map(Path::of)
          .toList();

  private SparkHome() {}

  /** Links the jars into the home. */
  public static void create() throws IOException {
    Path jars = Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    for (Path jar : CLASS_PATH) {
      Path link = jars.resolve(jar.getFileName());
      if (jar.toString().endsWith(".jar") && !Files.exists(link)) {
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, jar.toAbsolutePath());
      }
    }
  }

  /** This build's own classes, for {@code spark.executor.extraClassPath}. */
  public static String ownClasses() {
    return CLASS_PATH.stream()
        .filter(Files::isDirectory)
        .map(Path::toString)
        .collect(Collectors.joining(File.pathSeparator));
  }
}
