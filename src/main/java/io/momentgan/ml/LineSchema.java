package io.momentgan.ml;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The schema of a table of metrics, from the record of its lines as Jackson writes it. Inferred
 * schemas depend on the data: a column of nulls would be text.
 */
final class LineSchema {
  private static final SnakeCaseStrategy SNAKE_CASE = new SnakeCaseStrategy();
  private static final Map<Type, DataType> SIMPLE =
      Map.of(
          Integer.TYPE, DataTypes.IntegerType,
          Integer.class, DataTypes.IntegerType,
          Long.TYPE, DataTypes.LongType,
          Long.class, DataTypes.LongType,
          Double.TYPE, DataTypes.DoubleType,
          Double.class, DataTypes.DoubleType,
          String.class, DataTypes.StringType);

  private LineSchema() {}

  /** The columns of a table whose lines are such records. */
  static StructType of(Class<?> line) {
    StructType heading =
        new StructType()
            .add("run", DataTypes.StringType)
            .add("seed", DataTypes.LongType)
            .add("time", DataTypes.TimestampType);
    return plus(heading, line, "");
  }

  private static StructType plus(StructType columns, Class<?> type, String suffix) {
    StructType result = columns;
    for (RecordComponent component : type.getRecordComponents()) {
      JsonUnwrapped inLine = component.getAccessor().getAnnotation(JsonUnwrapped.class);
      result =
          inLine == null
              ? result.add(
                  SNAKE_CASE.translate(component.getName()) + suffix,
                  of(component.getGenericType()))
              : plus(result, component.getType(), inLine.suffix());
    }
    for (Method method : derived(type)) {
      result =
          result.add(
              method.getAnnotation(JsonProperty.class).value(), of(method.getGenericReturnType()));
    }
    return result;
  }

  /** Figures that a record adds to its components. */
  private static Method[] derived(Class<?> type) {
    return Stream.of(type.getDeclaredMethods())
        .filter(LineSchema::isNamed)
        .sorted(Comparator.comparing(Method::getName))
        .toArray(Method[]::new);
  }

  /** Components have the annotation for their defaults, without a name. */
  private static boolean isNamed(Method method) {
    JsonProperty property = method.getAnnotation(JsonProperty.class);
    return property != null && !property.value().isEmpty();
  }

  private static DataType of(Type type) {
    if (type instanceof ParameterizedType list) {
      return DataTypes.createArrayType(of(list.getActualTypeArguments()[0]));
    }
    DataType simple = SIMPLE.get(type);
    return simple == null ? plus(new StructType(), (Class<?>) type, "") : simple;
  }
}
