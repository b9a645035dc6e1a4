package io.momentgan.data.sets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads through Hadoop's S3A client from a server that knows as much of S3 as reading takes. */
class S3DataTest {
  private static final String FOLDER = "sets/mnist/";
  private static final String DATE = "Thu, 01 Jan 2026 00:00:00 GMT";

  private final Map<String, byte[]> objects = new TreeMap<>();
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    objects.put(FOLDER + "train-images-idx3-ubyte.gz", IdxBytes.gzip(IdxBytes.images(40)));
    objects.put(FOLDER + "train-labels-idx1-ubyte", IdxBytes.labels(40));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/bucket", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String key = exchange.getRequestURI().getPath().replaceFirst("^/bucket/?", "");
      String query = exchange.getRequestURI().getQuery();
      if (query != null && query.contains("list-type=2")) {
        String prefix = query.replaceFirst(".*prefix=([^&]*).*", "$1");
        send(exchange, 200, listing(prefix).getBytes(UTF_8));
      } else if (objects.containsKey(key)) {
        sendObject(exchange, objects.get(key));
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  private String listing(String prefix) {
    return objects.entrySet().stream()
        .filter(object -> object.getKey().startsWith(prefix))
        .map(
            object ->
                "<Contents><Key>%s</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
                        .formatted(object.getKey())
                    + "<ETag>e</ETag><Size>%d</Size><StorageClass>STANDARD</StorageClass></Contents>"
                        .formatted(object.getValue().length))
        .collect(
            Collectors.joining(
                "",
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult><Name>bucket</Name>",
                "<IsTruncated>false</IsTruncated></ListBucketResult>"));
  }

  private static void sendObject(HttpExchange exchange, byte[] object) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    if (range == null) {
      send(exchange, 200, object);
      return;
    }
    String[] ends = range.replace("bytes=", "").split("-", 2);
    int from = Integer.parseInt(ends[0]);
    int to = Math.min(object.length, Integer.parseInt(ends[1]) + 1);
    exchange
        .getResponseHeaders()
        .add("Content-Range", "bytes %d-%d/%d".formatted(from, to - 1, object.length));
    send(exchange, 206, Arrays.copyOfRange(object, from, to));
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.getResponseHeaders().add("ETag", "\"e\"");
    exchange.getResponseHeaders().add("Last-Modified", DATE);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().add("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private DataSet open(String uri) {
    Map<String, String> settings =
        Map.of(
            "fs.s3a.endpoint", "http://127.0.0.1:" + server.getAddress().getPort(),
            "fs.s3a.path.style.access", "true",
            "fs.s3a.access.key", "key",
            "fs.s3a.secret.key", "hush",
            "fs.s3a.attempts.maximum", "1",
            "fs.s3a.retry.limit", "1");
    return DataSets.open(IdxBytes.config(uri, 0, 0), settings);
  }

  @Test
  void readsAFolder() {
    ImageSource training = open("s3a://bucket/sets/mnist").training();
    assertThat(training.count()).isEqualTo(40);
    Images read = training.read(new int[] {39, 0});
    assertThat(read.labels()).containsExactly(9, 0);
    assertThat(read.pixels()[IdxBytes.FEATURES]).isEqualTo(IdxBytes.pixel(0));
  }

  @Test
  void readsASingleFile() {
    DataSet data = open("s3a://bucket/sets/mnist/train-images-idx3-ubyte.gz");
    assertThat(data.files()).hasSize(2);
  }

  @Test
  void saysWhatIsMissing() {
    assertThatThrownBy(() -> open("s3a://bucket/elsewhere"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("s3a://bucket/elsewhere: no such file or folder");
  }
}
