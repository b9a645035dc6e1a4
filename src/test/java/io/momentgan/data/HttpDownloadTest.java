package io.momentgan.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpDownloadTest {
  private static final Duration PATIENCE = Duration.ofMillis(300);

  @TempDir Path folder;

  @Test
  void aBodyThatIsTooLargeIsRefusedWhetherItsLengthIsSaidOrNot() throws IOException {
    for (boolean said : new boolean[] {true, false}) {
      HttpServer server =
          server(
              exchange -> {
                exchange.sendResponseHeaders(200, said ? 100_000 : 0);
                exchange.getResponseBody().write(new byte[100_000]);
              });
      try {
        URI url = url(server);
        Path file = folder.resolve("x");
        assertThatThrownBy(
                () -> new HttpDownload(url, 99_999, HttpDownload.USUAL_PATIENCE).to(file))
            .isInstanceOf(DataException.class)
            .hasMessageContaining("found more than 99999 bytes");
        assertThat(new HttpDownload(url, 100_000, HttpDownload.USUAL_PATIENCE).to(file)).isTrue();
        assertThat(Files.size(file)).isEqualTo(100_000);
      } finally {
        server.stop(0);
      }
    }
  }

  /** A server that says nothing, and one that stops in the middle, are not waited for. */
  @Tag("long")
  @Test
  void aServerThatFallsSilentIsGivenUp() throws IOException {
    for (int bytes : new int[] {-1, 5_000}) {
      CountDownLatch end = new CountDownLatch(1);
      HttpServer server =
          server(
              exchange -> {
                if (bytes > 0) {
                  exchange.sendResponseHeaders(200, 100_000);
                  exchange.getResponseBody().write(new byte[bytes]);
                  exchange.getResponseBody().flush();
                }
                end.await();
              });
      try {
        long start = System.nanoTime();
        assertThatThrownBy(
                () -> new HttpDownload(url(server), 100_000, PATIENCE).to(folder.resolve("x")))
            .isInstanceOf(DataException.class)
            .hasMessageContaining("download failed 4 times");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
      } finally {
        end.countDown();
        server.stop(0);
      }
    }
  }

  /** A body may take longer than the patience as long as it grows. */
  @Test
  void aSlowServerIsWaitedFor() throws IOException {
    HttpServer server =
        server(
            exchange -> {
              exchange.sendResponseHeaders(200, 4 * 20_000);
              for (int i = 0; i < 4; i++) {
                exchange.getResponseBody().write(new byte[20_000]);
                exchange.getResponseBody().flush();
                Thread.sleep(PATIENCE.toMillis() / 2);
              }
            });
    try {
      Path file = folder.resolve("slow");
      assertThat(new HttpDownload(url(server), 100_000, PATIENCE).to(file)).isTrue();
      assertThat(Files.size(file)).isEqualTo(4 * 20_000);
    } finally {
      server.stop(0);
    }
  }

  private interface Answer {
    void give(HttpExchange exchange) throws IOException, InterruptedException;
  }

  private static HttpServer server(Answer answer) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(
        task -> {
          Thread thread = new Thread(task);
          thread.setDaemon(true);
          thread.start();
        });
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            answer.give(exchange);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
    return server;
  }

  private static URI url(HttpServer server) {
    return URI.create("http://127.0.0.1:%d/x".formatted(server.getAddress().getPort()));
  }
}
