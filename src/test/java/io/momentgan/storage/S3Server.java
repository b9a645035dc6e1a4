package io.momentgan.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.config.Experiment.S3Config;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/**
 * A real S3 server in a process of its own, on loopback, that takes only requests signed with the
 * keys in this process's environment. Buckets are folders.
 */
public final class S3Server implements AutoCloseable {
  public static final String KEY = System.getenv("AWS_ACCESS_KEY_ID");
  public static final String SECRET = System.getenv("AWS_SECRET_ACCESS_KEY");
  private static final Path JAR = Experiments.REPOSITORY.resolve("target/s3-server/s3proxy.jar");

  private final Path folder;
  private final int port;
  private Process process;

  private S3Server(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  /** Starts a server that keeps its buckets in a new folder. */
  public static S3Server start(Path folder) throws Exception {
    S3Server server = new S3Server(Files.createDirectories(folder), freePort());
    server.restart();
    return server;
  }

  /** A port that nobody listens on. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts it again where it was, with what it had. */
  public void restart() throws Exception {
    Path buckets = Files.createDirectories(folder.resolve("buckets"));
    Path properties = folder.resolve("s3proxy.properties");
    Files.writeString(
        properties,
        """
        s3proxy.endpoint=http://127.0.0.1:%d
        s3proxy.authorization=aws-v2-or-v4
        s3proxy.identity=%s
        s3proxy.credential=%s
        jclouds.provider=filesystem
        jclouds.filesystem.basedir=%s
        """
            .formatted(port, KEY, SECRET, buckets));
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                JAR.toString(),
                "--properties",
                properties.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("server.log").toFile()))
            .start();
    while (!answers()) {
      assertThat(process.isAlive()).as("the S3 server runs; see %s/server.log", folder).isTrue();
      Thread.sleep(50);
    }
  }

  /** Starts it again if it was killed. */
  public void ensureRunning() throws Exception {
    if (!process.isAlive()) {
      restart();
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Makes a bucket; its folder. */
  public Path makeBucket(String name) throws IOException {
    return Files.createDirectories(bucket(name));
  }

  /** The folder of a bucket. */
  public Path bucket(String name) {
    return folder.resolve("buckets").resolve(name);
  }

  /** Hadoop's client of a bucket, to be closed. */
  public FileSystem fileSystem(String bucket) throws IOException {
    Configuration configuration = new Configuration();
    S3Settings.of(new S3Config(endpoint(), "", true), Map.of(), System::getenv)
        .forEach(configuration::set);
    return FileSystem.newInstance(URI.create("s3a://" + bucket), configuration);
  }

  /** Puts a folder into a bucket. */
  public void upload(Path local, String bucket) throws IOException {
    try (FileSystem fs = fileSystem(bucket)) {
      fs.copyFromLocalFile(
          new org.apache.hadoop.fs.Path(local.toUri()),
          new org.apache.hadoop.fs.Path("s3a://" + bucket + "/" + local.getFileName()));
    }
  }

  public String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  public int port() {
    return port;
  }

  /** Without a chance to finish anything. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
  }
}
