package io.momentgan.collective.hub;

import io.momentgan.collective.CollectiveException;
import java.util.List;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.apache.spark.network.util.TransportConf;

/**
 * What the workers of a process share: connections to the hubs of the driver and of other workers,
 * and a hub of their own, where others hand in slices of large messages.
 */
final class WorkerProcess implements AutoCloseable {
  private final SparkConf conf;
  private final SecurityManager security;
  private final String host;
  private final TransportContext context;
  private final TransportClientFactory connections;
  private Hub own;

  /**
   * Connects to nothing yet.
   *
   * @param host the name or address of this process for the others
   */
  WorkerProcess(SparkConf conf, SecurityManager security, String host) {
    this.conf = conf;
    this.security = security;
    this.host = host;
    TransportConf transport = Hub.transport(conf, 1);
    this.context = new TransportContext(transport, new NoOpRpcHandler());
    this.connections =
        context.createClientFactory(
            security.isAuthenticationEnabled()
                ? List.of(
                    new AuthClientBootstrap(transport, conf.get("spark.app.id", ""), security))
                : List.of());
  }

  /** A hub by its address, HOST:PORT. */
  HubClient hub(String address) {
    int colon = address.lastIndexOf(':');
    return new HubClient(
        connections, address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
  }

  /**
   * This process's own hub, opened when it is first asked for.
   *
   * @param token the application's, without which it takes no message
   * @throws CollectiveException when it cannot listen
   */
  synchronized Hub own(Token token) {
    if (own == null) {
      try {
        own = Hub.open(conf, security, host, 0, token);
      } catch (CollectiveException e) {
        throw new CollectiveException(
            e.getMessage() + "; workers need one to merge slices, else set averaging.path=driver",
            e);
      }
    }
    return own;
  }

  /** The address of the own hub. */
  String address(Hub hub) {
    return host + ":" + hub.port();
  }

  @Override
  public synchronized void close() {
    connections.close();
    context.close();
    if (own != null) {
      own.close();
    }
  }
}
