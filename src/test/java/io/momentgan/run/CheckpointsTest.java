package io.momentgan.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.config.Experiment.CheckpointConfig;
import io.momentgan.config.UserException;
import io.momentgan.storage.Folder;
import io.momentgan.storage.FolderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  private static final CheckpointConfig LAST_ONE = new CheckpointConfig(0, 1, 0, false);

  @TempDir Path out;
  private Folder run;
  private Checkpoints checkpoints;

  @BeforeEach
  void makeFolder() {
    run = FolderTest.newRun(out);
    checkpoints = new Checkpoints(run);
  }

  static void write(Checkpoints checkpoints, long step, int epoch, double score) {
    write(
        checkpoints,
        step,
        epoch,
        score,
        Map.of("generator.zip", ("g" + step).getBytes(UTF_8), "state.bin", new byte[] {1, 2, 3}));
  }

  private static void write(
      Checkpoints checkpoints, long step, int epoch, double score, Map<String, byte[]> files) {
    checkpoints.write(
        new Checkpoint(CheckpointManifest.of(step, epoch, 10 * step, score, files), files));
  }

  private static long newest(Checkpoints checkpoints) {
    return checkpoints.newest().orElseThrow().manifest().step();
  }

  private Path file(String relative) {
    return out.resolve(run.name()).resolve("checkpoints").resolve(relative);
  }

  @Test
  void aCheckpointIsReadBackAsItWasWritten() {
    write(checkpoints, 123, 4, 0.25);

    Checkpoint newest = checkpoints.newest().orElseThrow();
    assertThat(newest.manifest().step()).isEqualTo(123);
    assertThat(newest.manifest().epoch()).isEqualTo(4);
    assertThat(newest.manifest().iteration()).isEqualTo(1230);
    assertThat(newest.manifest().score()).isEqualTo(0.25);
    assertThat(newest.files().get("generator.zip")).isEqualTo("g123".getBytes(UTF_8));
    assertThat(run.readText("checkpoints/step=00000123/manifest.json"))
        .startsWith("{\"format_version\":1,\"step\":123,\"epoch\":4,\"iteration\":1230,")
        .contains(
            "{\"name\":\"state.bin\",\"size\":3,\"sha256\":"
                + "\"039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81\"}");
  }

  @Test
  void withoutCheckpointsThereIsNoNewest() {
    assertThat(checkpoints.newest()).isEmpty();
  }

  @Test
  void damagedCheckpointsArePassedOver() throws IOException {
    for (int step = 1; step <= 6; step++) {
      write(checkpoints, step, step, step);
    }
    Files.write(file("step=00000006/state.bin"), new byte[] {1, 2});
    Files.write(file("step=00000005/state.bin"), new byte[] {1, 2, 4});
    Files.delete(file("step=00000004/generator.zip"));
    Files.writeString(file("step=00000003/manifest.json"), "{\"format_ver");
    Files.delete(file("step=00000002/manifest.json"));

    assertThat(newest(checkpoints)).isEqualTo(1);
    for (int damaged = 2; damaged <= 6; damaged++) {
      int epoch = damaged;
      assertThatThrownBy(() -> checkpoints.ofEpoch(epoch))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("no intact checkpoint of epoch " + epoch);
    }
    CheckpointManifest.Part part = new CheckpointManifest.Part("state.bin", 3, "0390");
    assertThat(part.flaw(new byte[] {1, 2, 4}))
        .contains("state.bin has another SHA-256 than the manifest says");
  }

  @Test
  void anEpochsCheckpointIsItsNewest() {
    write(checkpoints, 10, 1, 1);
    write(checkpoints, 20, 2, 1);
    write(checkpoints, 25, 2, 1);
    write(checkpoints, 30, 3, 1);

    assertThat(checkpoints.ofEpoch(2).manifest().step()).isEqualTo(25);
    assertThatThrownBy(() -> checkpoints.ofEpoch(7))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("no intact checkpoint of epoch 7; there are 1, 2, 3");
  }

  @Test
  void aCheckpointIsReplacedAsAWhole() {
    write(checkpoints, 1, 1, 1);
    write(checkpoints, 1, 1, 2, Map.of("other.zip", new byte[] {9}));
    Checkpoint newest = checkpoints.newest().orElseThrow();
    assertThat(newest.manifest().score()).isEqualTo(2);
    assertThat(newest.files()).containsOnlyKeys("other.zip");
    assertThat(newest.files().get("other.zip")).containsExactly(9);
  }

  @Test
  void deletionTouchesNothingThatNoManifestLists() throws IOException {
    write(checkpoints, 1, 1, 1);
    write(checkpoints, 2, 2, 1);
    Files.writeString(file("step=00000001/notes.txt"), "mine");
    Files.createDirectories(file("step=abc"));
    Files.createDirectories(file("mine"));
    Files.writeString(file("mine/generator.zip"), "mine");

    checkpoints.retain(LAST_ONE);

    assertThat(FolderTest.filesUnder(file("")))
        .containsExactly(
            "mine/generator.zip",
            "step=00000001/notes.txt",
            "step=00000002/generator.zip",
            "step=00000002/manifest.json",
            "step=00000002/state.bin");
    assertThat(file("step=abc")).isDirectory();
  }

  @Test
  void checkpointsWithoutAManifestAreNobodysToDelete() throws IOException {
    for (int step : List.of(1, 2, 4, 5)) {
      write(checkpoints, step, step, 1);
    }
    Files.delete(file("step=00000001/manifest.json"));
    Files.delete(file("step=00000002/manifest.json"));
    Files.writeString(file("step=00000002/notes.txt"), "mine");
    Files.delete(file("step=00000005/manifest.json"));

    checkpoints.retain(LAST_ONE);

    assertThat(run.list("checkpoints"))
        .extracting(Folder.Entry::name)
        .containsExactly("step=00000001", "step=00000002", "step=00000004", "step=00000005");
    assertThat(file("step=00000001/generator.zip")).exists();
    assertThat(file("step=00000002/generator.zip")).exists();
  }

  @Test
  void damagedCheckpointsDoNotCountAsKept() throws IOException {
    write(checkpoints, 1, 1, 1);
    write(checkpoints, 2, 2, 1);
    Files.write(file("step=00000002/state.bin"), new byte[0]);

    checkpoints.retain(LAST_ONE);

    assertThat(newest(checkpoints)).isEqualTo(1);
  }

  @Test
  void laterCheckpointsGoWhenARunGoesOnFromAnEarlierOne() {
    write(checkpoints, 1, 1, 1);
    write(checkpoints, 2, 2, 1);
    write(checkpoints, 3, 3, 1);

    checkpoints.dropAfter(1);

    assertThat(run.list("checkpoints")).hasSize(1);
    assertThat(newest(checkpoints)).isEqualTo(1);
  }

  @Test
  void fileNamesThatWouldHideTheManifestAreRefused() {
    assertThatThrownBy(() -> write(checkpoints, 1, 1, 1, Map.of("manifest.json", new byte[0])))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
