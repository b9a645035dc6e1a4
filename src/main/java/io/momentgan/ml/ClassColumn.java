package io.momentgan.ml;

import io.momentgan.config.LabelsConfig;
import io.momentgan.config.UserException;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;

/**
 * A column of classes.
 *
 * @param name the column
 */
record ClassColumn(String name) {
  /**
   * Finds a column.
   *
   * @param schema of the rows
   * @param name given by the parameter labelCol
   * @throws UserException when there is no such column, or it has no numbers
   */
  static ClassColumn of(StructType schema, String name) {
    DataType type = ImageColumn.require(schema, "labelCol", name);
    if (!(type instanceof NumericType)) {
      throw new UserException(
          "labelCol: found column %s of type %s, expected numbers; number the classes by StringIndexer"
              .formatted(name, type.simpleString()));
    }
    return new ClassColumn(name);
  }

  /**
   * Counts the classes.
   *
   * @param rows with the column
   * @param labels settings, whose number of classes is taken if it is not 0
   * @return the number
   * @throws UserException when a row has no class
   */
  int classes(Dataset<?> rows, LabelsConfig labels) {
    int known = labels.on() ? labels.classes() : LabelsConfig.MAX_CLASSES;
    List<Row> found =
        rows.select(rows.col(name).cast("double"))
            .distinct()
            .limit(2 * LabelsConfig.MAX_CLASSES)
            .collectAsList();
    int largest = found.stream().mapToInt(row -> of(row, 0, known)).max().orElse(0);
    return labels.on() ? known : Math.max(2, largest + 1);
  }

  /**
   * The class of a row.
   *
   * @param row with the column
   * @param at its place
   * @param classes number of classes
   * @throws UserException when it is none
   */
  int of(Row row, int at, int classes) {
    double value = row.isNullAt(at) ? Double.NaN : row.<Number>getAs(at).doubleValue();
    if (!(value >= 0 && value < classes) || value != Math.rint(value)) {
      throw new UserException(
          "Column %s: found %s, expected a class from 0 to %d in each row"
              .formatted(name, row.isNullAt(at) ? "null" : String.valueOf(value), classes - 1));
    }
    return (int) value;
  }
}
