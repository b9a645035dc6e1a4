package io.momentgan.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.momentgan.Experiments;
import io.momentgan.config.EvaluationConfig.Weights;
import io.momentgan.config.Experiment;
import io.momentgan.config.Experiment.CheckpointConfig;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.StrangeZips;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.WorkerHistory;
import io.momentgan.storage.Digests;
import io.momentgan.storage.Folder;
import io.momentgan.storage.FolderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

class CheckpointsTest {
  private static final CheckpointConfig LAST_ONE = new CheckpointConfig(0, 1, 0, false);

  private static final ImageShape SHAPE = new ImageShape(1, 4, 4);
  private static final Experiment SETTINGS = Experiments.small("averaging.ema.half-life=0");
  private static final GanNetworks NETWORKS = GanNetworks.build(SETTINGS, SHAPE, DataType.FLOAT);
  private static final RunRecord RECORD =
      new RunRecord(
          SETTINGS,
          Map.of(),
          new RunRecord.Data("idx", "data", "0", 10, "1x4x4", List.of()),
          "2026-01-01T00:00:00Z",
          "1",
          WorkerHistory.of(1));

  @TempDir Path out;
  private Folder run;
  private Checkpoints checkpoints;

  @BeforeEach
  void makeFolder() {
    run = FolderTest.newRun(out);
    checkpoints = opened();
  }

  private Checkpoints opened() {
    return new Checkpoints(run, RECORD);
  }

  private static Checkpoint checkpoint(long step, int epoch, double score) {
    Snapshot first = NETWORKS.initialSnapshot();
    Snapshot snapshot =
        new Snapshot(
            step,
            10 * step,
            0,
            first.generator(),
            first.discriminator(),
            first.opponent(),
            first.replay(),
            first.averaging());
    return Checkpoint.of(snapshot, epoch, score, RunProgress.none(), NETWORKS);
  }

