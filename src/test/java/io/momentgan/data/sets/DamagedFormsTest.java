package io.momentgan.data.sets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.config.UserException;
import io.momentgan.data.DataSet;
import io.momentgan.data.Images;
import io.momentgan.data.sets.ArrayFiles.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.Tag;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.MatlabType;

/** Cut and changed files give a clear error or the images that are stored, nothing else. */
class DamagedFormsTest {
  private static Path folder;
  private static Map<String, byte[]> files;
  private static final Map<String, DataSet> RIGHT = new HashMap<>();
  private static final Map<String, Images> IMAGES = new HashMap<>();

  @BeforeContainer
  static void writeFiles() throws IOException {
    folder = Files.createTempDirectory("damaged");
    Map<String, byte[]> members = new LinkedHashMap<>();
    members.put("x_train.npy", ArrayFiles.npy("|u1", ArrayFiles.bytes(60), 10, 3, 2));
    members.put("y_train.npy", ArrayFiles.npy("<i4", new byte[40], 10));
    files = new LinkedHashMap<>();
    files.put("train-images-idx3-ubyte", IdxBytes.images(10));
    files.put("train-images-idx3-ubyte.gz", IdxBytes.gzip(IdxBytes.images(10)));
    files.put("images.npy", members.get("x_train.npy"));
    files.put("stored.npz", ArrayFiles.npz(false, members));
    files.put("deflated.npz", ArrayFiles.npz(true, members));
    Map<String, Array> variables = new LinkedHashMap<>();
    variables.put("X", MatBytes.pixels(3, 2, 3, 10));
    variables.put("y", MatBytes.labels(MatlabType.Double, 10));
    files.put("plain.mat", MatBytes.file(false, variables));
    files.put("deflated.mat", MatBytes.file(true, variables));
    files.put("train.bin", ArrayFiles.cifar(2, 2, 0));
    files.put("train.csv", "label,px0,px1,px2,px3\n0,1,22,133,4\n1,250,6,7,88\n".getBytes(UTF_8));
    Path parquet = folder.resolve("train.parquet");
    ArrayFiles.parquet(
        parquet,
        ArrayFiles.HUGGING_FACE,
        Map.of(),
        List.of(new Row(ArrayFiles.png(50), 0L), new Row(ArrayFiles.png(100), 1L)));
    files.put("train.parquet", Files.readAllBytes(parquet));
  }

  @AfterContainer
  static void deleteFiles() throws IOException {
    FileUtils.deleteDirectory(folder.toFile());
  }

  private static DataSet whole(String name) {
    try {
      return open(name, files.get(name)).orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<DataSet> open(String name, byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve(name), bytes);
    try {
      return Optional.of(IdxBytes.open(file));
    } catch (UserException e) {
      assertThat(e.getMessage().lines()).hasSize(1);
      assertThat(e.getMessage()).contains(name).contains("; ");
      return Optional.empty();
    }
  }

  /**
   * Where a form says no count, whole images may be missing; then the file is not longer either.
   */
  private static boolean countless(String name) {
    return name.endsWith(".bin") || name.endsWith(".csv");
  }

  @Tag("long")
  @Property(tries = 100)
  void aFileThatIsCutOffIsRefused(
      @ForAll @IntRange(max = 9) int form, @ForAll @IntRange(max = 100_000) int at)
      throws IOException {
    String name = List.copyOf(files.keySet()).get(form);
    byte[] whole = files.get(name);
    byte[] cut = Arrays.copyOf(whole, at % whole.length);
    Optional<DataSet> opened = open(name, cut);
    if (countless(name)) {
      Images right = IdxBytes.readAll(open(name, whole).orElseThrow().training());
      opened.ifPresent(
          data -> {
            byte[] read = IdxBytes.readAll(data.training()).pixels();
            assertThat(read).isEqualTo(Arrays.copyOf(right.pixels(), read.length));
          });
    } else {
      assertThat(opened).as("%s cut at %d", name, cut.length).isEmpty();
    }
  }

  @Property(tries = 100)
  void aChangedByteGivesAnErrorOrTheImagesThatAreStored(
      @ForAll @IntRange(max = 9) int form,
      @ForAll @IntRange(max = 100_000) int at,
      @ForAll @IntRange(min = 1, max = 255) int change)
      throws IOException {
    String name = List.copyOf(files.keySet()).get(form);
    byte[] changed = files.get(name).clone();
    int place = at % changed.length;
    changed[place] ^= (byte) change;
    Optional<DataSet> opened = open(name, changed);
    if (opened.isEmpty()) {
      return;
    }
    Images read = IdxBytes.readAll(opened.get().training());
    DataSet rightData = RIGHT.computeIfAbsent(name, DamagedFormsTest::whole);
    Images right = IMAGES.computeIfAbsent(name, each -> IdxBytes.readAll(rightData.training()));
    boolean same =
        Arrays.equals(read.pixels(), right.pixels())
            && Arrays.equals(read.labels(), right.labels());
    // Checksums of archives tell; other forms have none, and the changed byte is the stored value.
    if (name.endsWith("z") || name.equals("deflated.mat")) {
      assertThat(same).as("%s changed at %d", name, place).isTrue();
    } else if (!same) {
      assertThat(opened.get().fingerprint()).isNotEqualTo(rightData.fingerprint());
      if (read.pixels().length == right.pixels().length && !name.endsWith(".parquet")) {
        assertThat(Arrays.mismatch(read.pixels(), right.pixels()))
            .isEqualTo(lastMismatch(read.pixels(), right.pixels()));
      }
    }
  }

  private static int lastMismatch(byte[] one, byte[] other) {
    for (int i = one.length - 1; i >= 0; i--) {
      if (one[i] != other[i]) {
        return i;
      }
    }
    return -1;
  }
}
