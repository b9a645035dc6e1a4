package io.momentgan.ml;

import io.momentgan.config.DataConfig.ImagesConfig;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.data.arrays.FlatPixels;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;

/**
 * A column of images.
 *
 * @param name the column
 * @param form how it has them
 */
record ImageColumn(String name, Form form) implements Serializable {
  private static final List<String> OF_STRUCT = List.of("height", "width", "nChannels", "data");
  private static final int LARGEST = 255;

  /** Begins a text that says what is wrong with an image. */
  private static final String FLAW = "!";

  /** Ends a text that describes values of at most 1. */
  private static final String DARK = " up to 1";

  /** Forms of images in a column. */
  enum Form {
    /** Spark's image schema. */
    STRUCT,
    /** Values 0 to 255 in channel, row, column order. */
    VECTOR,
    /** The same as an array of numbers. */
    ARRAY,
    /** Bytes of image files. */
    ENCODED
  }

  /**
   * Finds a column.
   *
   * @param schema of the rows
   * @param name given by the parameter imageCol
   * @throws UserException when there is no such column, or it has no images
   */
  static ImageColumn of(StructType schema, String name) {
    DataType type = require(schema, "imageCol", name);
    if (type instanceof StructType struct && List.of(struct.fieldNames()).containsAll(OF_STRUCT)) {
      return new ImageColumn(name, Form.STRUCT);
    }
    if (type.equals(SQLDataTypes.VectorType())) {
      return new ImageColumn(name, Form.VECTOR);
    }
    if (type instanceof ArrayType array && array.elementType() instanceof NumericType) {
      return new ImageColumn(name, Form.ARRAY);
    }
    if (type.equals(DataTypes.BinaryType)) {
      return new ImageColumn(name, Form.ENCODED);
    }
    throw new UserException(
        "imageCol: found column %s of type %s, expected Spark's image struct, a vector, an array of numbers or binary"
            .formatted(name, type.simpleString()));
  }

  /**
   * The type of a column.
   *
   * @param parameter that gives the name, for messages
   */
  static DataType require(StructType schema, String parameter, String name) {
    if (!List.of(schema.fieldNames()).contains(name)) {
      throw new UserException(
          "%s: found columns %s, expected one named %s"
              .formatted(parameter, String.join(", ", schema.fieldNames()), name));
    }
    return schema.apply(name).dataType();
  }

  private String where() {
    return "Column " + name;
  }

  /**
   * Looks at all images.
   *
   * @param rows with the column
   * @param config says the shape of encoded images, and of values where it has as many
   * @return the shape of each image
   * @throws UserException when there is no image, a null, an unusable one, or several sizes
   */
  ImageShape shape(Dataset<?> rows, ImagesConfig config) {
    List<String> found =
        rows.select(rows.col(name))
            .map((MapFunction<Row, String>) this::describe, Encoders.STRING())
            .distinct()
            .limit(LARGEST)
            .collectAsList();
    found.stream()
        .filter(each -> each.startsWith(FLAW))
        .findFirst()
        .ifPresent(
            flaw -> {
              throw new UserException(flaw.substring(FLAW.length()));
            });
    List<String> sizes = found.stream().map(each -> each.replace(DARK, "")).distinct().toList();
    if (sizes.size() != 1) {
      throw new UserException(
          sizes.isEmpty()
              ? where() + ": found no rows, expected one per image"
              : "%s: found images of %s, expected one size; scale them before"
                  .formatted(where(), String.join(" and ", sizes.stream().sorted().toList())));
    }
    if (found.stream().allMatch(each -> each.endsWith(DARK))) {
      throw new UserException(
          where()
              + ": found no value above 1, expected values from 0 to 255; multiply them by 255");
    }
    return switch (form) {
      case STRUCT -> ImageShape.parse(sizes.get(0));
      case VECTOR, ARRAY -> flat(Integer.parseInt(sizes.get(0)), config);
      case ENCODED -> new ImageShape(config.channels(), config.height(), config.width());
    };
  }

