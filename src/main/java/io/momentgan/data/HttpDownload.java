package io.momentgan.data;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One file over HTTP, retried when the server or the connection fails. */
record HttpDownload(URI url) {
  private static final Logger LOG = LoggerFactory.getLogger(HttpDownload.class);
  private static final int ATTEMPTS = 4;
  private static final long FIRST_PAUSE_MILLIS = 250;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);
  private static final long TIMEOUT_MINUTES = 30;

  /**
   * Downloads into a file.
   *
   * @return false if the server has no such file
   * @throws DataException when all attempts failed
   */
  boolean to(Path file) {
    LOG.info("Downloading {}", url);
    try {
      long pause = FIRST_PAUSE_MILLIS;
      for (int attempt = 1; ; attempt++) {
        try {
          return attempt(file);
        } catch (IOException e) {
          if (attempt == ATTEMPTS) {
            throw new DataException(
                "%s: download failed %d times, at last with: %s; check address and connection, try later"
                    .formatted(url, ATTEMPTS, describe(e)),
                e);
          }
          LOG.warn("Attempt {} of {} to download {}: {}", attempt, ATTEMPTS, url, describe(e));
          Thread.sleep(pause);
          pause *= 2;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataException(url + ": download interrupted", e);
    }
  }

  private boolean attempt(Path file) throws IOException, InterruptedException {
    HttpResponse<Path> response = send(file);
    int status = response.statusCode();
    if (status == 404 || status == 410) {
      return false;
    }
    if (status >= 500 || status == 429) {
      throw new IOException("HTTP " + status);
    }
    if (status != 200) {
      throw new DataException(
          "%s: found HTTP %d, expected 200; check address and access rights"
              .formatted(url, status));
    }
    long found = Files.size(file);
    long expected = response.headers().firstValueAsLong("content-length").orElse(found);
    if (found != expected) {
      throw new IOException("truncated, found %d of %d bytes".formatted(found, expected));
    }
    return true;
  }

  private HttpResponse<Path> send(Path file) throws IOException, InterruptedException {
    HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    HttpRequest request =
        HttpRequest.newBuilder(url).header("User-Agent", "momentgan").GET().build();
    try {
      return client
          .sendAsync(request, BodyHandlers.ofFile(file))
          .get(TIMEOUT_MINUTES, TimeUnit.MINUTES);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("no end after %d minutes".formatted(TIMEOUT_MINUTES), e);
    }
  }

  private static String describe(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
