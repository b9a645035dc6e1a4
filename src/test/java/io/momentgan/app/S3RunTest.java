package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.config.Experiment.S3Config;
import io.momentgan.config.UserException;
import io.momentgan.run.Run;
import io.momentgan.run.Runs;
import io.momentgan.storage.FaultProxy;
import io.momentgan.storage.FaultProxy.Fault;
import io.momentgan.storage.Folder;
import io.momentgan.storage.S3Server;
import io.momentgan.storage.S3Settings;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.MultipartUploader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs with data and results on a real S3 server, and what becomes of them when it fails. The keys
 * come from the environment and are in nothing that is written.
 *
 * <p>All of it: {@code mvn test -Dtest=S3RunTest -Dtest.excludedGroups=}.
 */
@Timeout(300)
class S3RunTest {
  private static final Map<String, String> SETTINGS =
      Map.of(
          "spark.ui.enabled", "false",
          "spark.hadoop.fs.s3a.attempts.maximum", "4",
          "spark.hadoop.fs.s3a.retry.limit", "3",
          "spark.hadoop.fs.s3a.connection.timeout", "5000");
  private static final String[] CHECKPOINTS = {"train.epochs=3", "checkpoint.every=2"};

  @TempDir private static Path shared;
  private static S3Server server;
  private static FaultProxy proxy;
  private static Path whole;

