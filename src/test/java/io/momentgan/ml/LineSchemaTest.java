package io.momentgan.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.run.metrics.MetricsTable;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Columns of metrics are those of the page sql.md: a change of either is seen. */
class LineSchemaTest {
  static List<MetricsTable<?>> tables() {
    return MetricsTable.ALL;
  }

  @Test
  void noTableIsLeftOut() throws IllegalAccessException {
    List<MetricsTable<?>> declared = new ArrayList<>();
    for (Field field : MetricsTable.class.getFields()) {
      if (field.getType() == MetricsTable.class) {
        declared.add((MetricsTable<?>) field.get(null));
      }
    }
    assertThat(MetricsTable.ALL).isNotEmpty().hasSameElementsAs(declared);
  }

  @ParameterizedTest
  @MethodSource("tables")
  void hasThePagesColumns(MetricsTable<?> table) throws IOException {
    String page = Files.readString(Experiments.REPOSITORY.resolve("src/site/markdown/sql.md"));
    Matcher view =
        Pattern.compile("VIEW " + table.name() + " \\((.*?)\\)\nUSING json", Pattern.DOTALL)
            .matcher(page);
    assertThat(view.find()).as(table.name()).isTrue();
    assertThat(columns(LineSchema.of(table.type())))
        .containsExactlyElementsOf(columns(StructType.fromDDL(view.group(1))));
  }

  private static List<String> columns(StructType type) {
    return List.of(type.fields()).stream().map(StructField::toDDL).toList();
  }
}
