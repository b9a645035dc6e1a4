package io.momentgan.data.sets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.momentgan.config.UserException;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.data.decoding.ImageFixtures;
import io.momentgan.data.sets.ArrayFiles.Row;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.commons.lang3.ArrayUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files of every form, mutated at random: images of one shape, or an error of one line that names
 * the file, within ten seconds of CPU time.
 *
 * <p>{@code -Djqwik.tries.default=10000} tries as many of each file, and as many settings in {@link
 * io.momentgan.config.SettingsFuzzTest}.
 */
@Timeout(300) // seconds, for what waits instead
class MutatedFilesTest {
  private static final int TRIES = Integer.getInteger("jqwik.tries.default", 30);
  private static final long MOST_NANOS = 10_000_000_000L;
  private static final Map<String, byte[]> FILES = new LinkedHashMap<>();

  @TempDir private static Path folder;

  @BeforeAll
  static void writeFiles() throws IOException {
    FILES.put("train-images-idx3-ubyte", IdxBytes.images(10));
    FILES.put("train-images-idx3-ubyte.gz", IdxBytes.gzip(IdxBytes.images(10)));
    FILES.put("images.npy", ArrayFiles.npy("|u1", ArrayFiles.bytes(60), 10, 3, 2));
    Map<String, byte[]> arrays = new LinkedHashMap<>();
    arrays.put("x_train.npy", FILES.get("images.npy"));
    arrays.put("y_train.npy", ArrayFiles.npy("<i4", new byte[40], 10));
    FILES.put("stored.npz", ArrayFiles.npz(false, arrays));
    FILES.put("deflated.npz", ArrayFiles.npz(true, arrays));
    FILES.put("train.bin", ArrayFiles.cifar(2, 3, 0));
    FILES.put("train.csv", "label,px0,px1,px2,px3\n0,1,22,133,4\n1,250,6,7,88\n".getBytes(UTF_8));
    FILES.put("plain.mat", MatBytes.file(false, MatBytes.svhn(2)));
    FILES.put("deflated.mat", MatBytes.file(true, MatBytes.svhn(2)));
    Path parquet = folder.resolve("x.parquet");
    ArrayFiles.parquet(
        parquet,
        ArrayFiles.HUGGING_FACE,
        Map.of(
            "huggingface", "{\"info\": {\"features\": {\"label\": {\"names\": [\"a\", \"b\"]}}}}"),
        List.of(new Row(ArrayFiles.png(50), 0L), new Row(ArrayFiles.png(100), 1L)));
    FILES.put("train.parquet", Files.readAllBytes(parquet));
    Map<String, byte[]> pictures = new LinkedHashMap<>();
    for (String name : List.of("a/1.png", "a/2.png", "b/1.png", "b/2.png")) {
      pictures.put(name, ArrayFiles.png(name.hashCode() & 0xFF));
    }
    pictures.put("labels.csv", "file,label\na/1.png,x\na/2.png,y\nb/1.png,x\n".getBytes(UTF_8));
    FILES.put("pictures.zip", ArrayFiles.archive("pictures.zip", pictures));
    FILES.put("pictures.tar", ArrayFiles.archive("pictures.tar", pictures));
    for (String format : List.of("png", "jpeg", "bmp", "gif", "tiff")) {
      FILES.put(
          "x." + format,
          ImageFixtures.file(ImageFixtures.halves(24, 24, 0xFF0000, 0x3060C0), format));
    }
    FILES.put("x.webp", ImageFixtures.webp());
    FILES.put("labels.csv", pictures.get("labels.csv"));
    FILES.put("dataset.json", "{\"labels\": [[\"a/1.png\", 1], [\"b/1.png\", 0]]}".getBytes(UTF_8));
  }