  static void write(Checkpoints checkpoints, long step, int epoch, double score) {
    checkpoints.write(checkpoint(step, epoch, score));
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
    assertThat(newest.generator(Weights.RAW).params())
        .isEqualTo(NETWORKS.initialSnapshot().generator().params());
    assertThat(newest.snapshot().iteration()).isEqualTo(1230);
    byte[] state = run.read("checkpoints/step=00000123/state.json");
    assertThat(run.readText("checkpoints/step=00000123/manifest.json"))
        .startsWith("{\"format_version\":1,\"step\":123,\"epoch\":4,\"iteration\":1230,")
        .contains(
            "{\"name\":\"state.json\",\"size\":%d,\"sha256\":\"%s\"}"
                .formatted(state.length, Digests.sha256(state)));
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
    Files.write(file("step=00000006/state.json"), new byte[] {1, 2});
    byte[] state = Files.readAllBytes(file("step=00000005/state.json"));
    state[state.length / 2] ^= 1;
    Files.write(file("step=00000005/state.json"), state);
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
    write(checkpoints, 1, 1, 2);
    Checkpoint newest = checkpoints.newest().orElseThrow();
    assertThat(newest.manifest().score()).isEqualTo(2);
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
            "step=00000002/discriminator.zip",
            "step=00000002/generator.zip",
            "step=00000002/manifest.json",
            "step=00000002/state.json");
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
    Files.write(file("step=00000002/state.json"), new byte[0]);

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
    Map<String, byte[]> files = Map.of("manifest.json", new byte[0]);
    Checkpoint hiding = new Checkpoint(CheckpointManifest.of(1, 1, 10, 1, files), files);
    assertThatThrownBy(() -> checkpoints.write(hiding))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Names whatever is wrong with a manifest, and what the test does to one. */
  static Stream<Arguments> manifests() {
    return Stream.of(
        arguments("lists nothing", "\"files\":\\[.*]", "\"files\":[]"),
        arguments("lists too little", "\\{\"name\":\"generator.zip\"[^}]*},", ""),
        arguments("has no files", "\"files\":\\[.*],", ""),
        arguments("has null files", "\"files\":\\[.*]", "\"files\":null"),
        arguments("has a null file", "\"files\":\\[", "\"files\":[null,"),
        arguments("has a null name", "\"generator.zip\"", "null"),
        arguments("has a path", "\"generator.zip\"", "\"../step=00000001/generator.zip\""),
        arguments("has an absolute path", "\"generator.zip\"", "\"/etc/passwd\""),
        arguments("has an empty name", "\"generator.zip\"", "\"\""),
        arguments("lists itself", "\"generator.zip\"", "\"manifest.json\""),
        arguments("lists others", "\"files\":\\[", "\"files\":[{\"name\":\"x.zip\"},"),
        arguments("lists one twice", "\"files\":\\[", "\"files\":[{\"name\":\"state.json\"},"),
        arguments("has a negative size", "\"size\":", "\"size\":-"),
        arguments("has an endless size", "\"size\":", "\"size\":999999999999"),
        arguments("has no digest", "\"sha256\":\"[0-9a-f]*\"", "\"sha256\":null"),
        arguments("has a text as step", "\"step\":3", "\"step\":\"x\""),
        arguments("is of another step", "\"step\":3", "\"step\":4"),
        arguments("has a negative step", "\"step\":3", "\"step\":-3"),
        arguments("is null", ".*", "null"),
        arguments("is a list", ".*", "[]"),
        arguments("is a number", ".*", "3"),
        arguments("is empty", "(?s).*", ""),
        arguments("is deep", ".*", "[".repeat(5000)),
        arguments("is long", ".*", " ".repeat(2 << 20)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("manifests")
  void aCheckpointWhoseManifestIsOddHidesNoOlderOne(String what, String regex, String replacement)
      throws IOException {
    write(checkpoints, 2, 1, 1);
    write(checkpoints, 3, 1, 1);
    Path manifest = file("step=00000003/manifest.json");
    String text = Files.readString(manifest).strip();
    String odd = text.replaceFirst(regex, Matcher.quoteReplacement(replacement));
    assertThat(odd).as(what).isNotEqualTo(text);
    Files.writeString(manifest, odd);

    assertThat(newest(opened())).isEqualTo(2);
    assertThat(opened().all()).extracting(CheckpointManifest::step).containsExactly(2L);
    opened().retain(LAST_ONE);
    assertThat(newest(opened())).isEqualTo(2);
  }

  /** A file whose digest is right need not be harmless: a stranger writes manifests, too. */
  @ParameterizedTest
  @ValueSource(strings = {"generator.zip", "discriminator.zip", "state.json"})
  void aCheckpointOfAStrangerIsReadOrSkipped(String name) throws IOException {
    write(checkpoints, 2, 1, 1);
    List<byte[]> strange =
        name.endsWith(".zip")
            ? StrangeZips.all(Files.readAllBytes(file("step=00000002/" + name)))
            : Stream.of(
                    "null",
                    "[]",
                    "{}",
                    "{\"sum\":null}",
                    "{\"epochs\":[null]}",
                    "[".repeat(5000),
                    "")
                .map(text -> text.getBytes(UTF_8))
                .toList();
    for (byte[] bytes : strange) {
      Map<String, byte[]> files = new HashMap<>(checkpoint(3, 1, 1).files());
      files.put(name, bytes);
      checkpoints.write(new Checkpoint(CheckpointManifest.of(3, 1, 30, 1, files), files));
      assertThat(newest(opened())).isEqualTo(2);
    }
  }

  @Test
  void aFolderInPlaceOfAFileIsSkipped() throws IOException {
    write(checkpoints, 2, 1, 1);
    write(checkpoints, 3, 1, 1);
    Files.delete(file("step=00000003/generator.zip"));
    Files.createDirectories(file("step=00000003/generator.zip"));
    assertThat(newest(opened())).isEqualTo(2);
    write(checkpoints, 4, 1, 1);
    Files.delete(file("step=00000004/manifest.json"));
    Files.createDirectories(file("step=00000004/manifest.json"));
    assertThat(newest(opened())).isEqualTo(2);
  }
}
