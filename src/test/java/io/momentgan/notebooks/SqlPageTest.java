package io.momentgan.notebooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.SparkTests;
import io.momentgan.ml.GanModel;
import io.momentgan.ml.GanRuns;
import io.momentgan.run.metrics.MetricsTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The statements of sql.md, run as they stand there. */
@Tag("long")
class SqlPageTest {
  private static final Pattern STATEMENT = Pattern.compile("```sql\n(.*?);?\n```", Pattern.DOTALL);
  private static final Pattern VIEW = Pattern.compile("CREATE OR REPLACE TEMPORARY VIEW (\\w+) .*");

  @TempDir private static Path folder;

  private static SparkSession spark;
  private static GanRuns runs;
  private static Dataset<Row> samples;
  private static List<String> statements;

  @BeforeAll
  static void read() throws IOException {
    spark = SparkTests.session(2, Map.of());
    Path first = NotebookRuns.make(spark, folder.resolve("runs")).get(0);
    samples = GanModel.load(spark, first.toString()).generate(120, 3);
    samples.write().parquet(folder.resolve("samples").toString());
    runs = GanRuns.at(spark, folder.resolve("runs").toString());
    runs.createViews();
    String page = page("sql.md");
    statements = new ArrayList<>();
    Matcher matcher = STATEMENT.matcher(page);
    while (matcher.find()) {
      statements.add(
          matcher
              .group(1)
              .replace("'runs/", "'" + folder + "/runs/")
              .replace("`samples`", "`" + folder + "/samples`"));
    }
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static String page(String name) throws IOException {
    return Files.readString(Experiments.REPOSITORY.resolve("src/site/markdown").resolve(name));
  }

  private static Stream<String> views() {
    return statements.stream().filter(statement -> statement.startsWith("CREATE"));
  }

  @Test
  void theStatementsOfThePageMakeTheTablesOfTheJar() {
    List<String> made =
        views()
            .map(
                statement -> {
                  String name =
                      VIEW.matcher(statement.lines().findFirst().orElseThrow()).replaceAll("$1");
                  spark.sql(statement.replace("VIEW " + name, "VIEW page_" + name));
                  assertThat(columns(spark.table("page_" + name).schema()))
                      .as(name)
                      .isEqualTo(columns(runs.table(name).schema()));
                  assertThat(spark.table("page_" + name).collectAsList())
                      .as(name)
                      .containsExactlyInAnyOrderElementsOf(runs.table(name).collectAsList());
                  return name;
                })
            .toList();
    assertThat(made).hasSize(8).doesNotHaveDuplicates();
    assertThat(GanRuns.tables()).containsAll(made).hasSize(made.size() + 2);
  }

  private static List<String> columns(StructType type) {
    return Stream.of(type.fields()).map(StructField::toDDL).toList();
  }

  /** Each line's own columns: nothing is in the files that no column has, nor the reverse. */
  @Test
  void theColumnsAreThoseOfTheLines() {
    for (MetricsTable<?> metrics : MetricsTable.ALL) {
      String table = metrics.name();
      StructType inferred =
          spark.read().json(folder + "/runs/*/metrics/" + table + ".jsonl").schema();
      assertThat(runs.table(table).schema().fieldNames())
          .as(table)
          .containsExactlyInAnyOrder(inferred.fieldNames());
    }
  }

  @Test
  void otherTablesHaveTheColumnsThatPagesList() throws IOException {
    for (String table : List.of("runs", "settings")) {
      String row = page("sql.md").replaceAll("(?s).*\n\\| `" + table + "` \\| (.*?) \\|\n.*", "$1");
      assertThat(named(row.replaceAll("\\(.*?\\)", "")))
          .containsExactly(runs.table(table).columns());
    }
    String section =
        page("run-folder.md").replaceAll("(?s).*## Samples as Parquet(.*?)## .*", "$1");
    assertThat(
            named(
                section
                    .lines()
                    .filter(line -> line.startsWith("| `"))
                    .map(line -> line.replaceAll(" \\| .*", ""))
                    .collect(Collectors.joining())))
        .containsExactly(samples.columns());
  }

  /** What stands in code letters. */
  private static List<String> named(String text) {
    return Pattern.compile("`(.*?)`").matcher(text).results().map(part -> part.group(1)).toList();
  }

  @Test
  void theQuestionsHaveAnswers() {
    List<String> questions =
        statements.stream().filter(statement -> !statement.startsWith("CREATE")).toList();
    assertThat(questions).hasSize(12);
    for (String question : questions) {
      assertThat(spark.sql(question).collectAsList()).as(question).isNotEmpty();
    }
  }

  @Test
  void theAnswersAreRight() {
    List<Row> best = rows("best_epoch");
    assertThat(best).hasSize(4);
    assertThat(best.get(0).mkString("|")).isEqualTo("00000-tiny|raw|3|20.0|1.1");
    // Seeds 1 and 2: 20 and 62 / 3; without moments 30 and 80 / 3.
    List<Row> experiments = rows("fd_deviation");
    assertThat(experiments).extracting(row -> row.getLong(1)).containsExactly(2L, 2L);
    assertThat(experiments).extracting(row -> row.getDouble(2)).containsExactly(20.33, 28.33);
    assertThat(rows("AS experiments"))
        .extracting(row -> row.getString(0) + "=" + row.getString(1))
        .containsExactly(
            "moments.mean-weight=0.0",
            "moments.mean-weight=0.1",
            "moments.variance-weight=0.0",
            "moments.variance-weight=0.1");
    assertThat(rows("nats DESC"))
        .extracting(row -> row.mkString("|"))
        .first()
        .isEqualTo("00000-tiny|raw|3|180.0|2.5");
    assertThat(rows("fewest"))
        .extracting(row -> row.getLong(1) + ": epoch " + row.getInt(2) + " of " + row.getInt(4))
        .containsExactly(
            "1: epoch 3 of 20", "2: epoch 3 of 20", "1: epoch 3 of 20", "2: epoch 3 of 20");
    assertThat(rows("different_images")).extracting(row -> row.getLong(4)).containsOnly(12L);
  }

  private static List<Row> rows(String part) {
    String question =
        statements.stream().filter(each -> each.contains(part)).findFirst().orElseThrow();
    return spark.sql(question).collectAsList();
  }
}
