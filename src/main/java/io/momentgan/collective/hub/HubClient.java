package io.momentgan.collective.hub;

import io.momentgan.collective.CollectiveException;
import io.momentgan.moments.Moments;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.apache.spark.network.util.TransportConf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process's connection to the hub, shared by its tasks, opened when one needs it. */
final class HubClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HubClient.class);

  private final String host;
  private final int port;
  private final TransportContext context;
  private final TransportClientFactory connections;

  /**
   * Prepares the connection.
   *
   * @param conf the application's settings, with its id
   * @param security knows the application's secret where there is one
   * @param host where the hub listens
   * @param port where the hub listens
   */
  HubClient(SparkConf conf, SecurityManager security, String host, int port) {
    this.host = host;
    this.port = port;
    TransportConf transport = HubTransport.conf(conf, 1);
    String application = conf.get("spark.app.id", "");
    this.context = new TransportContext(transport, new NoOpRpcHandler());
    this.connections =
        context.createClientFactory(HubTransport.client(transport, application, security));
  }

  /**
   * Asks the hub and waits.
   *
   * @param request what to ask
   * @param limit how long to wait
   * @return the merged moments
   * @throws CollectiveException with the hub's reason, or when it cannot be reached
   */
  List<Moments> ask(Request request, Duration limit) throws InterruptedException {
    return send(request).await(limit);
  }

  /**
   * Asks the hub and does not wait.
   *
   * @param request what to ask
   * @return the answer to come
   * @throws CollectiveException when the hub cannot be reached
   */
  Answer send(Request request) throws InterruptedException {
    CompletableFuture<List<Moments>> answer = new CompletableFuture<>();
    TransportClient connection = connect();
    long id = connection.sendRpc(request.encode(), completing(answer));
    return new Answer(answer, connection, id);
  }

  /** An answer of the hub that may be still to come. */
  final class Answer {
    private final CompletableFuture<List<Moments>> moments;
    private final TransportClient connection;
    private final long id;

    private Answer(CompletableFuture<List<Moments>> moments, TransportClient connection, long id) {
      this.moments = moments;
      this.connection = connection;
      this.id = id;
    }

    /**
     * Waits for the answer.
     *
     * @param limit how long to wait
     * @return the merged moments
     * @throws CollectiveException with the hub's reason, or when it does not answer
     */
    List<Moments> await(Duration limit) throws InterruptedException {
      try {
        return moments.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        throw failure(e.getCause());
      } catch (TimeoutException e) {
        connection.removeRpcRequest(id);
        throw new CollectiveException(
            "No answer of %s within %d s".formatted(HubClient.this, limit.toSeconds()), e);
      }
    }
  }

  /** Says something that needs no answer; the hub hears of a lost connection by itself. */
  void tell(Request request) {
    try {
      connect().send(request.encode());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (CollectiveException e) {
      LOG.debug("Not told to the hub: {}", request.kind(), e);
    }
  }

  private TransportClient connect() throws InterruptedException {
    try {
      return connections.createClient(host, port);
    } catch (IOException | RuntimeException e) {
      // Spark's factory also throws what its bootstraps throw.
      throw new CollectiveException(
          "No connection to %s: it cannot be reached or refuses this process: %s"
              .formatted(this, e.getMessage()),
          e);
    }
  }

  private CollectiveException failure(Throwable cause) {
    return cause instanceof CollectiveException told
        ? new CollectiveException(told.getMessage())
        : new CollectiveException(
            "The connection to %s was lost: %s".formatted(this, cause.getMessage()), cause);
  }

  private static RpcResponseCallback completing(CompletableFuture<List<Moments>> answer) {
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
  public void close() {
    connections.close();
    context.close();
  }

  @Override
  public String toString() {
    return "the hub at %s:%d".formatted(host, port);
  }
}
