package io.momentgan.collective.hub;

import io.momentgan.collective.CollectiveException;
import io.momentgan.collective.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process's connection to a hub, shared by its tasks, opened when one needs it. */
final class HubClient {
  private static final Logger LOG = LoggerFactory.getLogger(HubClient.class);

  private final String host;
  private final int port;
  private final TransportClientFactory connections;

  HubClient(TransportClientFactory connections, String host, int port) {
    this.host = host;
    this.port = port;
    this.connections = connections;
  }

  /** Sends a request and waits for the answer. */
  Message ask(Request request, Token token, Duration limit) throws InterruptedException {
    return send(request, token).await(limit);
  }

  /** Sends a request without waiting. */
  Answer send(Request request, Token token) throws InterruptedException {
    CompletableFuture<Message> answer = new CompletableFuture<>();
    TransportClient connection = connect();
    long id = connection.sendRpc(request.encode(token), completing(answer));
    return new Answer(answer, connection, id);
  }

  /** The hub's answer, which may be still to come. */
  final class Answer {
    private final CompletableFuture<Message> message;
    private final TransportClient connection;
    private final long id;

    private Answer(CompletableFuture<Message> message, TransportClient connection, long id) {
      this.message = message;
      this.connection = connection;
      this.id = id;
    }

    /** Fails with the hub's reason, or when the hub does not answer. */
    Message await(Duration limit) throws InterruptedException {
      try {
        return message.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        throw failure(e.getCause());
      } catch (TimeoutException e) {
        connection.removeRpcRequest(id);
        throw new CollectiveException(
            "No answer of %s within %d s".formatted(HubClient.this, limit.toSeconds()), e);
      }
    }
  }

  /** Sends a request that needs no answer; the hub notices a lost connection by itself. */
  void tell(Request request, Token token) {
    try {
      connect().send(request.encode(token));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (CollectiveException e) {
      LOG.debug("Not sent to the hub: {}", request.kind(), e);
    }
  }

  private TransportClient connect() throws InterruptedException {
    try {
      return connections.createClient(host, port);
    } catch (IOException | RuntimeException e) {
      // Spark's factory also passes on the exceptions of its bootstraps.
      throw new CollectiveException(
          "No connection to %s: it cannot be reached or refuses this process: %s"
              .formatted(this, e.getMessage()),
          e);
    }
  }

  private CollectiveException failure(Throwable cause) {
    return cause instanceof CollectiveException refusal
        ? new CollectiveException(refusal.getMessage())
        : new CollectiveException(
            "The connection to %s was lost: %s".formatted(this, cause.getMessage()), cause);
  }

  private static RpcResponseCallback completing(CompletableFuture<Message> answer) {
    return new RpcResponseCallback() {
      @Override
      public void onSuccess(ByteBuffer response) {
        try {
          answer.complete(Reply.decode(response));
        } catch (RuntimeException e) {
          answer.completeExceptionally(e);
        }
      }

      @Override
      public void onFailure(Throwable e) {
        answer.completeExceptionally(e);
      }
    };
  }

  @Override
  public String toString() {
    return "the hub at %s:%d".formatted(host, port);
  }
}
