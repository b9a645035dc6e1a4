package io.momentgan.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.config.Experiment.S3Config;
import io.momentgan.config.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
public class LeaseTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String OTHER =
      "host=far\nmachine=other\npid=42\nstarted=x\nuser=anna\nsince=2026-01-01T00:00:00Z\nholds=true\n";

  @TempDir Path out;

  private Folder folder() {
    return Folder.at(out.toString(), Map.of());
  }

  private List<String> files() {
    return folder().list("").stream().map(Folder.Entry::name).toList();
  }

  @Test
  void aLeaseIsHeldByOneAndLeavesNothing() {
    try (Lease lease = Lease.take(folder())) {
      lease.requireHeld();
      assertThat(files()).singleElement().asString().matches("lease-[0-9a-f-]{36}.properties");
      assertThatThrownBy(() -> Lease.take(folder()))
          .isInstanceOf(UserException.class)
          .hasMessageContaining(out + ": found a training in progress, by process ")
          .hasMessageContaining(" of " + System.getProperty("user.name") + " on ")
          .hasMessageContaining("since 20")
          .hasMessageContaining("expected none; await its end or stop it; if it is gone, try again")
          .hasMessageNotContaining("\n");
      lease.requireHeld();
      assertThat(files()).hasSize(1);
    }
    assertThat(files()).isEmpty();
    Lease.take(folder()).close();
  }

  @Test
  void ofManyAtOnceOneHoldsIt() throws Exception {
    for (int round = 0; round < 3; round++) {
      assertThat(winners(folder(), 6)).isEqualTo(1);
    }
  }

  /** Counts who gets the lease of those who try at once. */
  public static int winners(Folder folder, int contenders) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(contenders);
    CyclicBarrier start = new CyclicBarrier(contenders);
    List<CompletableFuture<Optional<Lease>>> attempts = new ArrayList<>();
    for (int i = 0; i < contenders; i++) {
      attempts.add(
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  start.await();
                  return Optional.of(Lease.take(folder));
                } catch (UserException e) {
                  return Optional.empty();
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              },
              threads));
    }
    List<Lease> held = new ArrayList<>();
    for (CompletableFuture<Optional<Lease>> attempt : attempts) {
      attempt.get(60, TimeUnit.SECONDS).ifPresent(held::add);
    }
    held.forEach(Lease::requireHeld);
    held.forEach(Lease::close);
    threads.shutdown();
    return held.size();
  }

  @Test
  void aLeaseWithoutASignOfLifeIsTakenOver() throws IOException {
    Path other = Files.writeString(out.resolve("lease-0.properties"), OTHER);
    assertThatThrownBy(() -> Lease.take(folder()))
        .hasMessageContaining("by process 42 of anna on far since 2026-01-01T00:00:00Z");
    Files.setLastModifiedTime(other, FileTime.from(Instant.now().minusSeconds(200)));
    Lease.take(folder()).close();
    assertThat(files()).isEmpty();
  }

  @Test
  void aLeaseOfAProcessThatWasKilledIsTakenOverAtOnce() throws Exception {
    Process killed = new ProcessBuilder("sleep", "60").start();
    String started = killed.info().startInstant().map(Instant::toString).orElse("");
    String text =
        LeaseOwner.self(true)
            .replaceFirst("pid=\\d+", "pid=" + killed.pid())
            .replaceFirst("started=.*", "started=" + started);
    Files.writeString(out.resolve("lease-0.properties"), text);
    assertThatThrownBy(() -> Lease.take(folder()))
        .hasMessageContaining("by process " + killed.pid());
    killed.destroyForcibly().waitFor();
    Lease.take(folder()).close();
    assertThat(files()).isEmpty();
  }

  @Test
  void oddFilesAreNobodysLeaseOrHoldItInOneLine() throws IOException {
    Files.createDirectory(out.resolve("lease-folder"));
    Files.writeString(out.resolve("lease-0.properties"), "pid=\\uX\nuser=a");
    assertThatThrownBy(() -> Lease.take(folder()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("of unknown on unknown");
    Files.writeString(out.resolve("lease-0.properties"), "user=a\\nb\\u001b".repeat(2000));
    assertThatThrownBy(() -> Lease.take(folder())).isInstanceOf(UserException.class);
    Files.writeString(out.resolve("lease-0.properties"), OTHER.replace("anna", "a\\nb\\u001b[31m"));
    assertThatThrownBy(() -> Lease.take(folder())).hasMessageContaining("of a?b?[31m on far");
  }

  @Test
  void whoHasLostTheLeaseWritesNothing() throws Exception {
    Folder folder = folder();
    try (Lease lease = Lease.take(folder, Duration.ofMillis(50), LONG)) {
      Folder guarded = folder.under(lease);
      guarded.publish("a.txt", "before");
      // A renewal that is under way may write the file once more.
      for (int i = 0; i < 3; i++) {
        files().stream().filter(f -> f.startsWith("lease-")).forEach(folder::delete);
        Thread.sleep(200);
      }
      assertThatThrownBy(() -> guarded.publish("a.txt", "after"))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("lease was removed: it ends here and writes nothing more");
      assertThatThrownBy(() -> guarded.delete("a.txt")).isInstanceOf(UserException.class);
      assertThatThrownBy(() -> guarded.child("b").publish("c.txt", ""))
          .isInstanceOf(UserException.class);
    }
    assertThat(folder.readText("a.txt")).isEqualTo("before");
    assertThat(files()).containsExactly("a.txt");
  }

  /** As of a process that was suspended: its clock thread has not renewed for long. */
  @Test
  void whoWasTakenOverWhileSuspendedFindsOutBeforeItWrites() throws Exception {
    Folder folder = folder();
    Lease suspended = Lease.take(folder, Duration.ofDays(1), Duration.ofMillis(300));
    Thread.sleep(700);
    // Of another process: this one's own are never left behind.
    Files.delete(out.resolve(files().get(0)));
    Files.writeString(out.resolve("lease-0.properties"), OTHER);
    assertThatThrownBy(suspended::requireHeldNow)
        .hasMessageContaining("taken over by process 42 of anna on far");
    suspended.close();
    assertThat(files()).containsExactly("lease-0.properties");
  }

  @Tag("long")
  @Test
  void aLeaseIsRenewedInTime() throws Exception {
    try (Lease lease = Lease.take(folder(), Duration.ofMillis(100), Duration.ofMillis(1500))) {
      Thread.sleep(2000);
      assertThatThrownBy(
              () -> Lease.take(folder(), Duration.ofMillis(100), Duration.ofMillis(1500)))
          .isInstanceOf(UserException.class);
      lease.requireHeld();
    }
  }

  @Tag("long")
  @Test
  void ofManyAtOnceOneHoldsItOnS3() throws Exception {
    try (S3Server server = S3Server.start(out.resolve("server"))) {
      server.makeBucket("lease");
      Map<String, String> settings =
          S3Settings.of(
              new S3Config("http://127.0.0.1:" + server.port(), "", true),
              Map.of(),
              System::getenv);
      Folder folder = Folder.at("s3a://lease/runs/00000-x", settings);
      folder.publish("run.yaml", "x: 1");
      for (int round = 0; round < 5; round++) {
        assertThat(winners(folder, 4)).isEqualTo(1);
      }
      folder.publish("lease-0.properties", OTHER);
      assertThatThrownBy(() -> Lease.take(folder))
          .hasMessageContaining("process 42 of anna on far");
      Thread.sleep(3500);
      Lease.take(folder, LONG, Duration.ofSeconds(2)).close();
      assertThat(folder.list("")).extracting(Folder.Entry::name).containsExactly("run.yaml");
    }
  }
}
