package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.LogLines;
import io.momentgan.storage.Folder;
import io.momentgan.storage.Lease;
import io.momentgan.storage.LeaseTest;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs and their leases on Hadoop's own HDFS: a name node and a data node in a process. */
@Tag("long")
@Timeout(600)
class HdfsIT {
  private static final String OTHER =
      "host=far\nmachine=other\npid=42\nstarted=x\nuser=anna\nsince=2026-01-01T00:00:00Z\nholds=true\n";

  @TempDir private static Path folder;
  private static TestServer server;
  private static FileSystem hdfs;

  @BeforeAll
  static void start() throws Exception {
    Path uri = folder.resolve("uri.txt");
    server =
        TestServer.start(
            "hadoop", "HdfsServer.java", folder, () -> Files.exists(uri), folder.toString());
    hdfs = FileSystem.newInstance(new URI(Files.readString(uri)), new Configuration());
  }

  @AfterAll
  static void stop() throws Exception {
    if (hdfs != null) {
      hdfs.close();
    }
    if (server != null) {
      server.close();
    }
  }

  /** Trains one epoch on HDFS; gives the run's folder. */
  private static String train(String runs) {
    CommandRun.of(
            "train",
            TinyExperiment.in(folder).toString(),
            "--set",
            "train.epochs=1",
            "--out",
            hdfs.getUri() + "/" + runs)
        .succeeds();
    return hdfs.getUri() + "/" + runs + "/00000-tiny";
  }

  private static CommandRun resume(String run) {
    return CommandRun.of("resume", run, "--set", "train.epochs=2");
  }

  private static List<String> filesUnder(String run) throws Exception {
    List<String> files = new ArrayList<>();
    RemoteIterator<LocatedFileStatus> found =
        hdfs.listFiles(new org.apache.hadoop.fs.Path(run), true);
    while (found.hasNext()) {
      files.add(found.next().getPath().toString().substring(run.length() + 1));
    }
    return files;
  }

  @Test
  void aRunOnHdfsIsThatOfADisk() throws Exception {
    String run = train("whole");
    resume(run).succeeds();
    assertThat(filesUnder(run))
        .contains("run.yaml", "checkpoints/step=00000006/manifest.json", "report/index.html")
        .noneMatch(file -> file.contains(".tmp") || Lease.isLease(file));
    Path copy = folder.resolve("copy");
    hdfs.copyToLocalFile(
        new org.apache.hadoop.fs.Path(run), new org.apache.hadoop.fs.Path(copy.toUri()));
    SameRun.assertSame(copy, TinyExperiment.train(folder.resolve("disk")));

    String generated = hdfs.getUri() + "/generated";
    CommandRun.of("generate", run, "--count", "12", "--out", generated).succeeds();
    assertThat(filesUnder(generated)).filteredOn(file -> file.endsWith(".png")).hasSize(12);
  }

  @Test
  void aRunIsTrainedByOneAndItsStaleLeaseIsTakenOver() throws Exception {
    String run = train("leased");
    Folder files = Folder.at(run, Map.of());
    try (Lease lease = Lease.take(files)) {
      assertThat(resume(run).refusal(Main.USER_MISTAKE))
          .contains(run + ": found a training in progress, by process ");
      lease.requireHeld();
    }
    files.publish("lease-0.properties", OTHER);
    assertThat(resume(run).refusal(Main.USER_MISTAKE)).contains("by process 42 of anna on far");
    hdfs.setTimes(
        new org.apache.hadoop.fs.Path(run, "lease-0.properties"),
        Instant.now().minus(Duration.ofSeconds(121)).toEpochMilli(),
        -1);
    try (LogLines log = new LogLines()) {
      resume(run).succeeds();
      assertThat(log.with("the lease of process 42 of anna on far")).hasSize(1);
    }
    assertThat(filesUnder(run))
        .contains("checkpoints/step=00000006/manifest.json")
        .noneMatch(Lease::isLease);
  }

  @Test
  void ofManyAtOnceOneHoldsTheLease() throws Exception {
    Folder files = Folder.at(hdfs.getUri() + "/contested", Map.of());
    files.publish("run.yaml", "x: 1");
    for (int round = 0; round < 5; round++) {
      assertThat(LeaseTest.winners(files, 4)).isEqualTo(1);
    }
    assertThat(files.list("")).extracting(Folder.Entry::name).containsExactly("run.yaml");
  }

  /** A file is replaced as a whole while others read it. */
  @Test
  void aFileThatIsReplacedIsReadWhole() {
    Folder files = Folder.at(hdfs.getUri() + "/replaced", Map.of());
    String a = "a".repeat(100_000);
    String b = "b".repeat(100_000);
    files.publish("x.txt", a);
    Thread writer =
        new Thread(
            () -> {
              for (int i = 0; i < 50; i++) {
                files.publish("x.txt", i % 2 == 0 ? b : a);
              }
            });
    writer.start();
    int reads = 0;
    while (writer.isAlive()) {
      assertThat(files.readText("x.txt")).isIn(a, b);
      reads++;
    }
    assertThat(reads).isPositive();
    assertThat(files.readText("x.txt")).isEqualTo(a);
  }
}
