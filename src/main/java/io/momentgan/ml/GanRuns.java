package io.momentgan.ml;

import io.momentgan.config.Experiment;
import io.momentgan.config.SettingDifferences;
import io.momentgan.config.UserException;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
import io.momentgan.run.Runs;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.storage.Folder;
import java.net.URI;
import java.net.URISyntaxException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
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
  private static final String RUN = "run";
  private static final String RUNS = "runs";
  private static final String SETTINGS = "settings";
  private static final StructType OF_RUNS =
      new StructType()
          .add(RUN, DataTypes.StringType, false)
          .add("seed", DataTypes.LongType, false)
          .add("experiment", DataTypes.StringType, false)
          .add("created", DataTypes.TimestampType, false)
          .add("folder", DataTypes.StringType, false);
  private static final StructType OF_SETTINGS =
      new StructType()
          .add(RUN, DataTypes.StringType, false)
          .add("seed", DataTypes.LongType, false)
          .add("setting", DataTypes.StringType, false)
          .add("value", DataTypes.StringType, false);

  private final SparkSession spark;

  /** By names that tell them apart. */
  private final Map<String, Run> runs;

  private GanRuns(SparkSession spark, Map<String, Run> runs) {
    this.spark = spark;
    this.runs = runs;
  }

  /**
   * Finds runs.
   *
   * @param spark the session; its {@code spark.hadoop.*} say how stores are reached
   * @param locations folders of runs, folders that runs lie in, or folders of studies, whose runs
   *     lie in a folder for each seed, separated by commas: paths or URIs such as {@code
   *     s3a://bucket/runs}
   * @return the runs, each once, in the order of the locations and of their names; a run's name is
   *     that of its folder, in a study that of the folder for its seed
   * @throws UserException when a location has no run or does not answer, a run's record is damaged,
   *     or two runs have one name
   */
  public static GanRuns at(SparkSession spark, String locations) {
    Map<String, Run> runs = new LinkedHashMap<>();
    for (String location : locations.strip().split("\\s*,\\s*", -1)) {
      if (location.isEmpty()) {
        throw new UserException(
            "Runs: found \"%s\", expected locations separated by commas; give a folder such as runs"
                .formatted(locations));
      }
      Map<String, String> hadoop = HostProcess.hadoopFor(location);
      folders(location, hadoop)
          .forEach(
              (name, folder) -> {
                if (runs.values().stream().noneMatch(r -> r.folder().uri().equals(folder.uri()))) {
                  add(runs, name, Run.open(folder.uri(), hadoop));
                }
              });
    }
    return new GanRuns(spark, Collections.unmodifiableMap(runs));
  }

  private static void add(Map<String, Run> runs, String name, Run added) {
    Run other = runs.putIfAbsent(name, added);
    if (other != null) {
      throw new UserException(
          "Runs: found two of one name, %s and %s, expected different names, by which tables tell runs apart; give one of them, or rename its folder"
              .formatted(other.folder(), added.folder()));
    }
  }

  /** Run folders by the runs' names. */
  private static Map<String, Folder> folders(String location, Map<String, String> hadoop) {
    Folder given = Folder.at(location, hadoop);
    Map<String, Folder> found = new LinkedHashMap<>();
    if (!given.exists(RunRecord.FILE)) {
      Runs.in(given).forEach(name -> found.put(name, given.child(name)));
      if (found.isEmpty()) {
        given.list("").stream()
            .filter(Folder.Entry::folder)
            .forEach(entry -> addSeed(found, given.child(entry.name())));
      }
    }
    if (found.isEmpty()) {
      // Says what was expected if there is none.
      Folder only = Runs.open(location, hadoop);
      found.put(only.name(), only);
    }
    return found;
  }

  /** Adds the run of a study's seed, if the folder is one. */
  private static void addSeed(Map<String, Folder> found, Folder seed) {
    List<String> inside = Runs.in(seed);
    if (inside.size() == 1) {
      found.put(seed.name(), seed.child(inside.get(0)));
    }
  }

  /** The runs' folders as URIs. */
  public List<String> folders() {
    return runs.values().stream().map(run -> run.folder().uri()).toList();
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
    Map<String, String> files = new LinkedHashMap<>();
    runs.forEach(
        (ofRun, run) -> {
          if (run.folder().exists(table.path())) {
            files.put(run.folder().uri() + "/" + table.path(), ofRun);
          }
        });
    if (files.isEmpty()) {
      return spark.createDataFrame(List.of(), columns);
    }
    // A line has the name that its folder had when it was written.
    return spark
        .read()
        .schema(columns)
        .option("mode", "FAILFAST")
        .json(files.keySet().toArray(String[]::new))
        .withColumn(RUN, names(files).apply(functions.col("_metadata.file_path")));
  }

  /** Finds a run's name by the file that a line is of. */
  private static UserDefinedFunction names(Map<String, String> files) {
    Map<String, String> names = new HashMap<>();
    files.forEach((file, name) -> names.put(place(escaped(file)), name));
    return functions.udf(
        (String file) ->
            Objects.requireNonNull(
                names.get(place(URI.create(file))), () -> "No run has this file: " + file),
        DataTypes.StringType);
  }

  private static URI escaped(String file) {
    int colon = file.indexOf(':');
    try {
      return new URI(file.substring(0, colon), file.substring(colon + 1), null);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** What tells files apart, whatever slashes and escapes their URIs have. */
  private static String place(URI file) {
    return file.getAuthority() + file.getPath();
  }

  /** Runs that differ in their seeds alone are of one experiment. */
  private List<Row> ofRuns() {
    Iterator<String> labels =
        SettingDifferences.labels(
                runs.values().stream()
                    .map(run -> SettingDifferences.compared(experiment(run)))
                    .toList())
            .iterator();
    return runs.entrySet().stream()
        .map(named -> row(named.getKey(), named.getValue(), labels.next()))
        .toList();
  }

  private static Row row(String name, Run run, String label) {
    Timestamp created = Timestamp.from(Instant.parse(run.record().created()));
    return RowFactory.create(name, seed(run), label, created, run.folder().uri());
  }

  private List<Row> ofSettings() {
    return runs.entrySet().stream()
        .flatMap(named -> settings(named.getKey(), named.getValue()))
        .toList();
  }

  private static Stream<Row> settings(String name, Run run) {
    return SettingDifferences.settings(experiment(run)).entrySet().stream()
        .map(
            setting ->
                RowFactory.create(
                    name,
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
    return (runs.size() == 1 ? "1 run: " : runs.size() + " runs: ")
        + String.join(", ", runs.keySet());
  }
}
