package io.momentgan.data.sets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.momentgan.config.DataConfig;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpDataTest {
  private static final String IMAGES = "train-images-idx3-ubyte.gz";

  @TempDir Path cache;

  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
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
      if (failures.getAndDecrement() > 0) {
        exchange.sendResponseHeaders(500, -1);
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
  void givesUpOnAServerThatKeepsFailing() {
    failures.set(Integer.MAX_VALUE);
    assertThatThrownBy(() -> open(url("")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("download failed 4 times, at last with: HTTP 500");
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
