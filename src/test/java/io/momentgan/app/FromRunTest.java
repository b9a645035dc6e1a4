package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.momentgan.network.state.Snapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train --from RUN}, with and without frozen layers. */
class FromRunTest {
  // No float changes by so small a rate.
  private static final String[] STILL = {
    "generator.optimizer.learning-rate=1.0e-60", "discriminator.optimizer.learning-rate=1.0e-60"
  };
  private static final int FIRST_LAYER = (784 + 1) * 16;

  @TempDir private static Path shared;

  private static Path source;

  @BeforeAll
  static void train() {
    source = TinyExperiment.train(shared, "train.epochs=1");
  }

  @Test
  void startsFromTheNetworksAndTheirAverageWithNewOptimizers(@TempDir Path folder)
      throws IOException {
    Snapshot before = SameRun.snapshot(source);
    assertThat(before.averaging().ema()).isNotEqualTo(before.generator().params());
    String[] still = append(STILL, "train.epochs=1", "averaging.ema.half-life=1.0e+12");
    Path run = from(folder, append(still, "averaging.ema.ramp-up=0.0"));
    Snapshot after = SameRun.snapshot(run);
    assertThat(after.generator().params()).isEqualTo(before.generator().params());
    assertThat(after.discriminator().params()).isEqualTo(before.discriminator().params());
    assertThat(after.averaging().ema()).isEqualTo(before.averaging().ema());
    assertThat(after.generator().updates()).isEqualTo(10); // its own alone
    JsonNode start =
        new YAMLMapper().readTree(run.resolve("run.yaml").toFile()).at("/experiment/start");
    assertThat(start.get("run").asText()).isEqualTo("file:" + source);
    assertThat(start.get("checkpoint").asInt()).isEqualTo(3);
    assertThat(start.get("sha256").asText()).matches("[0-9a-f]{64}");
  }

  @Tag("long")
  @Test
  void frozenLayersStayThoseOfTheOtherRunAlsoThroughAResume(@TempDir Path folder) {
    float[] before = SameRun.snapshot(source).discriminator().params();
    String frozen = "discriminator.freeze=1";
    Path whole = from(folder.resolve("a"), frozen, "train.epochs=2");
    Path parts = from(folder.resolve("b"), frozen, "train.epochs=1");
    CommandRun.of("resume", parts.toString(), "--set", "train.epochs=2").succeeds();
    SameRun.assertSame(parts, whole);
    float[] after = SameRun.snapshot(whole).discriminator().params();
    assertThat(Arrays.copyOf(after, FIRST_LAYER)).isEqualTo(Arrays.copyOf(before, FIRST_LAYER));
    assertThat(Arrays.copyOfRange(after, FIRST_LAYER, after.length))
        .isNotEqualTo(Arrays.copyOfRange(before, FIRST_LAYER, before.length));
  }

  @Test
  void refusesOtherShapesByTheLayer(@TempDir Path folder) {
    assertThat(CommandRun.of(fromArgs(folder, "generator.layers.0.units=17")).mistake())
        .contains("start.run: found a generator in " + source)
        .contains("layer 1 of 2 has W [10, 16], b [16], expected W [10, 17], b [17]");
    assertThat(
            CommandRun.of(
                    fromArgs(
                        folder,
                        "discriminator.layers=[{type: dense, units: 16}, {type: dense, units: 2}]"))
                .mistake())
        .contains("discriminator", "layer 2 of 2 has W [16, 1], b [1], expected W [16, 2]");
  }

  @Test
  void refusesNetworksOtherThanTheRecordedOnes(@TempDir Path folder) {
    String digest = "0".repeat(64);
    assertThat(
            CommandRun.of(fromArgs(folder, "start.checkpoint=3", "start.sha256=\"" + digest + "\""))
                .mistake())
        .contains("start.sha256: found", "round 3", "expected " + digest);
    assertThat(CommandRun.of(fromArgs(folder, "start.checkpoint=9")).mistake())
        .contains("no intact checkpoint of round 9", "[3]");
    assertThat(CommandRun.of(fromArgs(folder, "generator.freeze=1")).mistake())
        .contains("generator.freeze: found 1, expected 0");
    assertThat(CommandRun.of(fromArgs(folder, "discriminator.freeze=2")).mistake())
        .contains("discriminator.freeze: found 2, expected 0 (none) to 1");
  }

  private static Path from(Path folder, String... settings) {
    CommandRun run = CommandRun.of(fromArgs(folder, settings)).succeeds();
    String last = run.out().lines().reduce((a, b) -> b).orElse("");
    return Path.of(last.substring("Run folder: file:".length()));
  }

  private static String[] fromArgs(Path folder, String... settings) {
    List<String> args = new ArrayList<>(List.of(TinyExperiment.training(folder, settings)));
    args.addAll(List.of("--from", source.toString()));
    return args.toArray(String[]::new);
  }

  private static String[] append(String[] settings, String... more) {
    List<String> all = new ArrayList<>(List.of(settings));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }
}