  private String bucket;

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.start(shared.resolve("server"));
    proxy = new FaultProxy(server.port());
    whole = TinyExperiment.train(shared.resolve("whole"), CHECKPOINTS);
  }

  @AfterAll
  static void stop() throws Exception {
    proxy.close();
    server.close();
  }

  /** A bucket of each test's own, since Hadoop shares its clients by bucket. */
  @BeforeEach
  void makeBucket(TestInfo test) throws IOException {
    SETTINGS.forEach(System::setProperty);
    bucket = "run-" + test.getTestMethod().orElseThrow().getName().toLowerCase(Locale.ROOT);
    server.makeBucket(bucket);
  }

  @AfterEach
  void noFaults() throws Exception {
    server.ensureRunning();
    proxy.set(Fault.NONE);
    SETTINGS.keySet().forEach(System::clearProperty);
  }

  private CommandRun command(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--set", "s3.endpoint=" + proxy.endpoint(), "--set", "s3.path-style=true"));
    CommandRun run = CommandRun.of(all.toArray(String[]::new));
    assertThat(run.out() + run.err()).doesNotContain(S3Server.KEY, S3Server.SECRET);
    return run;
  }

  private CommandRun train(String... settings) {
    String[] args = TinyExperiment.training(shared.resolve(bucket), settings);
    args[3] = uri("runs");
    return command(args);
  }

  private String uri(String path) {
    return "s3a://" + bucket + "/" + path;
  }

  private Path run() {
    return server.bucket(bucket).resolve("runs/00000-tiny");
  }

  private static void assertNoKeysIn(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(S3Server.KEY, S3Server.SECRET);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a store leaves in the folder of a bucket is read as on a disk. */
  private void assertWhole() {
    SameRun.assertSame(run(), whole);
    assertThat(Run.open(run().toString(), Map.of()).checkpoints().all()).hasSize(3);
    assertNoKeysIn(server.bucket(bucket));
  }

  @Tag("long")
  @Test
  void anArchiveOfPhotosIsReadAtItsPlaces() throws Exception {
    Path zip = shared.resolve("photos.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (int i = 0; i < 80; i++) {
        BufferedImage photo = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        photo.setRGB(i % 16, i / 16, 0xFFFFFF);
        out.putNextEntry(new ZipEntry("photos/%s/%d.png".formatted(i < 40 ? "a" : "b", i)));
        ImageIO.write(photo, "png", out);
      }
    }
    try (FileSystem fs = server.fileSystem(bucket)) {
      fs.copyFromLocalFile(
          new org.apache.hadoop.fs.Path(zip.toUri()),
          new org.apache.hadoop.fs.Path(uri("photos.zip")));
    }
    CommandRun there = command(inspect(uri("photos.zip")));
    CommandRun here = CommandRun.of(inspect(zip.toString()));
    assertThat(there.succeeds().out())
        .contains("80 images", "a: 40, b: 40")
        .isEqualTo(here.succeeds().out().replace(zip.toString(), uri("photos.zip")));
    train(
            "data.uri=" + uri("photos.zip"),
            "data.images.height=16",
            "data.images.width=16",
            "train.epochs=1",
            "data.validation=8")
        .succeeds();
    assertThat(Files.readString(run().resolve("run.yaml"))).contains("photos.zip");
  }

  private static String[] inspect(String uri) {
    String set = "--set";
    return new String[] {
      "data", "inspect", uri, set, "data.images.height=16", set, "data.images.width=16"
    };
  }

  /** On S3 each read is a request; hashing a checkpoint again and again is time and money. */
  @Tag("long")
  @Test
  void aResumeReadsEachFileOfTheNewestCheckpointOnce() {
    train("train.epochs=1");
    String newest = newestCheckpoint();
    List<String> before = proxy.requested();
    command("resume", uri("runs"), "--set", "train.epochs=2");
    List<String> reads =
        proxy.requested().subList(before.size(), proxy.requested().size()).stream()
            .filter(line -> line.startsWith("GET ") && line.contains(newest))
            .map(line -> line.replaceFirst("^GET \\S*/([^/ ?]+)[ ?].*$", "$1"))
            .filter(name -> name.matches("[a-z-]+\\.(zip|json|npy)"))
            .toList();
    System.out.println("READS " + reads);
    assertThat(reads).doesNotHaveDuplicates();
    assertThat(reads).contains("manifest.json", "state.json", "generator.zip", "discriminator.zip");
  }

  private String newestCheckpoint() {
    try (Stream<Path> all = Files.list(run().resolve("checkpoints"))) {
      return all.map(path -> path.getFileName().toString().replace("step=", ""))
          .sorted()
          .reduce((first, second) -> second)
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private CompletableFuture<Void> onceThereIs(String file, FaultProxy.Fault fault) {
    return onceThereIs(file, () -> proxy.set(fault));
  }

  private CompletableFuture<Void> onceThereIs(String file, Runnable then) {
    Path awaited = run().resolve(file);
    return CompletableFuture.runAsync(
        () -> {
          while (!Files.exists(awaited)) {
            pause(5);
          }
          then.run();
        },
        task -> new Thread(task, "fault").start());
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Tag("long")
  @Test
  void everyCommandWorksOnABucket() throws Exception {
    IdxGlyphs.write(shared.resolve("data"), 200, 20);
    server.upload(shared.resolve("data"), bucket);
    train("data.uri=" + uri("data"), "train.batch-size=10").succeeds();
    String run = uri("runs/00000-tiny");
    command("data", "inspect", uri("data")).succeeds();
    command("resume", run, "--set", "train.epochs=3").succeeds();
    command("train", run + "/run.yaml", "--out", uri("again")).succeeds();
    SameRun.assertSame(server.bucket(bucket).resolve("again/00000-tiny"), run());
    command("report", run).succeeds();
    train("data.uri=" + uri("data"), "train.batch-size=10", "train.seed=2").succeeds();
    command("report", run, uri("runs/00001-tiny"), "--out", uri("pages")).succeeds();
    command("sample", run, "--out", shared.resolve("s3.png").toString()).succeeds();
    command("generate", run, "--count", "30", "--out", uri("png")).succeeds();
    command("generate", run, "--count", "30", "--format", "parquet", "--out", uri("parquet"))
        .succeeds();
    assertThat(run().resolve("report/index.html")).content().contains("<title>", "</html>");
    assertThat(run().resolve("run.yaml")).content().contains("endpoint: " + proxy.endpoint());
    assertThat(server.bucket(bucket).resolve("pages/index.html")).exists();
    assertThat(server.bucket(bucket).resolve("png/00000/00000029.png")).exists();
    assertThat(server.bucket(bucket).resolve("parquet/_SUCCESS"))
        .content()
        .contains("\"committer\" : \"magic\"");
    assertNoKeysIn(server.bucket(bucket));
  }

  @Tag("long")
  @Test
  void errorsThatPassDoNotEndARun() throws Exception {
    CompletableFuture<Void> fault =
        onceThereIs(
            "run.yaml",
            Fault.refused(line -> line.startsWith("PUT"), 503, "SlowDown", "Please slow down", 3));
    CommandRun trained = train(CHECKPOINTS);
    fault.get(1, TimeUnit.SECONDS);
    trained.succeeds();
    assertThat(proxy.hits()).isEqualTo(3);
    assertWhole();
  }

  @Tag("long")
  @Test
  void connectionsThatBreakDoNotEndARun() throws Exception {
    CompletableFuture<Void> fault =
        onceThereIs("run.yaml", Fault.broken(line -> line.contains("checkpoints"), 3));
    CommandRun trained = train(CHECKPOINTS);
    fault.get(1, TimeUnit.SECONDS);
    trained.succeeds();
    assertThat(proxy.hits()).isEqualTo(3);
    assertWhole();
  }

  @Tag("long")
  @Test
  void aSlowServerIsWaitedFor() throws Exception {
    CompletableFuture<Void> fault = onceThereIs("run.yaml", Fault.slow(15));
    CommandRun trained = train(CHECKPOINTS);
    fault.get(1, TimeUnit.SECONDS);
    trained.succeeds();
    assertWhole();
  }

  @Tag("long")
  @Test
  void aServerKilledWithinACheckpointAndStartedAgainDoesNotEndARun() throws Exception {
    CompletableFuture<Void> fault =
        onceThereIs(
            "checkpoints/step=00000004",
            () -> {
              server.kill();
              try {
                server.restart();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    System.setProperty("spark.hadoop.fs.s3a.attempts.maximum", "10");
    CommandRun trained = train(CHECKPOINTS);
    fault.get(1, TimeUnit.SECONDS);
    trained.succeeds();
    assertWhole();
  }

  @Tag("long")
  @Test
  void aServerThatIsGoneEndsTheRunAndResumeGivesTheSameBits() throws Exception {
    CompletableFuture<Void> fault = onceThereIs("checkpoints/step=00000004", server::kill);
    CommandRun ended = train(CHECKPOINTS);
    fault.get(1, TimeUnit.SECONDS);
    assertThat(ended.refusal(Main.USER_MISTAKE)).contains("the server");
    CommandRun tooEarly = command("resume", uri("runs/00000-tiny"));
    assertThat(tooEarly.refusal(Main.USER_MISTAKE)).contains("cannot read there", "the server");
    server.restart();
    command("resume", uri("runs/00000-tiny")).succeeds();
    assertWhole();
  }

  @Tag("long")
  @Test
  void permissionLostEndsTheRunAndResumeGivesTheSameBits() throws Exception {
    CompletableFuture<Void> fault =
        onceThereIs(
            "checkpoints/step=00000004",
            Fault.refused(line -> line.startsWith("PUT"), 403, "AccessDenied", "Access Denied"));
    CommandRun ended = train(CHECKPOINTS);
    fault.get(1, TimeUnit.SECONDS);
    assertThat(ended.refusal(Main.USER_MISTAKE))
        .contains("Cannot write s3a://" + bucket, "no permission for these credentials");
    proxy.set(Fault.NONE);
    command("resume", uri("runs/00000-tiny")).succeeds();
    assertWhole();
  }

  @Tag("long")
  @Test
  void aBucketThatIsDeletedEndsTheRun() throws Exception {
    Path gone = shared.resolve("gone");
    CompletableFuture<Void> fault =
        onceThereIs(
            "checkpoints/step=00000004",
            () -> assertThat(server.bucket(bucket).toFile().renameTo(gone.toFile())).isTrue());
    CommandRun ended = train(CHECKPOINTS);
    fault.get(1, TimeUnit.SECONDS);
    assertThat(ended.refusal(Main.USER_MISTAKE)).contains("there is no such bucket");
    // What was there verifies, up to the checkpoint that was being written.
    long newest = SameRun.snapshot(gone.resolve("runs/00000-tiny")).round();
    assertThat(newest).isGreaterThanOrEqualTo(2);
  }

  @Tag("long")
  @Test
  void resumeDropsUploadsThatWereLeftUnfinished() throws Exception {
    train("train.epochs=1").succeeds();
    org.apache.hadoop.fs.Path run = new org.apache.hadoop.fs.Path(uri("runs/00000-tiny"));
    try (FileSystem fs = server.fileSystem(bucket);
        MultipartUploader uploader = fs.createMultipartUploader(run).build()) {
      uploader.startUpload(new org.apache.hadoop.fs.Path(run, "checkpoints/large.zip")).get();
      assertThat(uploadsIn(fs)).isEqualTo(1);
      command("resume", uri("runs/00000-tiny"), "--set", "train.epochs=2").succeeds();
      assertThat(uploadsIn(fs)).isZero();
    }
  }

  @Test
  void largeObjectsGoUpInPartsAndOneThatFailsLeavesNothing() throws Exception {
    Map<String, String> parts =
        S3Settings.of(
            new S3Config(proxy.endpoint(), "", true),
            Map.of(
                "fs.s3a.multipart.size", "5M",
                "fs.s3a.multipart.threshold", "5M",
                "fs.s3a.attempts.maximum", "3",
                "fs.s3a.retry.limit", "3",
                "fs.s3a.retry.interval", "100ms"),
            System::getenv);
    Folder folder = Runs.create(uri("runs"), "large", parts);
    byte[] bytes = new byte[12 << 20];
    new Random(1).nextBytes(bytes);
    proxy.set(Fault.refused(line -> line.contains("partNumber=2"), 503, "SlowDown", "wait", 1));
    folder.publish("whole.bin", bytes);
    assertThat(folder.read("whole.bin")).isEqualTo(bytes);
    proxy.set(
        Fault.refused(line -> line.contains("partNumber=3"), 403, "AccessDenied", "not any more"));
    assertThatThrownBy(() -> folder.publish("half.bin", bytes)).isInstanceOf(UserException.class);
    proxy.set(Fault.NONE);
    assertThat(folder.exists("half.bin")).isFalse();
    try (FileSystem fs = server.fileSystem(bucket)) {
      assertThat(uploadsIn(fs)).isZero();
    }
  }

  private static int uploadsIn(FileSystem fs) throws IOException {
    return ((org.apache.hadoop.fs.s3a.S3AFileSystem) fs).listMultipartUploads("runs/").size();
  }
}
