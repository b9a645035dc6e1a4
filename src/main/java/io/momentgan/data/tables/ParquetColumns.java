package io.momentgan.data.tables;

import io.momentgan.data.DataException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/**
 * The columns of a Parquet file that are read.
 *
 * @param image column of the encoded images
 * @param struct whether it is a structure of bytes and path, as Hugging Face publishes it
 * @param label column of the labels; empty for none
 * @param text whether labels are names
 */
record ParquetColumns(String image, boolean struct, String label, boolean text)
    implements Serializable {
  private static final String BYTES = "bytes";
  private static final List<String> IMAGES = List.of("image", "img", "picture", BYTES, "content");
  private static final List<String> LABELS =
      List.of("label", "labels", "fine_label", "class", "target", "y");

  /**
   * Finds the columns.
   *
   * @param location names the file in messages
   */
  static ParquetColumns of(MessageType schema, Object location) {
    List<Type> images = schema.getFields().stream().filter(ParquetColumns::isImage).toList();
    Type image =
        named(images, IMAGES).or(() -> only(images)).orElseThrow(() -> noImages(schema, location));
    Optional<Type> label =
        named(schema.getFields().stream().filter(ParquetColumns::isLabel).toList(), LABELS);
    return new ParquetColumns(
        image.getName(),
        !image.isPrimitive(),
        label.map(Type::getName).orElse(""),
        label.filter(type -> primitive(type) == PrimitiveTypeName.BINARY).isPresent());
  }

  private static Optional<Type> only(List<Type> types) {
    return types.size() == 1 ? Optional.of(types.get(0)) : Optional.empty();
  }

  private static DataException noImages(MessageType schema, Object location) {
    return new DataException(
        "%s: found the columns %s, expected one of encoded images: image (bytes, path) or image as binary; rename the column to image"
            .formatted(
                location,
                String.join(", ", schema.getFields().stream().map(Type::getName).toList())));
  }

  private static Optional<Type> named(List<Type> types, List<String> names) {
    List<Type> sorted = new ArrayList<>(types);
    sorted.removeIf(type -> !names.contains(type.getName().toLowerCase(Locale.ROOT)));
    return sorted.stream()
        .min(
            Comparator.comparingInt(
                type -> names.indexOf(type.getName().toLowerCase(Locale.ROOT))));
  }

  private static PrimitiveTypeName primitive(Type type) {
    return type.asPrimitiveType().getPrimitiveTypeName();
  }

  private static boolean isImage(Type type) {
    if (type.isRepetition(Type.Repetition.REPEATED)) {
      return false;
    }
    if (type.isPrimitive()) {
      return primitive(type) == PrimitiveTypeName.BINARY && !isText(type);
    }
    GroupType group = type.asGroupType();
    return group.containsField(BYTES)
        && group.getType(BYTES).isPrimitive()
        && primitive(group.getType(BYTES)) == PrimitiveTypeName.BINARY;
  }

  private static boolean isText(Type type) {
    return type.getLogicalTypeAnnotation()
        instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation;
  }

  private static boolean isLabel(Type type) {
    if (!type.isPrimitive() || type.isRepetition(Type.Repetition.REPEATED)) {
      return false;
    }
    PrimitiveTypeName name = primitive(type);
    return name == PrimitiveTypeName.INT64
        || name == PrimitiveTypeName.INT32
        || (name == PrimitiveTypeName.BINARY && isText(type));
  }

  boolean labelled() {
    return !label.isEmpty();
  }

  MessageType projection(MessageType schema) {
    Type whole = schema.getType(image);
    Type images =
        struct
            ? new GroupType(whole.getRepetition(), image, whole.asGroupType().getType(BYTES))
            : whole;
    List<Type> types = new ArrayList<>(List.of(images));
    if (labelled()) {
      types.add(schema.getType(label));
    }
    return new MessageType(schema.getName(), types);
  }

  /** Returns the encoded image of a row; empty where there is none. */
  Optional<byte[]> image(Group row) {
    if (row.getFieldRepetitionCount(image) == 0) {
      return Optional.empty();
    }
    Group from = struct ? row.getGroup(image, 0) : row;
    String name = struct ? BYTES : image;
    return from.getFieldRepetitionCount(name) == 0
        ? Optional.empty()
        : Optional.of(from.getBinary(name, 0).getBytes());
  }

  /** Returns the label of a row as text; empty where there is none. */
  Optional<String> label(Group row) {
    return row.getFieldRepetitionCount(label) == 0
        ? Optional.empty()
        : Optional.of(
            text
                ? row.getString(label, 0)
                : row.getValueToString(row.getType().getFieldIndex(label), 0));
  }
}
