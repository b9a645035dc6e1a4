package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The counters of updates in the metrics, whatever the schedule. */
class UpdateCountersTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1, false, 1",
    "2, 1, false, 1",
    "4, 1, false, 1",
    "50, 1, false, 1",
    "2, 3, false, 3",
    "4, 1, true, 2"
  })
  void countersOfUpdatesAreExact(
      int gSteps, int dSteps, boolean separate, int dPerIteration, @TempDir Path folder)
      throws IOException {
    Path counted =
        TinyExperiment.train(
            folder,
            "train.g-steps=" + gSteps,
            "train.d-steps=" + dSteps,
            "loss.separate-updates=" + separate,
            "data.glyphs.train=160",
            "checkpoint.every=1");
    List<JsonNode> rounds = lines(counted, "rounds");
    List<JsonNode> epochs = lines(counted, "epochs");
    assertThat(rounds).hasSize(2);
    assertThat(epochs).hasSize(2);
    for (List<JsonNode> table : List.of(rounds, epochs)) {
      for (JsonNode line : table) {
        long iterations = line.get("iteration").longValue();
        assertThat(line.get("g_updates").longValue()).isEqualTo(gSteps * iterations);
        assertThat(line.get("d_updates").longValue()).isEqualTo(dPerIteration * iterations);
      }
    }
    assertThat(epochs.get(1).get("iteration").longValue()).isEqualTo(8);
  }

  private static List<JsonNode> lines(Path of, String table) throws IOException {
    return new ObjectMapper()
        .readerFor(JsonNode.class)
        .<JsonNode>readValues(of.resolve("metrics/%s.jsonl".formatted(table)).toFile())
        .readAll();
  }
}
