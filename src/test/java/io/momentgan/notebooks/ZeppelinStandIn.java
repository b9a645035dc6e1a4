package io.momentgan.notebooks;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.Predef$;

/**
 * What notes use of Zeppelin's {@code z}, with its signatures: forms, and tables of a DataFrame.
 */
public final class ZeppelinStandIn {
  /** As many as Zeppelin shows ({@code zeppelin.spark.maxResult}). */
  private static final int SHOWN_ROWS = 1000;

  private final Map<String, String> inputs;
  private final Set<String> asked = new HashSet<>();

  /**
   * A context whose user has filled in forms.
   *
   * @param inputs by the names of the forms; others keep their defaults
   */
  ZeppelinStandIn(Map<String, String> inputs) {
    this.inputs = Map.copyOf(inputs);
  }

  /** A form for text, at its default where its user has left it alone. */
  public Object textbox(String name, String defaultValue) {
    asked.add(name);
    return inputs.getOrDefault(name, defaultValue);
  }

  /** Names of all forms that were shown. */
  Set<String> asked() {
    return asked;
  }

  /** Shows a DataFrame as a table. */
  public void show(Object rows) {
    if (!(rows instanceof Dataset<?> dataset)) {
      throw new IllegalArgumentException("Not shown as a table by Zeppelin: " + rows);
    }
    // To the REPL's output, as Zeppelin does, not to the process's.
    Predef$.MODULE$.println(table(dataset.toDF()));
  }

  /** The text of a table: the names of the columns, and up to a thousand rows. */
  static String table(Dataset<Row> rows) {
    List<Row> shown = rows.limit(SHOWN_ROWS).collectAsList();
    return Arrays.stream(rows.columns()).collect(Collectors.joining("\t", "%table ", "\n"))
        + shown.stream().map(row -> row.mkString("\t") + "\n").collect(Collectors.joining());
  }
}
