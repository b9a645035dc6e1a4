package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.momentgan.LogLines;
import io.momentgan.network.state.Snapshot;
import io.momentgan.run.CheckpointManifest;
import io.momentgan.run.Run;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.MetricsTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that goes on with another number of workers than it began with. */
class OtherWorkersTest {
  /** Everything that a worker keeps: past images, and moments of Adam's between rounds. */
  private static final String[] SETTINGS = {
    "checkpoint.every=1",
    "checkpoint.keep-last=20",
    "discriminator-input.replay-capacity=30",
    "averaging.first-moment-period=2",
    "averaging.second-moment-period=3",
  };

  @TempDir private Path folder;

  /** One worker shares all moments after each round; two do not at this place of an epoch. */
  @Tag("long")
  @Test
  void twoWorkersGoOnWithinAnEpochOfOne() throws IOException {
    Path run = train("train.workers=1");
    assertThat(resume(run, "train.workers=2").out()).startsWith("Nothing to do: ");
    assertThat(history(run)).isEqualTo("1");

    dropCheckpointsAfter(run, 7);
    try (LogLines log = new LogLines()) {
      resume(run, "train.workers=2");
      assertThat(log.with("Workers: 2 from round 8 on, 1 before: figures differ from those"))
          .hasSize(1);
    }
    // The last 12 of 20 iterations of the second epoch become 6 of 10, in rounds of 4 and 2.
    Snapshot end = SameRun.snapshot(run);
    assertThat(end.round()).isEqualTo(9);
    assertThat(end.iteration()).isEqualTo(34);
    assertThat(end.samplesSeen()).isEqualTo(800);
    assertThat(end.replay()).hasSize(2).allMatch(buffer -> buffer.count() == 30);
    assertThat(history(run)).isEqualTo("1, from round 8 on 2");
    assertThat(workersByRound(run).values()).containsExactly(1L, 1L, 1L, 1L, 1L, 1L, 1L, 2L, 2L);
  }

  /** Checkpoints of all numbers of workers stay what they are. */
  @Tag("long")
  @Test
  void aRunChangesItsWorkersAgainAndAgain() throws IOException {
    Path run = train("train.workers=3");
    long two = SameRun.snapshot(run).round();
    resume(run, "train.workers=1", "train.epochs=3");
    assertThat(history(run)).isEqualTo("3, from round %d on 1".formatted(two + 1));
    assertThat(SameRun.snapshot(run).replay()).hasSize(1);
    // Three workers share all moments at the end of an epoch of two rounds, one after each round.
    assertThat(open(run).checkpoints().all())
        .extracting(CheckpointManifest::step)
        .containsExactly(2L, 4L, 5L, 6L, 7L, 8L, 9L);
    Path whole = folder.resolve("whole");
    FileUtils.copyDirectory(run.toFile(), whole.toFile());

    // A driver that died between a change and the first checkpoint after it.
    dropCheckpointsAfter(run, two);
    try (LogLines log = new LogLines()) {
      resume(run);
      assertThat(log.with("Workers: 1 from round %d on".formatted(two + 1))).hasSize(1);
      SameRun.assertSame(run, whole);
      resume(run, "train.epochs=4");
      assertThat(log.with("Workers: ")).hasSize(1);
    }
    assertThat(history(run)).isEqualTo("3, from round %d on 1".formatted(two + 1));

    // Back to where it had three, with three: as if it had never changed.
    dropCheckpointsAfter(run, two);
    resume(run, "train.workers=3");
    assertThat(history(run)).isEqualTo("3");
    SameRun.assertSame(
        run,
        TinyExperiment.train(
            folder.resolve("three"),
            Stream.concat(Stream.of(SETTINGS), Stream.of("train.workers=3", "train.epochs=4"))
                .toArray(String[]::new)));
  }

  private Path train(String workers) {
    List<String> settings = new ArrayList<>(List.of(SETTINGS));
    settings.add(workers);
    return TinyExperiment.train(folder, settings.toArray(String[]::new));
  }

  private static CommandRun resume(Path run, String... settings) {
    List<String> args = new ArrayList<>(List.of("resume", run.toString()));
    Stream.of(settings).forEach(setting -> args.addAll(List.of("--set", setting)));
    return CommandRun.of(args.toArray(String[]::new)).succeeds();
  }

  private static void dropCheckpointsAfter(Path run, long round) throws IOException {
    for (String name : run.resolve("checkpoints").toFile().list()) {
      if (Long.parseLong(name.replace("step=", "")) > round) {
        FileUtils.deleteDirectory(run.resolve("checkpoints").resolve(name).toFile());
      }
    }
  }

  /** How many workers, without what they computed with. */
  private static String history(Path run) {
    return open(run)
        .record()
        .workers()
        .toString()
        .replaceAll(" by dl4j \\(deeplearning4j \\S+\\) on CPU", "");
  }

  private static Run open(Path run) {
    return Run.open(run.toString(), Map.of());
  }

  private static Map<Long, Long> workersByRound(Path run) {
    return Jsonl.readJson(open(run).folder(), MetricsTable.WORKERS).stream()
        .map(line -> line.get("round"))
        .collect(Collectors.groupingBy(JsonNode::asLong, TreeMap::new, Collectors.counting()));
  }
}
