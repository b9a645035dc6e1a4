package io.momentgan.data.sets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.momentgan.config.DataConfig;
import io.momentgan.config.DataConfig.ImagesConfig;
import io.momentgan.config.ExperimentReader;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.DataSet.RejectedFile;
import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import io.momentgan.data.sets.ArrayFiles.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.lang3.SerializationUtils;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableFormsTest {
  @TempDir Path folder;

  private static DataSet open(Path location, String... settings) {
    List<String> overrides = new ArrayList<>();
    overrides.add("data.validation=0");
    overrides.addAll(List.of(settings));
    DataConfig config = TestSettings.data(overrides);
    return DataSets.open(config.withUri(location.toString()), Map.of());
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    byte[] bytes = text.getBytes(UTF_8);
    return Files.write(file, name.endsWith(".gz") ? IdxBytes.gzip(bytes) : bytes);
  }

  /** Rows of 2 by 2 pixels; row i has the label i modulo 3, where it has one. */
  private static String csv(String header, int rows, boolean labels) {
    StringBuilder text = new StringBuilder(header);
    for (int i = 0; i < rows; i++) {
      text.append(labels ? i % 3 + "," : "");
      text.append(
          IntStream.range(4 * i, 4 * i + 4)
              .mapToObj(k -> String.valueOf(IdxBytes.pixel(k) & 0xFF))
              .collect(Collectors.joining(",", "", "\n")));
    }
    return text.toString();
  }

  private static final String HEADER = "label,pixel0,pixel1,pixel2,pixel3\n";

  private AbstractThrowableAssert<?, ?> assertRefused(Path location, String... settings) {
    return assertThatThrownBy(() -> open(location, settings))
        .isInstanceOf(DataException.class)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {HEADER, "", "\ufefflabel,1x1,1x2,2x1,2x2\n", "LABEL,px_0,px_1,px_2,px_3\n"})
  void aCsvWithOrWithoutHeader(String header) throws IOException {
    write("mnist_train.csv", csv(header, 9, true));
    write("mnist_test.csv.gz", csv(header, 6, true));
    write("sample_submission.csv", "ImageId,Label\n1,0\n");
    DataSet data = open(folder);
    assertThat(data.kind()).hasToString("csv");
    assertThat(data.shape()).isEqualTo(new ImageShape(1, 2, 2));
    Images read = IdxBytes.readAll(SerializationUtils.clone(data.training()));
    assertThat(read.pixels()).isEqualTo(ArrayFiles.bytes(36));
    assertThat(read.labels()).isEqualTo(ArrayFiles.labels(9, 0, 3));
    assertThat(data.training().read(new int[] {7, 0, 7}).labels()).containsExactly(1, 0, 1);
    assertThat(data.test().orElseThrow().count()).isEqualTo(6);
    assertThat(data.rejected())
        .singleElement()
        .extracting(RejectedFile::reason)
        .isEqualTo("table without columns of pixels");
  }

  @Test
  void aTestTableMayHaveNumbersOfRowsInsteadOfLabels() throws IOException {
    write("train.csv", csv(HEADER, 9, true));
    write("test.csv", "id,pixel0,pixel1,pixel2,pixel3\n0,1,2,3,4\n1,5,6,7,8\n");
    DataSet data = open(folder);
    Images test = IdxBytes.readAll(data.test().orElseThrow());
    assertThat(test.pixels()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(test.labels()).isEmpty();
    assertThat(data.verdict()).contains("test.csv has no labels");
    assertThat(data.rejected()).singleElement().asString().contains("column \"id\"");
  }

  @Test
  void settingsSayTheShapeOfOtherImagesAndColoursLieTogether() throws IOException {
    String row = IntStream.range(0, 18).mapToObj(String::valueOf).collect(Collectors.joining(","));
    Path file = write("a.csv", "1," + row + "\n0," + row + "\n");
    assertRefused(file)
        .hasMessageContaining("found 19 values per image, expected a square number")
        .hasMessageContaining("data.images.height");
    DataSet data = open(file, "data.images.height=2", "data.images.width=3");
    assertThat(data.shape()).isEqualTo(new ImageShape(3, 2, 3));
    Images first = data.training().read(new int[] {0});
    assertThat(first.pixels())
        .containsExactly(0, 3, 6, 9, 12, 15, 1, 4, 7, 10, 13, 16, 2, 5, 8, 11, 14, 17);
    assertThat(first.labels()).containsExactly(1);
    DataSet swapped =
        open(file, "data.images.height=2", "data.images.width=3", "data.transpose=true");
    assertThat(swapped.training().read(new int[] {0}).pixels()).startsWith(0, 9, 3, 12);
    assertThat(swapped.fingerprint()).isNotEqualTo(data.fingerprint());
  }

  @Test
  void damagedTablesAreRefused() throws IOException {
    String good = csv(HEADER, 9, true);
    assertRefused(write("a.csv", good.substring(0, good.length() - 1)))
        .hasMessageContaining("ends within a line");
    assertRefused(write("a.csv", good + "1,2,3\n"))
        .hasMessageContaining("found 3 values in line 11");
    for (String bad : new String[] {"NaN", "256", "-1", "0.5", "", "x"}) {
      assertRefused(write("a.csv", good + "1,2," + bad + ",3,4\n"))
          .hasMessageContaining("found \"%s\" in line 11, column 3".formatted(bad));
    }
    assertRefused(write("a.csv", good.replaceFirst("pixel3", "pixel3,usage")))
        .hasMessageContaining("found the columns usage, expected label and pixel0");
    assertRefused(write("a.csv", HEADER)).hasMessageContaining("found no rows");
    assertRefused(write("a.csv", "a,b\n1,2\n")).hasMessageContaining("found no columns of pixels");
    Path gz = write("b.csv.gz", csv(HEADER, 3000, true));
    Files.write(gz, Arrays.copyOf(Files.readAllBytes(gz), 2000));
    assertRefused(gz).hasMessageContaining("truncated or damaged gzip file");
  }

  private static List<Row> rows(int first, int count) {
    return IntStream.range(first, first + count)
        .mapToObj(i -> new Row(ArrayFiles.png(3 * i), (Object) (long) (i % 3)))
        .toList();
  }

  private static final String[] SMALL = {
    "data.images.height=4", "data.images.width=4", "data.images.channels=1"
  };

  @Test
  void huggingFacesParquetIsReadAcrossFilesAndRowGroups() throws IOException {
    String names =
        "{\"info\": {\"features\": {\"image\": {\"_type\": \"Image\"}, \"label\":"
            + " {\"names\": [\"cat\", \"dog\", \"owl\"], \"_type\": \"ClassLabel\"}}}}";
    Map<String, String> metadata = Map.of("huggingface", names);
    Path data = folder.resolve("data");
    String schema = ArrayFiles.HUGGING_FACE;
    ArrayFiles.parquet(data.resolve("train-00000-of-00002.parquet"), schema, metadata, rows(0, 20));
    ArrayFiles.parquet(data.resolve("train-00001-of-00002.parquet"), schema, metadata, rows(20, 7));
    ArrayFiles.parquet(data.resolve("test-00000-of-00001.parquet"), schema, metadata, rows(30, 6));
    ArrayFiles.parquet(data.resolve("validation-00000.parquet"), schema, metadata, rows(40, 5));
    Files.writeString(folder.resolve("README.md"), "x");
    DataSet set = open(folder, SMALL);
    assertThat(set.kind()).hasToString("parquet");
    assertThat(set.classes()).containsExactly("cat", "dog", "owl");
    assertThat(set.test().orElseThrow().count()).isEqualTo(6);
    assertThat(set.validation().orElseThrow().count()).isEqualTo(5);
    assertThat(set.rejected()).hasSize(1);
    Images read = SerializationUtils.clone(set.training()).read(new int[] {26, 3, 19, 3, 20});
    assertThat(read.labels()).containsExactly(2, 0, 1, 0, 2);
    for (int i = 0; i < 5; i++) {
      int value = new int[] {78, 9, 57, 9, 60}[i];
      assertThat(Arrays.copyOfRange(read.pixels(), 16 * i, 16 * i + 16)).containsOnly((byte) value);
    }
    assertThat(open(folder, SMALL).fingerprint()).isEqualTo(set.fingerprint());
    ArrayFiles.parquet(data.resolve("test-00000-of-00001.parquet"), schema, metadata, rows(31, 6));
    assertThat(open(folder, SMALL).fingerprint()).isNotEqualTo(set.fingerprint());
  }

  @Test
  void aPlainColumnOfBytesAndLabelsThatAreNames() throws IOException {
    String schema = "message m { required binary bytes; required binary label (STRING); }";
    List<Row> rows =
        List.of(
            new Row(ArrayFiles.png(10), "owl"),
            new Row(ArrayFiles.png(20), "cat"),
            new Row(ArrayFiles.png(30), "owl"));
    Path file = folder.resolve("pictures.parquet");
    ArrayFiles.parquet(file, schema, Map.of(), rows);
    DataSet data = open(file, SMALL);
    assertThat(data.classes()).containsExactly("cat", "owl");
    assertThat(IdxBytes.readAll(data.training()).labels()).containsExactly(1, 0, 1);
  }

  @Test
  void unusableRowsCountAgainstTheShareAndAreNamed() throws IOException {
    List<Row> rows = new ArrayList<>(rows(0, 6));
    rows.add(2, new Row(new byte[] {1, 2, 3}, 1L));
    rows.add(4, new Row(null, 1L));
    Path file = folder.resolve("train.parquet");
    ArrayFiles.parquet(file, ArrayFiles.HUGGING_FACE, Map.of(), rows);
    assertRefused(folder, SMALL)
        .hasMessageContaining("found 2 of 8 images unusable")
        .hasMessageContaining("train.parquet (row 4): no image");
    String[] settings = Arrays.copyOf(SMALL, 5);
    settings[3] = "data.images.rejected-share=0.5";
    settings[4] = "data.images.flip=true";
    DataSet data = open(folder, settings);
    assertThat(data.rejected()).hasSize(2);
    assertThat(data.training().count()).isEqualTo(12);
    assertThat(IdxBytes.readAll(data.training()).labels())
        .containsExactly(0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2);
  }

  @Test
  void labelsOutOfRangeOrMissingAreRefused() throws IOException {
    Path file = folder.resolve("train.parquet");
    List<Row> rows = new ArrayList<>(rows(0, 3));
    rows.add(new Row(ArrayFiles.png(1), 256L));
    ArrayFiles.parquet(file, ArrayFiles.HUGGING_FACE, Map.of(), rows);
    assertRefused(folder, SMALL).hasMessageContaining("found label 256 in row 3");
    rows.set(3, new Row(ArrayFiles.png(1), null));
    ArrayFiles.parquet(file, ArrayFiles.HUGGING_FACE, Map.of(), rows);
    assertRefused(folder, SMALL).hasMessageContaining("found no label in row 3");
  }

  /** A first page whose header claims more bytes than the page unfolds to. */
  @Test
  void aPageThatHoldsLessThanItSaysIsNotWaitedFor() throws IOException {
    Path file = folder.resolve("train.parquet");
    ArrayFiles.parquet(file, ArrayFiles.HUGGING_FACE, Map.of(), rows(0, 3));
    byte[] bytes = Files.readAllBytes(file);
    // Thrift: field 1, a type of 0; field 2, a size in two bytes of which the second is higher.
    assertThat(Arrays.copyOfRange(bytes, 4, 7)).containsExactly(0x15, 0, 0x15);
    assertThat(bytes[7]).isNegative();
    bytes[8]++;
    Files.write(file, bytes);
    assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () ->
            assertRefused(folder, SMALL)
                .hasMessageContaining("train.parquet: damaged or truncated Parquet file"));
  }

  @Test
  void tablesThatAreNoFilesOfWholeRowsAreExplained() throws IOException {
    Path part = folder.resolve("label=3/part-0.parquet");
    ArrayFiles.parquet(part, ArrayFiles.HUGGING_FACE, Map.of(), rows(0, 3));
    assertRefused(folder).hasMessageContaining("found a table in parts by column (label=3/)");
    Files.createDirectories(folder.resolve("_delta_log"));
    write("_delta_log/00000000000000000000.json", "{}");
    assertRefused(folder).hasMessageContaining("spark.read.format(\"delta\").load(\"" + folder);
    Path orc = Files.createDirectories(folder.resolve("orc"));
    Files.write(orc.resolve("part-0.orc"), new byte[] {1});
    assertRefused(orc)
        .hasMessageContaining("found a table in the format orc, expected Parquet")
        .hasMessageContaining(".write.parquet(");
  }

  /** Settings of the data with overrides. */
  private static final class TestSettings {
    static DataConfig data(List<String> overrides) {
      DataConfig data = ExperimentReader.defaultData();
      ImagesConfig images = data.images();
      Map<String, String> given =
          overrides.stream()
              .map(override -> override.split("=", 2))
              .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
      return new DataConfig(
          data.uri(),
          0,
          0,
          data.cache(),
          Boolean.parseBoolean(given.getOrDefault("data.transpose", "false")),
          data.glyphs(),
          new ImagesConfig(
              Integer.parseInt(given.getOrDefault("data.images.channels", "3")),
              Integer.parseInt(given.getOrDefault("data.images.height", "64")),
              Integer.parseInt(given.getOrDefault("data.images.width", "64")),
              images.crop(),
              Boolean.parseBoolean(given.getOrDefault("data.images.flip", "false")),
              images.background(),
              images.maxPixels(),
              Double.parseDouble(given.getOrDefault("data.images.rejected-share", "0.01"))));
    }
  }
}
