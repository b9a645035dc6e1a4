package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.momentgan.run.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileUtil;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class ResumeTest {
  private static final List<String> TIMINGS =
      List.of("run", "time", "seconds", "round_seconds", "worker_seconds", "moment_wait_seconds");

  @TempDir private Path folder;

  /** Two workers make 3 rounds of an epoch: checkpoints of every second round lie within epochs. */
  @Tag("long")
  @Test
  void resumedRunEqualsOneThatNeverStopped() throws IOException {
    assertThatAResumedRunEqualsOneThatNeverStopped(2, 2, 6, 4);
  }

  /** One worker makes 5 rounds of an epoch. */
  @Tag("long")
  @Test
  void resumedRunOfOneWorkerEqualsOneThatNeverStopped() throws IOException {
    assertThatAResumedRunEqualsOneThatNeverStopped(1, 3, 10, 9);
  }

  private void assertThatAResumedRunEqualsOneThatNeverStopped(
      int workers, int every, int roundsOfTwoEpochs, int withinSecondEpoch) throws IOException {
    String replay = "discriminator-input.replay-capacity=150";
    String[] settings = {
      "train.workers=" + workers, "checkpoint.every=" + every, "train.epochs=4", replay
    };
    Path whole = TinyExperiment.train(folder.resolve("whole"), settings);
    settings[2] = "train.epochs=2";
    Path half = TinyExperiment.train(folder.resolve("half"), settings);
    Path killed = copy(half, "killed");
    FileUtil.fullyDelete(checkpoint(killed, roundsOfTwoEpochs).toFile());
    assertThat(checkpoint(killed, withinSecondEpoch)).exists();

    assertEqual(whole, resume(half, "train.epochs=4"), 2 * roundsOfTwoEpochs);
    assertEqual(whole, resume(killed, "train.epochs=4"), 2 * roundsOfTwoEpochs);
  }

  @Test
  void resumedRunEqualsOneThatNeverStoppedWithAllThatTheDriverKeeps() throws IOException {
    String[] settings = {
      "train.workers=2",
      "checkpoint.every=1",
      "averaging.outer.type=nesterov",
      "averaging.wire=bf16",
      "averaging.first-moment-period=2",
      "averaging.second-moment-period=3",
      "discriminator-input.replay-capacity=30",
      "train.averaging-frequency=3",
      "train.warm-up=[{epochs: 1, averaging-frequency: 1}]",
      "train.epochs=3"
    };
    Path whole = TinyExperiment.train(folder.resolve("whole"), settings);
    settings[settings.length - 1] = "train.epochs=2";
    Path half = TinyExperiment.train(folder.resolve("half"), settings);
    // An epoch has 10 iterations: 10 rounds, then 4; all moments are shared at the end of each.
    assertThat(checkpoint(half, 13)).doesNotExist();
    assertEqual(whole, resume(half, "train.epochs=3"), 18);
    assertSameBits(
        network(checkpoint(half, 18).resolve("generator-ema.zip")).params(),
        network(checkpoint(whole, 18).resolve("generator-ema.zip")).params());
    assertThat(checkpoint(half, 18).resolve("outer-generator.npy"))
        .hasSameBinaryContentAs(checkpoint(whole, 18).resolve("outer-generator.npy"));
    for (String buffer :
        List.of("replay-00000.npy", "replay-00001.npy", "replay-00001-classes.npy")) {
      assertThat(checkpoint(half, 18).resolve(buffer))
          .hasSameBinaryContentAs(checkpoint(whole, 18).resolve(buffer));
    }
    assertThat(checkpoint(half, 18).resolve("replay-00002.npy")).doesNotExist();
  }

  @Test
  void damagedCheckpointIsPassedOver() throws IOException {
    Path run = TinyExperiment.train(folder, "train.workers=1", "checkpoint.every=2");
    Path damaged = copy(run, "damaged");
    Path generator = checkpoint(damaged, 10).resolve("generator.zip");
    byte[] bytes = Files.readAllBytes(generator);
    bytes[bytes.length / 2] ^= 1;
    Files.write(generator, bytes);
    assertEqual(run, resume(damaged), 10);
  }

  @Test
  void finishedRunIsLeftAsItIs() throws IOException {
    Path run = TinyExperiment.train(folder, "train.epochs=1");
    List<String> before = contents(run);
    for (String epochs : List.of("train.epochs=1", "checkpoint.keep-last=2")) {
      CommandRun again = CommandRun.of("resume", run.toString(), "--set", epochs).succeeds();
      assertThat(again.out())
          .isEqualTo(
              "Nothing to do: %s has all its epochs; for more, resume with --set train.epochs=N above 1%n"
                  .formatted(run));
      assertThat(again.err()).isEmpty();
    }
    assertThat(contents(run)).isEqualTo(before);
  }

  @Test
  void settingsThatWouldMakeItAnotherRunAreRefused() throws IOException {
    Path run = TinyExperiment.train(folder, "train.epochs=1");
    List<String> before = contents(run);
    for (String other :
        List.of(
            "train.seed=2",
            "train.batch-size=10",
            "data.limit=100",
            "train.epochsX=3",
            "averaging.wire=float",
            "name=b")) {
      assertThat(CommandRun.of("resume", run.toString(), "--set", other).mistake())
          .contains("--set " + other);
    }
    assertThat(CommandRun.of("resume", run.toString(), "--set", "data.glyphs.seed=2").mistake())
        .contains("cannot change once it has begun", "train.epochs");
    assertThat(contents(run)).isEqualTo(before);
  }

  @Test
  void runThatAnotherProcessTrainsIsRefused() throws IOException {
    Path run = TinyExperiment.train(folder, "train.epochs=1");
    Files.writeString(
        run.resolve("lease-0.properties"),
        "host=far\nmachine=x\npid=42\nstarted=x\nuser=anna\nsince=2026-01-01T00:00:00Z\nholds=true\n");
    List<String> before = contents(run);
    CommandRun resumed = CommandRun.of("resume", run.toString(), "--set", "train.epochs=2");
    assertThat(resumed.refusal(Main.USER_MISTAKE))
        .contains("found a training in progress, by process 42 of anna on far")
        .contains("await its end or stop it; if it is gone, try again in ");
    assertThat(contents(run)).isEqualTo(before);
  }

  @Test
  void runWithoutACheckpointBeginsAgain() throws IOException {
    Path run = TinyExperiment.train(folder, "train.epochs=1");
    Path again = copy(run, "again");
    FileUtil.fullyDelete(again.resolve("checkpoints").toFile());
    assertEqual(run, resume(again), 3);
  }

  @Test
  void runWhoseCheckpointsAreAllDamagedIsRefused() throws IOException {
    Path run = TinyExperiment.train(folder, "train.epochs=1");
    Files.delete(checkpoint(run, 3).resolve("generator.zip"));
    CommandRun resumed = CommandRun.of("resume", run.toString(), "--set", "train.epochs=2");
    assertThat(resumed.refusal(Main.USER_MISTAKE))
        .contains("checkpoints: found 1 checkpoints, none of which verifies");
    assertThat(run.resolve("metrics/epochs.jsonl")).exists();
  }

  @Tag("torch")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "discriminator.spectral-norm=true",
        "discriminator.layers.0.weight-norm=trained",
        "generator.optimizer.historical-averaging=0.01"
      })
  void aRunGoesOnWithEitherEngine(String setting) throws IOException {
    String[] settings = {"train.epochs=3", setting};
    Path whole = TinyExperiment.train(folder.resolve("whole"), settings);
    settings[0] = "train.epochs=1";
    Path run = TinyExperiment.train(folder.resolve("run"), settings);
    resume(run, "engine=torch", "train.epochs=2");
    assertThat(run.resolve("run.yaml")).content().contains("engine: torch");
    resume(run, "engine=dl4j", "train.epochs=3");
    assertThat(Run.open(run.toString(), Map.of()).record().workers().toString())
        .matches(
            "2 by dl4j \\(deeplearning4j \\S+\\) on CPU"
                + ", from round 4 on 2 by torch \\(libtorch 2\\.\\S+\\) on CPU"
                + ", from round 7 on 2 by dl4j \\(deeplearning4j \\S+\\) on CPU");
    for (String network : List.of("generator.zip", "discriminator.zip")) {
      INDArray start = network(checkpoint(whole, 3).resolve(network)).params();
      INDArray expected = network(checkpoint(whole, 9).resolve(network)).params();
      INDArray actual = network(checkpoint(run, 9).resolve(network)).params();
      assertThat(actual.distance2(expected)).isLessThan(1e-3 * start.distance2(expected));
    }
  }

  private static Path resume(Path run, String... settings) {
    List<String> args = new ArrayList<>(List.of("resume", run.toString()));
    Stream.of(settings).forEach(setting -> args.addAll(List.of("--set", setting)));
    CommandRun resumed = CommandRun.of(args.toArray(String[]::new)).succeeds();
    assertThat(resumed.out()).isEqualTo("Run folder: file:%s%n".formatted(run));
    return run;
  }

  private static void assertEqual(Path whole, Path resumed, int lastRound) throws IOException {
    for (String network : List.of("generator.zip", "discriminator.zip")) {
      MultiLayerNetwork expected = network(checkpoint(whole, lastRound).resolve(network));
      MultiLayerNetwork actual = network(checkpoint(resumed, lastRound).resolve(network));
      assertSameBits(actual.params(), expected.params());
      assertSameBits(
          actual.getUpdater().getStateViewArray(), expected.getUpdater().getStateViewArray());
      assertThat(actual.getIterationCount()).isEqualTo(expected.getIterationCount());
    }
    for (String table : List.of("metrics/epochs.jsonl", "metrics/rounds.jsonl")) {
      assertThat(metrics(resumed.resolve(table))).isEqualTo(metrics(whole.resolve(table)));
    }
    for (String samples : names(whole.resolve("samples"))) {
      assertThat(resumed.resolve("samples").resolve(samples))
          .hasSameBinaryContentAs(whole.resolve("samples").resolve(samples));
    }
  }

  private static void assertSameBits(INDArray actual, INDArray expected) {
    assertThat(actual.dup().data().asBytes()).isEqualTo(expected.dup().data().asBytes());
  }

  private static MultiLayerNetwork network(Path file) throws IOException {
    return ModelSerializer.restoreMultiLayerNetwork(file.toFile(), true);
  }

  private static Path checkpoint(Path run, int round) {
    return run.resolve("checkpoints/step=%08d".formatted(round));
  }

  private static List<JsonNode> metrics(Path file) throws IOException {
    List<JsonNode> lines =
        new ObjectMapper().readerFor(JsonNode.class).<JsonNode>readValues(file.toFile()).readAll();
    assertThat(lines).isNotEmpty();
    lines.forEach(line -> ((ObjectNode) line).remove(TIMINGS));
    return lines;
  }

  private Path copy(Path run, String name) throws IOException {
    Path target = Files.createDirectories(folder.resolve(name)).resolve(run.getFileName());
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(run.relativize(file)));
      }
    }
    return target;
  }

  /** Names of all files with their contents. */
  private static List<String> contents(Path run) throws IOException {
    try (Stream<Path> files = Files.walk(run)) {
      List<String> result = new ArrayList<>();
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        byte[] bytes = Files.readAllBytes(file);
        result.add("%s %d %d".formatted(file, bytes.length, Arrays.hashCode(bytes)));
      }
      return result;
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
