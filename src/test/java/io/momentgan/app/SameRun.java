package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.Snapshot;
import io.momentgan.run.Run;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Whether two runs came to the same, bit for bit. */
final class SameRun {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> TIMINGS =
      List.of("run", "time", "seconds", "round_seconds", "worker_seconds", "moment_wait_seconds");

  private SameRun() {}

  /** The newest checkpoint and all metrics but timings are equal. */
  static void assertSame(Path actual, Path expected) {
    Snapshot is = snapshot(actual);
    Snapshot should = snapshot(expected);
    assertThat(is.round()).isEqualTo(should.round());
    assertThat(is.samplesSeen()).isEqualTo(should.samplesSeen());
    assertSame(is.generator(), should.generator());
    assertSame(is.discriminator(), should.discriminator());
    assertThat(is.opponent()).isEqualTo(should.opponent());
    assertThat(is.replay()).hasSameSizeAs(should.replay());
    for (int rank = 0; rank < should.replay().size(); rank++) {
      assertThat(is.replay(rank).images()).isEqualTo(should.replay(rank).images());
      assertThat(is.replay(rank).classes()).isEqualTo(should.replay(rank).classes());
    }
    assertThat(is.averaging().ema()).isEqualTo(should.averaging().ema());
    for (String table : List.of("metrics/epochs.jsonl", "metrics/rounds.jsonl")) {
      assertThat(metrics(actual.resolve(table))).isEqualTo(metrics(expected.resolve(table)));
    }
  }

  static Snapshot snapshot(Path run) {
    return Run.open(run.toString(), Map.of()).checkpoints().requireNewest().snapshot();
  }

  private static void assertSame(NetworkState actual, NetworkState expected) {
    assertThat(actual.params()).isEqualTo(expected.params());
    assertThat(actual.updaterState()).isEqualTo(expected.updaterState());
    assertThat(actual.updates()).isEqualTo(expected.updates());
  }

  private static List<JsonNode> metrics(Path table) {
    try {
      return Files.readAllLines(table).stream().map(SameRun::withoutTimings).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode withoutTimings(String line) {
    try {
      return ((ObjectNode) JSON.readTree(line)).remove(TIMINGS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