  private ImageShape flat(int values, ImagesConfig config) {
    return FlatPixels.shape(values, config).orElseThrow(() -> FlatPixels.noShape(where(), values));
  }

  /** A text of few different ones: a size, or what is wrong. */
  private String describe(Row row) {
    try {
      requireImage(row, 0);
      return switch (form) {
        case STRUCT -> planesOf(row, 0);
        case VECTOR, ARRAY -> described(values(row, 0));
        case ENCODED -> "";
      };
    } catch (UserException e) {
      return FLAW + e.getMessage();
    }
  }

  private String planesOf(Row row, int at) {
    planes(where(), row.getStruct(at));
    return shape(where(), row.getStruct(at)).toString();
  }

  private static String described(float[] values) {
    boolean dark = true;
    for (float value : values) {
      dark &= value <= 1;
    }
    return values.length + (dark ? DARK : "");
  }

  private void requireImage(Row row, int at) {
    if (row.isNullAt(at)) {
      throw new UserException(
          where() + ": found null in a row, expected an image in each; drop such rows before");
    }
  }

  /** Bytes of an image file. */
  byte[] encoded(Row row, int at) {
    requireImage(row, at);
    return row.getAs(at);
  }

  /**
   * The values 0 to 255 of an image that is not encoded, in channel, row, column order.
   *
   * @param row with the column
   * @param at its place
   */
  float[] values(Row row, int at) {
    requireImage(row, at);
    return switch (form) {
      case STRUCT -> planes(where(), row.getStruct(at));
      case VECTOR -> checked(row.<Vector>getAs(at).toArray());
      case ARRAY ->
          checked(
              row.<Number>getList(at).stream()
                  .mapToDouble(value -> Objects.isNull(value) ? Double.NaN : value.doubleValue())
                  .toArray());
      case ENCODED -> throw new IllegalStateException("Encoded images have to be decoded");
    };
  }

  /**
   * The same for images of one shape.
   *
   * @throws UserException when it is of another
   */
  float[] values(Row row, int at, ImageShape shape) {
    float[] values = values(row, at);
    String found =
        form == Form.STRUCT
            ? shape(where(), row.getStruct(at)).toString()
            : values.length + " values";
    if (form == Form.STRUCT ? !found.equals(shape.toString()) : values.length != shape.features()) {
      throw new UserException(
          "%s: found an image of %s, expected %s (%d values)"
              .formatted(where(), found, shape, shape.features()));
    }
    return values;
  }

  private float[] checked(double... values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      if (!(values[i] >= 0 && values[i] <= LARGEST)) {
        throw new UserException(
            "%s: found the value %s, expected values from 0 to 255".formatted(where(), values[i]));
      }
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /**
   * The shape of an image of Spark's schema.
   *
   * @param where for messages
   * @param image the struct
   */
  static ImageShape shape(String where, Row image) {
    int channels = image.<Integer>getAs("nChannels");
    if (channels != 1 && channels != 3) {
      throw new UserException(
          "%s: found an image of %d channels, expected 1 or 3".formatted(where, channels));
    }
    return new ImageShape(channels, image.<Integer>getAs("height"), image.<Integer>getAs("width"));
  }

  /** Red, green and blue one after the other, from pixels of blue, green, red. */
  static float[] planes(String where, Row image) {
    ImageShape shape = shape(where, image);
    byte[] data = image.getAs("data");
    if (data.length != shape.features()) {
      throw new UserException(
          "%s: found %d bytes for an image of %s, expected a byte per value, %d"
              .formatted(where, data.length, shape, shape.features()));
    }
    int plane = shape.height() * shape.width();
    float[] planes = new float[data.length];
    for (int i = 0; i < data.length; i++) {
      int channel = shape.channels() - 1 - i % shape.channels();
      planes[channel * plane + i / shape.channels()] = data[i] & 0xFF;
    }
    return planes;
  }
}
