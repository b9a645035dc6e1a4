package io.momentgan.ml;

import io.momentgan.config.Experiment;
import io.momentgan.config.SettingDifferences;
import io.momentgan.config.UserException;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
import io.momentgan.run.Runs;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.storage.Folder;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Run folders as tables of Spark, on any file system that Hadoop knows; also of trainings in
 * progress.
 *
 * <p>The tables are {@code runs}, {@code settings} and one per file of {@code metrics/}, by its
 * name ({@link MetricsTable#ALL}). Their columns do not depend on the data. A table of metrics that
 * no run has is empty.
 */
public final class GanRuns {
  private static final String RUNS = "runs";
  private static final String SETTINGS = "settings";
  private static final StructType OF_RUNS =
      new StructType()
          .add("run", DataTypes.StringType, false)
          .add("seed", DataTypes.LongType, false)
          .add("experiment", DataTypes.StringType, false)
          .add("created", DataTypes.TimestampType, false)
          .add("folder", DataTypes.StringType, false);
  private static final StructType OF_SETTINGS =
      new StructType()
          .add("run", DataTypes.StringType, false)
          .add("seed", DataTypes.LongType, false)
          .add("setting", DataTypes.StringType, false)
          .add("value", DataTypes.StringType, false);

  private final SparkSession spark;
  private final List<Run> runs;

  private GanRuns(SparkSession spark, List<Run> runs) {
    this.spark = spark;
    this.runs = List.copyOf(runs);
  }

  /**
   * Finds runs.
   *
   * @param spark the session; its {@code spark.hadoop.*} say how stores are reached
   * @param locations folders of runs, or folders that runs lie in, separated by commas: paths or
   *     URIs such as {@code s3a://bucket/runs}
   * @return the runs, each once, in the order of the locations and of their names
   * @throws UserException when a location has no run or does not answer, a run's record is damaged,
   *     or two runs have one name
   */
  public static GanRuns at(SparkSession spark, String locations) {
    List<Run> runs = new ArrayList<>();
    for (String location : locations.strip().split("\\s*,\\s*", -1)) {
      if (location.isEmpty()) {
        throw new UserException(
            "Runs: found \"%s\", expected locations separated by commas; give a folder such as runs"
                .formatted(locations));
      }
      Map<String, String> hadoop = HostProcess.hadoopFor(location);
      for (String uri : uris(location, hadoop)) {
        if (runs.stream().noneMatch(run -> run.folder().uri().equals(uri))) {
          add(runs, Run.open(uri, hadoop));
        }
      }
    }
    return new GanRuns(spark, runs);
  }

  private static void add(List<Run> runs, Run added) {
    for (Run run : runs) {
      if (run.folder().name().equals(added.folder().name())) {
        throw new UserException(
            "Runs: found two of one name, %s and %s, expected different names, by which tables tell runs apart; give one of them, or rename its folder"
                .formatted(run.folder(), added.folder()));
      }
    }
    runs.add(added);
  }

  private static List<String> uris(String location, Map<String, String> hadoop) {
    Folder given = Folder.at(location, hadoop);
    List<String> inside = given.exists(RunRecord.FILE) ? List.of() : Runs.in(given);
    // Says what was expected if there is none.
    return inside.isEmpty()
        ? List.of(Runs.open(location, hadoop).uri())
        : inside.stream().map(name -> given.child(name).uri()).toList();
  }

  /** The runs' folders as URIs. */
  public List<String> folders() {
    return runs.stream().map(run -> run.folder().uri()).toList();
  }

  /** Names of all tables. */
  public static List<String> tables() {
    return Stream.concat(
            Stream.of(RUNS, SETTINGS), MetricsTable.ALL.stream().map(MetricsTable::name))
        .toList();
  }

  /**
   * A table of all runs; sql.md lists the columns. It has the lines that are written now: call
   * again for those that a training adds.
   *
   * @param name one of {@link #tables}
   * @throws UserException when there is no such table
   */
  public Dataset<Row> table(String name) {
    return switch (name) {
      case RUNS -> spark.createDataFrame(ofRuns(), OF_RUNS);
      case SETTINGS -> spark.createDataFrame(ofSettings(), OF_SETTINGS);
      default -> metrics(name);
    };
  }

  private Dataset<Row> metrics(String name) {
    MetricsTable<?> table =
        MetricsTable.ALL.stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new UserException(
                        "Table: found %s, expected one of %s"
                            .formatted(name, String.join(", ", tables()))));
    StructType columns = LineSchema.of(table.type());
    String[] files =
        runs.stream()
            .map(Run::folder)
            .filter(folder -> folder.exists(table.path()))
            .map(folder -> folder.uri() + "/" + table.path())
            .toArray(String[]::new);
    return files.length == 0
        ? spark.createDataFrame(List.of(), columns)
        : spark.read().schema(columns).option("mode", "FAILFAST").json(files);
  }

  /** Runs that differ in their seeds alone are of one experiment. */
  private List<Row> ofRuns() {
    List<String> labels =
        SettingDifferences.labels(
            runs.stream().map(run -> SettingDifferences.compared(experiment(run))).toList());
    return IntStream.range(0, labels.size())
        .mapToObj(i -> row(runs.get(i), labels.get(i)))
        .toList();
  }

  private static Row row(Run run, String label) {
    Timestamp created = Timestamp.from(Instant.parse(run.record().created()));
    return RowFactory.create(run.folder().name(), seed(run), label, created, run.folder().uri());
  }

  private List<Row> ofSettings() {
    return runs.stream().flatMap(GanRuns::settings).toList();
  }

  private static Stream<Row> settings(Run run) {
    return SettingDifferences.settings(experiment(run)).entrySet().stream()
        .map(
            setting ->
                RowFactory.create(
                    run.folder().name(),
                    seed(run),
                    setting.getKey(),
                    SettingDifferences.unquoted(setting.getValue())));
  }

  private static Experiment experiment(Run run) {
    return run.record().experiment();
  }

  private static long seed(Run run) {
    return experiment(run).train().seed();
  }

  /** Makes each {@link #table} a temporary view of its name, for SQL, or makes it anew. */
  public void createViews() {
    tables().forEach(name -> table(name).createOrReplaceTempView(name));
  }

  @Override
  public String toString() {
    return runs.stream()
        .map(run -> run.folder().name())
        .collect(
            Collectors.joining(", ", runs.size() == 1 ? "1 run: " : runs.size() + " runs: ", ""));
  }
}
