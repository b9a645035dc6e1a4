package io.momentgan.data.sets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.momentgan.Experiments;
import io.momentgan.config.DataConfig;
import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.lang3.SerializationUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpDataTest {
  private static final String IMAGES = "train-images-idx3-ubyte.gz";

  @TempDir Path cache;

  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> queries = new CopyOnWriteArrayList<>();
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger truncations = new AtomicInteger();
  private HttpServer server;

  @BeforeEach
  void serveMnistLikeFiles() throws IOException {
    for (String split : List.of("train", "t10k")) {
      files.put(split + "-images-idx3-ubyte.gz", IdxBytes.gzip(IdxBytes.images(40)));
      files.put(split + "-labels-idx1-ubyte.gz", IdxBytes.gzip(IdxBytes.labels(40)));
    }
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/mnist/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String name = path.substring(path.lastIndexOf('/') + 1);
      requests.add(name);
      queries.add(String.valueOf(exchange.getRequestURI().getQuery()));
      if (failures.getAndDecrement() > 0) {
        byte[] page = "x".repeat(5000).getBytes(UTF_8);
        exchange.sendResponseHeaders(503, page.length);
        exchange.getResponseBody().write(page);
      } else if (!files.containsKey(name)) {
        exchange.sendResponseHeaders(404, -1);
      } else {
        send(exchange, files.get(name));
      }
    }
  }

  private void send(HttpExchange exchange, byte[] body) throws IOException {
    exchange.sendResponseHeaders(200, body.length);
    boolean truncated = truncations.getAndDecrement() > 0;
    exchange.getResponseBody().write(body, 0, truncated ? body.length / 2 : body.length);
  }

  private String url(String name) {
    return "http://127.0.0.1:%d/mnist/%s".formatted(server.getAddress().getPort(), name);
  }

  private DataSet open(String url) {
    DataConfig.Glyphs glyphs = new DataConfig.Glyphs(1, 1, 1);
    return DataSets.open(
        new DataConfig(
            url, 0, 0, cache.toString(), false, glyphs, ExperimentReader.defaultData().images()),
        Map.of());
  }

  private Path copy(String name) throws IOException {
    try (Stream<Path> paths = Files.walk(cache)) {
      return paths.filter(path -> path.endsWith(name)).findFirst().orElseThrow();
    }
  }

  private List<String> leftovers() {
    try (Stream<Path> paths = Files.walk(cache)) {
      return paths.map(Path::toString).filter(path -> path.endsWith(".part")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void downloadsTheFourFilesOnce() {
    DataSet data = open(url(""));
    assertThat(IdxBytes.readAll(data.training()).labels()).hasSize(40);
    assertThat(data.test()).isPresent();
    assertThat(requests).hasSize(4).doesNotHaveDuplicates();

    assertThat(open(url("")).fingerprint()).isEqualTo(data.fingerprint());
    assertThat(requests).hasSize(4);
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void takesAnAddressWithoutTheLastSlash() {
    assertThat(open(url("").replaceAll("/$", "")).training().count()).isEqualTo(40);
  }

  @Test
  void takesFilesThatAreNotGzipped() throws IOException {
    for (String name : List.copyOf(files.keySet())) {
      try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(files.remove(name)))) {
        files.put(name.replace(".gz", ""), in.readAllBytes());
      }
    }
    DataSet data = open(url(""));
    assertThat(IdxBytes.readAll(data.training()).labels()).hasSize(40);
    assertThat(data.test()).isPresent();
  }

  @Test
  void takesAnImageFileAndItsLabels() {
    DataSet data = open(url(IMAGES));
    assertThat(data.files()).hasSize(2);
    assertThat(data.files().get(0).location()).isEqualTo(url(IMAGES));
    assertThat(data.test()).isEmpty();
  }

  @Test
  void needsNothingButTrainingImages() {
    files.keySet().removeIf(name -> !name.equals(IMAGES));
    DataSet data = open(url(""));
    assertThat(IdxBytes.readAll(data.training()).labels()).isEmpty();
    assertThat(data.test()).isEmpty();
  }

  @Test
  void saysWhichFileIsMissing() {
    files.remove(IMAGES);
    assertThatThrownBy(() -> open(url("")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(url("") + ": no such file (HTTP 404)")
        .hasMessageContaining(IMAGES)
        .hasMessageContaining("set data.uri");
    assertThat(requests).as("404 is not tried again").hasSize(4).doesNotHaveDuplicates();
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void triesAgainAfterAServerError() {
    failures.set(2);
    assertThat(open(url("")).training().count()).isEqualTo(40);
    assertThat(requests).hasSize(6);
  }

  @Test
  void keepsTheQueryOfASignedAddressToItself() throws IOException {
    String signed = url(IMAGES) + "?X-Amz-Signature=hush";
    DataSet data = open(signed);
    assertThat(data.files()).hasSize(2);
    assertThat(queries).containsOnly("X-Amz-Signature=hush");
    assertThat(data.uri() + data.files() + data.verdict()).doesNotContain("hush");
    assertThat(data.uri()).isEqualTo(url(IMAGES) + "?...");
    try (Stream<Path> paths = Files.walk(cache)) {
      assertThat(paths).noneMatch(path -> path.toString().contains("hush"));
    }
    Experiment experiment = Experiments.small("data.uri=" + signed);
    assertThat(ExperimentReader.write(experiment)).doesNotContain("hush").contains("?...");
    assertThat(experiment.with("train.epochs=3").data().uri()).isEqualTo(signed);
    assertThatThrownBy(() -> open(data.uri()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("give all of it by --set data.uri=ADDRESS");
    files.clear();
    cache = Files.createDirectory(cache.resolve("other"));
    assertThatThrownBy(() -> open(signed))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no such file")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hush"));
    failures.set(Integer.MAX_VALUE);
    assertThatThrownBy(() -> open(signed))
        .isInstanceOf(DataException.class)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hush"));
  }

  @Test
  void takesArraysAndTables() throws IOException {
    files.put(
        "mnist.npz",
        ArrayFiles.npz(true, Map.of("x_train.npy", ArrayFiles.npy("|u1", new byte[12], 2, 3, 2))));
    assertThat(open(url("mnist.npz")).training().count()).isEqualTo(2);
    files.put("train_32x32.mat", MatBytes.file(true, MatBytes.svhn(3)));
    assertThat(open(url("train_32x32.mat")).training().count()).isEqualTo(3);
    files.put("train.csv.gz", IdxBytes.gzip("label,px0,px1,px2,px3\n1,2,3,4,5\n".getBytes(UTF_8)));
    assertThat(open(url("train.csv.gz")).training().read(new int[] {0}).pixels())
        .containsExactly(2, 3, 4, 5);
    Path parquet = cache.resolve("x.parquet");
    ArrayFiles.parquet(
        parquet,
        ArrayFiles.HUGGING_FACE,
        Map.of(),
        List.of(new ArrayFiles.Row(ArrayFiles.png(7), 0L)));
    files.put("0000.parquet", Files.readAllBytes(parquet));
    assertThat(open(url("0000.parquet")).training().count()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pets.zip", "pets.tar"})
  void takesArchivesOfPictures(String name) throws IOException {
    Path folder = Files.createDirectory(cache.resolve("pets"));
    Map<String, byte[]> pictures = new LinkedHashMap<>();
    for (String each : List.of("cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png")) {
      pictures.put(each, ArrayFiles.png(60 * pictures.size()));
      Files.createDirectories(folder.resolve(each).getParent());
      Files.write(folder.resolve(each), pictures.get(each));
    }
    files.put(name, ArrayFiles.archive(name, pictures));
    DataSet data = open(url(name) + "?signature=hush");
    DataSet expected = open(folder.toString());
    assertThat(data.kind()).isEqualTo(DataSet.Kind.IMAGES);
    assertThat(data.classes()).containsExactly("cat", "dog");
    assertThat(data.fingerprint()).isEqualTo(expected.fingerprint());
    assertThat(data.uri() + data.verdict() + data.rejected()).doesNotContain("hush");
    int[] all = {3, 0, 2, 1};
    assertThat(data.training().read(all).pixels())
        .isEqualTo(expected.training().read(all).pixels());
    assertThat(requests).containsExactly(name);
    assertThat(data.training().file(2)).contains(url(name) + "?.../dog/1.png");
    // As on another machine.
    ImageSource shipped = SerializationUtils.roundtrip(data.training());
    Files.delete(copy(name));
    assertThat(shipped.read(all).labels()).containsExactly(1, 0, 1, 0);
    assertThat(requests).containsExactly(name, name);
  }

  @Test
  void anArchiveThatTheServerHadDamagedIsForgotten() throws IOException {
    byte[] sound = ArrayFiles.archive("pets.zip", Map.of("1.png", ArrayFiles.png(7)));
    files.put("pets.zip", Arrays.copyOf(sound, sound.length - 9));
    assertThatThrownBy(() -> open(url("pets.zip")))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(url("pets.zip") + ": found a damaged archive");
    files.put("pets.zip", sound);
    assertThat(open(url("pets.zip")).training().count()).isEqualTo(1);
  }

  @Test
  void archivesThatCannotBeReadAreRefusedInOneLine() {
    assertThatThrownBy(() -> open(url("pets.tar.gz")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found a compressed archive");
    assertThat(requests).isEmpty();
    assertThatThrownBy(() -> open(url("none.zip")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no such file (HTTP 404)");
    files.put("page.zip", "<html>sorry</html>".getBytes(UTF_8));
    assertThatThrownBy(() -> open(url("page.zip")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("page.zip: found an HTML or XML page");
  }

  @Test
  void givesUpOnAServerThatKeepsFailing() {
    failures.set(Integer.MAX_VALUE);
    assertThatThrownBy(() -> open(url("")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("download failed 4 times, at last with: HTTP 503");
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void triesAgainAfterATruncatedBody() {
    truncations.set(1);
    assertThat(open(url("")).training().count()).isEqualTo(40);
    assertThat(requests.stream().filter(IMAGES::equals)).hasSize(2);
  }

  @Test
  void downloadsADamagedCopyAgain() throws IOException {
    open(url(""));
    Path copy = copy(IMAGES);
    byte[] damaged = Files.readAllBytes(copy);
    damaged[damaged.length / 2] ^= 1;
    Files.write(copy, damaged);
    assertThat(open(url("")).training().count()).isEqualTo(40);
    assertThat(requests).hasSize(5).endsWith(IMAGES);
  }

  @Test
  void aWorkerWithoutTheCopyDownloadsItForItself() throws IOException {
    ImageSource source = open(url("")).training();
    Files.delete(copy(IMAGES));
    assertThat(source.read(new int[] {39}).labels()).containsExactly(9);
    assertThat(requests).hasSize(5).endsWith(IMAGES);
  }

  @Test
  void forgetsAFileThatTheServerHadDamaged() throws IOException {
    byte[] sound = files.put(IMAGES, "<html>sorry</html>".getBytes(UTF_8));
    assertThatThrownBy(() -> open(url(""))).hasMessageContaining("found an HTML or XML page");
    files.put(IMAGES, sound);
    assertThat(open(url("")).training().count()).isEqualTo(40);
  }

  @Test
  void refusesAnAddressWithoutAHost() {
    assertThatThrownBy(() -> open("http:mnist"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("names no host");
  }

  @Test
  void saysThatNobodyAnswers() {
    String url = url("");
    server.stop(0);
    assertThatThrownBy(() -> open(url))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("download failed 4 times");
  }
}
