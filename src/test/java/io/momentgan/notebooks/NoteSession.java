package io.momentgan.notebooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Index.atIndex;

import io.momentgan.notebooks.Note.Paragraph;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.spark.repl.SparkILoop;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import scala.Console$;
import scala.Some;
import scala.collection.JavaConverters;
import scala.runtime.AbstractFunction0;
import scala.tools.nsc.Settings;
import scala.tools.nsc.interpreter.IMain;

/**
 * Runs paragraphs as Zeppelin's Spark interpreter for Scala 2.12 does: Scala in Spark's own REPL,
 * with the same variables and imports, and SQL in the same session.
 */
final class NoteSession implements AutoCloseable {
  private static final List<String> IMPORTS =
      List.of(
          "import org.apache.spark.SparkContext._",
          "import spark.implicits._",
          "import spark.sql",
          "import org.apache.spark.sql.functions._");

  /** A form in SQL: ${name=default,option|option}. */
  private static final Pattern FORM = Pattern.compile("\\$\\{(\\w+)=([^,}]*)(?:,([^}]*))?}");

  private final SparkSession spark;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final IMain scala;

  /**
   * Opens a session of a note.
   *
   * @param spark made with {@code spark.repl.class.outputDir}
   * @param classes that folder
   * @param z the context of the note
   */
  NoteSession(SparkSession spark, Path classes, ZeppelinStandIn z) {
    this.spark = spark;
    Settings settings = new Settings();
    settings.processArguments(
        scalaList("-Yrepl-class-based", "-Yrepl-outdir", classes.toString()), true);
    settings.embeddedDefaults(NoteSession.class.getClassLoader());
    settings.usejavacp().tryToSetFromPropertyValue("true");
    SparkILoop repl =
        new SparkILoop(
            new Some<>(new BufferedReader(new StringReader(""))),
            new PrintWriter(out, true, StandardCharsets.UTF_8));
    repl.settings_$eq(settings);
    repl.createInterpreter();
    scala = repl.intp();
    scala.initializeSynchronous();
    bind("spark", SparkSession.class, spark);
    bind("sc", org.apache.spark.SparkContext.class, spark.sparkContext());
    bind("z", ZeppelinStandIn.class, z);
    for (String line : IMPORTS) {
      assertThat(inScala(line)).as(line).doesNotContain("error:");
    }
  }

  private static scala.collection.immutable.List<String> scalaList(String... values) {
    return JavaConverters.asScalaBuffer(List.of(values)).toList();
  }

  private void bind(String name, Class<?> type, Object value) {
    scala.bind(name, type.getName(), value, scalaList("@transient"));
  }

  /**
   * Runs a paragraph.
   *
   * @return what it shows
   * @throws AssertionError if it fails, or shows nothing
   */
  String run(Paragraph paragraph) {
    try {
      String shown = shown(paragraph);
      if (shown.isBlank()) {
        throw new IllegalStateException("It shows nothing.");
      }
      return shown;
    } catch (Exception
        | AssertionError e) { // Spark throws checked exceptions that it does not declare
      throw new AssertionError(paragraph.place() + ": " + e.getMessage(), e);
    }
  }

  private String shown(Paragraph paragraph) {
    return switch (paragraph.interpreter()) {
      case "%md" -> paragraph.code();
      case "%spark" -> inScala(paragraph.code());
      case "%spark.sql" -> inSql(paragraph);
      default ->
          throw new IllegalStateException(
              "No interpreter " + paragraph.interpreter() + " is known.");
    };
  }

  private String inScala(String code) {
    out.reset();
    String[] result = new String[1];
    Console$.MODULE$.withOut(
        out,
        new AbstractFunction0<Object>() {
          @Override
          public Object apply() {
            result[0] = scala.interpret(code).toString();
            return null;
          }
        });
    String shown = out.toString(StandardCharsets.UTF_8);
    if (!result[0].equals("Success")) {
      throw new IllegalStateException(result[0] + ":\n" + shown);
    }
    return shown;
  }

  private String inSql(Paragraph paragraph) {
    String query = FORM.matcher(paragraph.code()).replaceAll("$2");
    Dataset<Row> rows = spark.sql(query);
    paragraph
        .chart()
        .forEach(
            (index, name) ->
                assertThat(rows.columns())
                    .as("columns of the chart")
                    .contains(name, atIndex(index)));
    String table = ZeppelinStandIn.table(rows);
    if (table.lines().count() < 2) {
      throw new IllegalStateException("It shows no row.");
    }
    return table;
  }

  @Override
  public void close() {
    scala.close();
  }
}
