package io.momentgan.data;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.momentgan.config.Credentials;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file over HTTP, retried when the server or the connection fails. A server that does not
 * answer, or stops in the middle, is given up within five minutes.
 *
 * @param url address; its query is never shown
 * @param mostBytes largest size of the file
 * @param patience time for an answer, and time in which a body must grow by 16 kB or end
 */
record HttpDownload(URI url, long mostBytes, Duration patience) {
  private static final Logger LOG = LoggerFactory.getLogger(HttpDownload.class);
  private static final int OK = 200;
  private static final int ATTEMPTS = 4;
  private static final long FIRST_PAUSE_MILLIS = 250;

  /** Patience with servers; four attempts end within five minutes. */
  static final Duration USUAL_PATIENCE = Duration.ofSeconds(30);

  private static final long STALL_BYTES = 1 << 14;

  /**
   * Downloads into a file.
   *
   * @return false if the server has no such file
   * @throws DataException when all attempts failed
   */
  boolean to(Path file) {
    LOG.info("Downloading {}", shown());
    try {
      long pause = FIRST_PAUSE_MILLIS;
      for (int attempt = 1; ; attempt++) {
        try {
          return attempt(file);
        } catch (IOException e) {
          if (attempt == ATTEMPTS) {
            throw new DataException(
                "%s: download failed %d times, at last with: %s; check address and connection, try later"
                    .formatted(shown(), ATTEMPTS, describe(e)),
                e);
          }
          LOG.warn("Attempt {} of {} to download {}: {}", attempt, ATTEMPTS, shown(), describe(e));
          Thread.sleep(pause);
          pause *= 2;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataException(shown() + ": download interrupted", e);
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
    if (status != OK) {
      throw new DataException(
          "%s: found HTTP %d, expected 200; check address and access rights, and whether a signature in it has expired"
              .formatted(shown(), status));
    }
    long found = Files.size(file);
    long expected = response.headers().firstValueAsLong("content-length").orElse(found);
    if (found != expected) {
      throw new IOException("truncated, found %d of %d bytes".formatted(found, expected));
    }
    return true;
  }

  private HttpResponse<Path> send(Path file) throws IOException, InterruptedException {
    // A new file: an attempt that failed may have left more bytes than this one writes.
    Files.deleteIfExists(file);
    HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(patience.dividedBy(3))
            .build();
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .header("User-Agent", "momentgan")
            .timeout(patience)
            .GET()
            .build();
    AtomicLong received = new AtomicLong();
    CompletableFuture<HttpResponse<Path>> response =
        client.sendAsync(
            request,
            info ->
                info.statusCode() == OK
                    ? new Capped(
                        BodySubscribers.ofFile(file, CREATE_NEW, WRITE), received, mostBytes)
                    : BodySubscribers.replacing(file));
    try {
      return await(response, received);
    } catch (ExecutionException e) {
      if (ExceptionUtils.indexOfType(e, TooLargeException.class) >= 0) {
        throw new DataException(
            "%s: found more than %d bytes, expected at most so many; download it by hand and set data.uri to the copy"
                .formatted(shown(), mostBytes),
            e);
      }
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
  }

  private HttpResponse<Path> await(
      CompletableFuture<HttpResponse<Path>> response, AtomicLong received)
      throws InterruptedException, ExecutionException, IOException {
    for (long before = 0; ; before = received.get()) {
      try {
        return response.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        long grown = received.get() - before;
        if (grown < STALL_BYTES) {
          response.cancel(true);
          throw new IOException(
              "no more than %d bytes within %d s".formatted(grown, patience.toSeconds()), e);
        }
      }
    }
  }

  private static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** Fails as soon as a body is larger than it may be. */
  private static final class Capped implements BodySubscriber<Path> {
    private final BodySubscriber<Path> file;
    private final AtomicLong received;
    private long left;
    private Flow.Subscription subscription;

    Capped(BodySubscriber<Path> file, AtomicLong received, long mostBytes) {
      this.file = file;
      this.received = received;
      this.left = mostBytes;
    }

    @Override
    public CompletionStage<Path> getBody() {
      return file.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      file.onSubscribe(given);
    }

    @Override
    public void onNext(List<ByteBuffer> body) {
      boolean fitted = left >= 0;
      long bytes = body.stream().mapToLong(ByteBuffer::remaining).sum();
      received.addAndGet(bytes);
      left -= bytes;
      if (left >= 0) {
        file.onNext(body);
      } else if (fitted) {
        subscription.cancel();
        file.onError(new TooLargeException());
      }
    }

    @Override
    public void onError(Throwable e) {
      file.onError(e);
    }

    @Override
    public void onComplete() {
      if (left >= 0) {
        file.onComplete();
      }
    }
  }

  private String shown() {
    return Credentials.withoutQuery(url.toString());
  }

  private static String describe(IOException e) {
    if (ExceptionUtils.indexOfType(e, UnresolvedAddressException.class) >= 0) {
      return "there is no host of this name";
    }
    if (e instanceof ConnectException) {
      return "the host takes no connection";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
