package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings where something of the machine or of Spark's settings is not as usual. */
class UnusualMachinesTest {
  private static final Pattern LAST_LINE =
      Pattern.compile(
          ": epoch 1/1, iteration 10/10 \\(100%\\), .*, d_loss ([0-9.]+), g_bce ([0-9.]+),"
              + " moment_mean ([0-9.]+)/([0-9.]+), moment_var ([0-9.]+)/([0-9.]+)\n");

  @TempDir private Path folder;

  private CommandRun train(Map<String, String> spark) {
    spark.forEach(System::setProperty);
    try {
      return CommandRun.of(TinyExperiment.training(folder, "train.epochs=1")).succeeds();
    } finally {
      spark.keySet().forEach(System::clearProperty);
    }
  }

  @Test
  void digitsOfTheLocaleReachNoFile() throws IOException {
    Locale before = Locale.getDefault();
    String shown;
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertThat("%d".formatted(123)).isEqualTo("\u0661\u0662\u0663");
      CommandRun run = train(Map.of());
      shown = run.out() + run.err();
    } finally {
      Locale.setDefault(before);
    }
    assertThat(shown).doesNotMatch("(?s).*[\\p{Nd}&&[^0-9]].*");
    Path run = folder.resolve("runs/00000-tiny");
    assertThat(Files.readString(run.resolve("run.yaml"))).isASCII();
    assertThat(Files.readString(run.resolve("metrics/epochs.jsonl"))).isASCII();
    try (Stream<Path> files = Files.walk(run)) {
      assertThat(files.map(Path::toString)).allSatisfy(name -> assertThat(name).isASCII());
    }
    // Resumed elsewhere, the data must have the same fingerprint.
    CommandRun.of("resume", run.toString(), "--set", "train.epochs=2").succeeds();
  }

  @Test
  void kryoIsPassedOver() {
    train(Map.of("spark.serializer", "org.apache.spark.serializer.KryoSerializer"));
  }

  @Test
  void tasksOfTwoCpusGetTheirThreads() {
    train(Map.of("spark.task.cpus", "2"));
  }

  @Test
  void takenPortsOfThePageDoNotStopARun() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      train(
          Map.of(
              "spark.ui.enabled", "true",
              "spark.ui.port", Integer.toString(taken.getLocalPort()),
              "spark.port.maxRetries", "0"));
    }
  }

  @Test
  void figuresOfTheProgressLineAreThoseOfTheEpochsTable() throws IOException {
    Matcher shown = LAST_LINE.matcher(train(Map.of()).err());
    assertThat(shown.find()).isTrue();
    JsonNode epoch =
        new ObjectMapper()
            .readTree(folder.resolve("runs/00000-tiny/metrics/epochs.jsonl").toFile());
    List<String> names =
        List.of(
            "d_loss_epoch_mean",
            "g_bce_epoch_mean",
            "moment_mean_epoch_mean",
            "moment_mean_floor",
            "moment_var_epoch_mean",
            "moment_var_floor");
    for (int i = 0; i < names.size(); i++) {
      assertThat(Double.parseDouble(shown.group(i + 1)))
          .as(names.get(i))
          .isEqualTo(epoch.get(names.get(i)).doubleValue(), within(0.00501));
    }
  }
}
