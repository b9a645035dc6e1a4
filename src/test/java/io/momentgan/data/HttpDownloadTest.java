package io.momentgan.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpDownloadTest {
  @TempDir Path folder;

  @Test
  void aBodyThatIsTooLargeIsRefusedWhetherItsLengthIsSaidOrNot() throws IOException {
    for (boolean said : new boolean[] {true, false}) {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              exchange.sendResponseHeaders(200, said ? 100_000 : 0);
              exchange.getResponseBody().write(new byte[100_000]);
            }
          });
      server.start();
      try {
        URI url = URI.create("http://127.0.0.1:%d/x".formatted(server.getAddress().getPort()));
        Path file = folder.resolve("x");
        assertThatThrownBy(() -> new HttpDownload(url, 99_999).to(file))
            .isInstanceOf(DataException.class)
            .hasMessageContaining("found more than 99999 bytes");
        assertThat(new HttpDownload(url, 100_000).to(file)).isTrue();
        assertThat(Files.size(file)).isEqualTo(100_000);
      } finally {
        server.stop(0);
      }
    }
  }
}
