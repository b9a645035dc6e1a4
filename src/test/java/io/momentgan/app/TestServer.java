package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.SparkHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A server of {@code src/test/servers}: a process of its own, with libraries of its own. */
final class TestServer implements AutoCloseable {
  private static final Path SOURCES = Experiments.REPOSITORY.resolve("src/test/servers");

  /** Settings of drivers and executors that live for seconds. */
  static final List<String> SHORT_LIVES =
      List.of(
          "--conf=spark.driver.extraJavaOptions=" + SparkHome.SHORT_LIVED,
          "--conf=spark.executor.extraJavaOptions=" + SparkHome.SHORT_LIVED);

  private static final int START_SECONDS = 120;
  private static final String JAVA_HOME = System.getProperty("java.home");

  private final Process process;
  private final Path log;

  private TestServer(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts a server.
   *
   * @param kind profile of {@code pom.xml} there
   * @param program source file there
   * @param folder for its log
   * @param ready whether it serves
   * @param args the program's arguments
   */
  static TestServer start(
      String kind, String program, Path folder, Callable<Boolean> ready, String... args)
      throws Exception {
    Path log = folder.resolve(kind + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(
            JAVA_HOME + "/bin/java",
            "-Xmx512m",
            SparkHome.SHORT_LIVED,
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "-cp",
            classPath(kind),
            SOURCES.resolve(program).toString());
    builder.command().addAll(List.of(args));
    // Containers of YARN get it from there.
    builder.environment().put("JAVA_HOME", JAVA_HOME);
    Process process =
        builder
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    TestServer server = new TestServer(process, log);
    try {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
      while (!ready.call()) {
        assertThat(process.isAlive() && System.nanoTime() < deadline)
            .as("%s serves: %s", program, server.log())
            .isTrue();
        Thread.sleep(100);
      }
      return server;
    } catch (Exception | AssertionError e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Asks Maven for the libraries, the first time. */
  private static String classPath(String kind) throws IOException {
    Path list = Experiments.REPOSITORY.resolve("target/servers/" + kind + ".txt");
    if (Files.exists(list)
        && Files.getLastModifiedTime(list)
                .compareTo(Files.getLastModifiedTime(SOURCES.resolve("pom.xml")))
            > 0) {
      return Files.readString(list).strip();
    }
    Process maven =
        new ProcessBuilder("mvn", "-B", "-q", "-P" + kind, "dependency:build-classpath")
            .directory(SOURCES.toFile())
            .inheritIO()
            .start();
    assertThat(maven.onExit().join().exitValue()).isZero();
    return Files.readString(list).strip();
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /** Ends it, as its standard input ends. */
  @Override
  public void close() throws Exception {
    process.getOutputStream().close();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
