package io.momentgan.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * JSON as the files of a run use it: snake_case, {@code null} for numbers that are not finite (JSON
 * has no NaN), NaN for {@code null} when read back.
 */
public final class Json {
  public static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .addModule(
              new SimpleModule()
                  .addSerializer(Double.class, new Finite<>(Double.class))
                  .addSerializer(Double.TYPE, new Finite<>(Double.class))
                  .addSerializer(Float.class, new Finite<>(Float.class))
                  .addSerializer(Float.TYPE, new Finite<>(Float.class))
                  .addDeserializer(Double.TYPE, new NullIsNan()))
          .build();

  private static final PropertyNamingStrategies.NamingBase SNAKE_CASE =
      (PropertyNamingStrategies.NamingBase) PropertyNamingStrategies.SNAKE_CASE;

  private Json() {}

  /** JSON lines: a line for each value. */
  public static String lines(List<?> values) {
    return values.stream().map(value -> line(value) + "\n").collect(Collectors.joining());
  }

  /** One line of JSON, without the line's end. */
  public static String line(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Not writable as JSON: " + value, e);
    }
  }

  /**
   * Reads a record from an object, components marked {@link JsonUnwrapped} from the object itself:
   * Jackson 2.15 writes such records and cannot read them. A component that an earlier version did
   * not write has what it stands for in {@link JsonProperty#defaultValue}.
   *
   * @throws IllegalArgumentException if a component is missing or refused
   */
  public static <T> T record(JsonNode object, Class<T> type) {
    return record(object, type, "");
  }

  private static <T> T record(JsonNode object, Class<T> type, String suffix) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = Stream.of(components).map(RecordComponent::getType).toArray(Class[]::new);
    Object[] values = Stream.of(components).map(c -> value(object, c, suffix)).toArray();
    try {
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("Invalid " + type.getSimpleName() + ": " + object, e);
    }
  }

  private static Object value(JsonNode object, RecordComponent component, String suffix) {
    JsonUnwrapped inLine = component.getAccessor().getAnnotation(JsonUnwrapped.class);
    if (inLine != null) {
      return record(object, component.getType(), inLine.suffix());
    }
    String name = SNAKE_CASE.translate(component.getName()) + suffix;
    JsonProperty property = component.getAccessor().getAnnotation(JsonProperty.class);
    try {
      JsonNode value =
          property == null || object.has(name)
              ? object.required(name)
              : MAPPER.readTree(property.defaultValue());
      return MAPPER
          .readerFor(MAPPER.constructType(component.getGenericType()))
          .readValue(MAPPER.treeAsTokens(value));
    } catch (IOException e) {
      throw new IllegalArgumentException(component.getName() + ": " + e.getMessage(), e);
    }
  }

  private static final class Finite<T extends Number> extends StdSerializer<T> {
    private static final long serialVersionUID = 1L;

    Finite(Class<T> type) {
      super(type);
    }

    @Override
    public void serialize(T value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      if (!Double.isFinite(value.doubleValue())) {
        json.writeNull();
      } else if (value instanceof Float) {
        json.writeNumber(value.floatValue());
      } else {
        json.writeNumber(value.doubleValue());
      }
    }
  }

  private static final class NullIsNan extends StdDeserializer<Double> {
    private static final long serialVersionUID = 1L;

    NullIsNan() {
      super(Double.TYPE);
    }

    @Override
    public Double deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return parser.getDoubleValue();
    }

    @Override
    public Double getNullValue(DeserializationContext context) {
      return Double.NaN;
    }
  }
}
