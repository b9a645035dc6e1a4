package io.momentgan.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.momentgan.Experiments;
import io.momentgan.config.Experiment;
import io.momentgan.data.DataSet;
import io.momentgan.data.sets.DataSets;
import io.momentgan.device.StopRequests;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus reads on the driver while a run goes on. */
class GaugesListenerTest {
  private static final Map<String, String> SETTINGS =
      Map.of(
          "spark.ui.enabled", "true",
          "spark.ui.port", "0",
          "spark.driver.host", "127.0.0.1");

  @TempDir private Path folder;

  @BeforeEach
  void showPage() {
    SETTINGS.forEach(System::setProperty);
  }

  @AfterEach
  void clearSettings() {
    SETTINGS.keySet().forEach(System::clearProperty);
  }

  @Test
  @Tag("long")
  void thePrometheusPageShowsTheRun() throws Exception {
    Experiment experiment = Experiments.small("train.workers=2");
    DataSet images = DataSets.open(experiment.data(), Map.of());
    RunRecord record = RunRecord.of(experiment, images, Instant.now());
    Run run = Run.create(folder.toString(), record, Map.of());
    String page;
    try (JavaSparkContext spark = SparkContexts.open("gauges", experiment)) {
      new TrainingRun(spark, run, images, StopRequests.begin(""), line -> {})
          .train(Optional.empty());
      page = read(spark.sc().uiWebUrl().get() + "/metrics/prometheus");
    }
    List<String> rounds = run.folder().readText("metrics/rounds.jsonl").lines().toList();
    JsonNode last = new ObjectMapper().readTree(rounds.get(rounds.size() - 1));
    assertThat(value(page, "rounds")).isEqualTo(rounds.size());
    for (String name : List.of("iterations", "d_loss", "moment_mean", "moment_wait_seconds")) {
      String field = name.equals("iterations") ? "iteration" : name;
      assertThat(value(page, name)).as(name).isEqualTo(last.get(field).doubleValue());
    }
    assertThat(value(page, "bytes"))
        .isEqualTo(2 * rounds.size() * last.get("bytes_out").doubleValue());
    assertThat(value(page, "moment_bytes")).isPositive();
    assertThat(value(page, "failed_rounds")).isZero();
    assertThat(value(page, "worker0_iterations_per_second")).isPositive();
    assertThat(value(page, "worker1_iterations_per_second")).isPositive();
  }

  private static String read(String uri) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(uri)).build();
    return HttpClient.newBuilder()
        .followRedirects(HttpClient.Redirect.NORMAL)
        .build()
        .send(request, BodyHandlers.ofString())
        .body();
  }

  private static double value(String page, String gauge) {
    Matcher line =
        Pattern.compile("(?m)^metrics_\\S*GaugesListener_" + gauge + "_Value\\{[^}]*} (\\S+)$")
            .matcher(page);
    assertThat(line.find()).as("%s in %s", gauge, page).isTrue();
    return Double.parseDouble(line.group(1));
  }
}