  /** Files of which a folder beside holds some more. */
  private static Path place(String name, byte[] bytes) throws IOException {
    boolean list = name.equals("labels.csv") || name.equals("dataset.json");
    if (!list && !name.startsWith("x.")) {
      return Files.write(folder.resolve(name), bytes);
    }
    Path pictures = Files.createDirectories(folder.resolve(name.replace('.', '-')));
    for (String each : list ? List.of("a/1.png", "a/2.png", "b/1.png") : List.of("ok.png")) {
      if (!Files.exists(pictures.resolve(each))) {
        Files.createDirectories(pictures.resolve(each).getParent());
        Files.write(pictures.resolve(each), ArrayFiles.png(7));
      }
    }
    Files.write(pictures.resolve(name), bytes);
    return pictures;
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static byte[] mutate(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      // Half of the changes go into the first bytes, where most headers are.
      int at = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(bytes.length, 64));
      int length = Math.min(bytes.length - at, 1 + random.nextInt(1 + random.nextInt(64)));
      switch (random.nextInt(7)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> Arrays.fill(bytes, at, at + length, (byte) -random.nextInt(2));
        case 3 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
        case 4 -> bytes = ArrayUtils.insert(at, bytes, Arrays.copyOfRange(bytes, at, at + length));
        case 5 ->
            bytes =
                ArrayUtils.addAll(
                    Arrays.copyOf(bytes, Math.max(1, at)),
                    Arrays.copyOfRange(bytes, at + length, bytes.length));
        default -> {
          byte[] other = "-0,9\n\"{[99999999999.5eN\0".getBytes(UTF_8);
          for (int k = 0; k < length; k++) {
            bytes[at + k] = other[random.nextInt(other.length)];
          }
        }
      }
    }
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train-images-idx3-ubyte",
        "train-images-idx3-ubyte.gz",
        "images.npy",
        "stored.npz",
        "deflated.npz",
        "train.bin",
        "train.csv",
        "plain.mat",
        "deflated.mat",
        "train.parquet",
        "pictures.zip",
        "pictures.tar",
        "x.png",
        "x.jpeg",
        "x.bmp",
        "x.gif",
        "x.tiff",
        "x.webp",
        "labels.csv",
        "dataset.json"
      })
  void giveImagesOrOneLine(String name) throws IOException {
    DataSet whole = IdxBytes.open(place(name, FILES.get(name)));
    check(whole, whole.training());
    int opened = 0;
    for (int seed = 0; seed < TRIES; seed++) {
      opened += opens(name, seed) ? 1 : 0;
    }
    System.out.printf("%s: %d of %d mutations opened%n", name, opened, TRIES);
    assertThat(opened).isLessThan(TRIES);
  }

  /** Mutations that ended in a stack trace. */
  @Test
  void giveImagesOrOneLineAlsoWhereTheyOnceDidNot() throws IOException {
    opens("train.parquet", 7729); // a key of the metadata without a value
  }

  private static boolean opens(String name, int seed) throws IOException {
    byte[] bytes = mutate(FILES.get(name), new Random(seed));
    Path place = place(name, bytes);
    long start = cpuNanos();
    boolean opened = false;
    try {
      DataSet data = IdxBytes.open(place);
      check(data, data.training());
      data.test().ifPresent(images -> check(data, images));
      opened = true;
    } catch (UserException e) {
      assertThat(e.getMessage().lines()).as("%s, seed %d", name, seed).hasSize(1);
      assertThat(e.getMessage()).as("seed %d", seed).contains(place.getFileName().toString());
    } catch (RuntimeException | Error e) {
      fail("%s, seed %d".formatted(name, seed), e);
    }
    assertThat(cpuNanos() - start).as("%s, seed %d", name, seed).isLessThan(MOST_NANOS);
    return opened;
  }

  private static void check(DataSet data, ImageSource source) {
    Images images = IdxBytes.readAll(source);
    assertThat(images.count()).isEqualTo(source.count()).isPositive();
    assertThat(images.shape()).isEqualTo(data.shape());
    if (!data.classes().isEmpty()) {
      for (byte label : images.labels()) {
        assertThat(label & 0xFF).isLessThan(data.classes().size());
      }
    }
  }
}
