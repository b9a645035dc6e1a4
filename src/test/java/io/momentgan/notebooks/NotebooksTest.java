package io.momentgan.notebooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.SparkTests;
import io.momentgan.config.Experiment.S3Config;
import io.momentgan.notebooks.Note.Paragraph;
import io.momentgan.storage.S3Server;
import io.momentgan.storage.S3Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every paragraph of every note runs and shows something. */
@Tag("long")
class NotebooksTest {
  private static final String BUCKET = "s3a://notes/";

  @TempDir private static Path folder;

  private static S3Server server;
  private static SparkSession spark;
  private static Path classes;
  private static List<Path> runs;

  @BeforeAll
  static void train() throws Exception {
    server = S3Server.start(folder.resolve("server"));
    server.makeBucket("notes");
    classes = Files.createDirectory(folder.resolve("classes"));
    Map<String, String> settings = new HashMap<>();
    settings.put("spark.repl.class.outputDir", classes.toString());
    // As a user sets them in %spark.conf; the keys are in the environment.
    S3Settings.withoutSecrets(
            S3Settings.of(new S3Config(server.endpoint(), "", true), Map.of(), name -> null))
        .forEach((key, value) -> settings.put("spark.hadoop." + key, value));
    spark = SparkTests.session(2, settings);
    runs = NotebookRuns.make(spark, folder.resolve("runs"));
    server.upload(folder.resolve("runs"), "notes");
  }

  @AfterAll
  static void stop() {
    spark.stop();
    server.close();
  }

  static List<Path> notes() {
    return Note.files();
  }

  /** What a user types into the forms of all notes. */
  private static ZeppelinStandIn user(String out) {
    Map<String, String> inputs = new HashMap<>();
    inputs.put("Run", out + "runs/" + runs.get(0).getFileName());
    inputs.put("Runs", out + "runs");
    inputs.put("Images", "250");
    inputs.put("Parquet folder", out + "kept");
    inputs.put("Epochs", "2");
    inputs.put("Folder of runs", out + "from-a-note");
    return new ZeppelinStandIn(inputs);
  }

  @ParameterizedTest
  @MethodSource("notes")
  void runs(Path file) throws IOException {
    runAll(file, user(folder + "/"));
  }

  @ParameterizedTest
  @MethodSource("notes")
  void runsOnS3(Path file) throws IOException {
    runAll(file, user(BUCKET));
  }

  private static void runAll(Path file, ZeppelinStandIn z) throws IOException {
    try (NoteSession session = new NoteSession(spark, classes, z)) {
      for (Paragraph paragraph : Note.read(file).paragraphs()) {
        session.run(paragraph);
      }
    }
    assertThat(z.asked()).as("forms").isNotEmpty();
  }

  @Test
  void brokenParagraphsAreReported() {
    try (NoteSession session = new NoteSession(spark, classes, user(folder + "/"))) {
      assertThatCode(() -> session.run(Paragraph.of("sound", "%spark\nprintln(1)")))
          .doesNotThrowAnyException();
      assertReported(session, "%spark\nprintln(noSuchThing)", "not found: value noSuchThing");
      assertReported(session, "%spark\nrequire(false, \"no run\")", "no run");
      assertReported(session, "%spark\nval one: Int = \"1\"", "type mismatch");
      assertReported(session, "%spark\nval incomplete = (", "Incomplete");
      assertReported(session, "%spark\n{}", "shows nothing");
      assertReported(session, "%spark.sql\nSELECT epoch FROM no_such_table", "no_such_table");
      assertReported(session, "%spark.sql\nSELECT no_column FROM range(3)", "no_column");
      assertReported(session, "%spark.sql\nSELECT id FROM range(3) WHERE id > 5", "no row");
      assertReported(session, "%pyspark\nprint(1)", "%pyspark");
      assertReported(session, "%md\n", "shows nothing");
    }
  }

  @Test
  void chartsOfOtherColumnsAreReported() {
    Paragraph chart =
        new Paragraph("chart", "%spark.sql\nSELECT 1 AS a, 2 AS b", Map.of(0, "a", 1, "c"));
    try (NoteSession session = new NoteSession(spark, classes, user(folder + "/"))) {
      assertThatThrownBy(() -> session.run(chart)).hasMessageContaining("columns of the chart");
    }
  }

  private static void assertReported(NoteSession session, String text, String reason) {
    assertThatThrownBy(() -> session.run(Paragraph.of("x.zpln, paragraph 2", text)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("x.zpln, paragraph 2: ")
        .hasMessageContaining(reason);
  }
}
