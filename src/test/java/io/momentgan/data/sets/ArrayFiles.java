package io.momentgan.data.sets;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Files of arrays and tables, made as the programs that publish them do. */
final class ArrayFiles {
  private ArrayFiles() {}

  /** Bytes that follow from their position. */
  static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = IdxBytes.pixel(i);
    }
    return bytes;
  }

  /** Labels from first to first + classes - 1 in turn. */
  static byte[] labels(int count, int first, int classes) {
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) (first + i % classes);
    }
    return labels;
  }

  /** An IDX file of unsigned bytes. */
  static byte[] idx(byte[] values, int... extents) {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * extents.length + values.length);
    file.putInt(0x0800 | extents.length);
    IntStream.of(extents).forEach(file::putInt);
    return file.put(values).array();
  }

  /** An array as numpy.save writes it. */
  static byte[] npy(String type, byte[] values, int... shape) {
    String extents =
        Arrays.stream(shape).mapToObj(String::valueOf).collect(Collectors.joining(", "))
            + (shape.length == 1 ? "," : "");
    return npy(
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(type, extents),
        values);
  }

  static byte[] npy(String header, byte[] values) {
    int padding = Math.floorMod(-(10 + header.length() + 1), 64);
    byte[] text = (header + " ".repeat(padding) + "\n").getBytes(ISO_8859_1);
    ByteBuffer file = ByteBuffer.allocate(10 + text.length + values.length);
    file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    file.put((byte) text.length).put((byte) (text.length >> 8)).put(text).put(values);
    return file.array();
  }

  /** An archive as numpy.savez (stored) or numpy.savez_compressed writes it. */
  static byte[] npz(boolean deflated, Map<String, byte[]> members) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> member : members.entrySet()) {
        ZipEntry entry = new ZipEntry(member.getKey());
        if (!deflated) {
          CRC32 crc = new CRC32();
          crc.update(member.getValue());
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(member.getValue().length);
          entry.setCrc(crc.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(member.getValue());
      }
    }
    return out.toByteArray();
  }

  /** An archive of files, a ZIP or a TAR by its name. */
  static byte[] archive(String name, Map<String, byte[]> files) throws IOException {
    if (name.endsWith(".zip")) {
      return npz(true, files);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
        entry.setSize(file.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    }
    return out.toByteArray();
  }

  /** Records of CIFAR: labels, then 3072 bytes. */
  static byte[] cifar(int labels, int count, int first) {
    int bytes = labels + 3072;
    byte[] file = new byte[count * bytes];
    for (int i = 0; i < count; i++) {
      for (int k = 0; k < bytes; k++) {
        file[i * bytes + k] =
            k < labels ? (byte) ((first + i) % 10 + k) : IdxBytes.pixel((first + i) * 3072 + k);
      }
    }
    return file;
  }

  /** A grey PNG of 4 by 4, all of one value. */
  static byte[] png(int value) {
    BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 16; i++) {
      image.getRaster().setSample(i % 4, i / 4, 0, value);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A row of {@link #parquet}: a picture and its label, either perhaps null. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Row(byte[] picture, Object label) {}

  static final String HUGGING_FACE =
      "message schema { optional group image { optional binary bytes; optional binary path (STRING); }"
          + " optional int64 label; }";

  /** A Parquet file of small row groups. */
  static void parquet(Path file, String schemaText, Map<String, String> metadata, List<Row> rows)
      throws IOException {
    MessageType schema = MessageTypeParser.parseMessageType(schemaText);
    SimpleGroupFactory groups = new SimpleGroupFactory(schema);
    String image = schema.getFields().get(0).getName();
    Path unchecked = Files.createTempDirectory("parquet").resolve("x.parquet");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new org.apache.hadoop.fs.Path(unchecked.toUri()))
            .withConf(new Configuration())
            .withType(schema)
            .withCompressionCodec(CompressionCodecName.SNAPPY)
            .withRowGroupSize(400L)
            .withMinRowCountForPageSizeCheck(1)
            .withExtraMetaData(metadata)
            .build()) {
      for (Row row : rows) {
        Group group = groups.newGroup();
        Binary picture = row.picture() == null ? null : Binary.fromConstantByteArray(row.picture());
        if (!schema.getType(image).isPrimitive()) {
          Group struct = group.addGroup(image);
          if (picture != null) {
            struct.add("bytes", picture);
          }
          struct.add("path", "x.png");
        } else if (picture != null) {
          group.add(image, picture);
        }
        if (row.label() instanceof Long label) {
          group.add("label", label);
        } else if (row.label() instanceof String label) {
          group.add("label", label);
        }
        writer.write(group);
      }
    }
    Files.createDirectories(file.getParent());
    Files.copy(unchecked, file, StandardCopyOption.REPLACE_EXISTING);
  }
}
