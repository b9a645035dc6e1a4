package io.momentgan.collective.hub;

import java.util.List;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.network.client.TransportClientBootstrap;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.crypto.AuthServerBootstrap;
import org.apache.spark.network.netty.SparkTransportConf;
import org.apache.spark.network.server.TransportServerBootstrap;
import org.apache.spark.network.util.TransportConf;
import scala.Option;

/** Spark's transport as the hub uses it: module {@code momentgan}, Spark's own security. */
final class HubTransport {
  private static final String MODULE = "momentgan";

  private HubTransport() {}

  /** Spark's settings, overridden by {@code spark.momentgan.io.*}; 0 threads for one per core. */
  static TransportConf conf(SparkConf conf, int threads) {
    SparkConf own =
        conf.clone()
            // Spark closes a connection after two minutes without traffic while an answer is due;
            // a worker may wait for the others up to train.deadline-seconds.
            .setIfMissing("spark.momentgan.io.connectionTimeout", "24h")
            .setIfMissing("spark.momentgan.io.connectionCreationTimeout", "30s");
    return SparkTransportConf.fromSparkConf(own, MODULE, threads, Option.empty());
  }

  static List<TransportServerBootstrap> server(TransportConf conf, SecurityManager security) {
    return security.isAuthenticationEnabled()
        ? List.of(new AuthServerBootstrap(conf, security))
        : List.of();
  }

  static List<TransportClientBootstrap> client(
      TransportConf conf, String application, SecurityManager security) {
    return security.isAuthenticationEnabled()
        ? List.of(new AuthClientBootstrap(conf, application, security))
        : List.of();
  }
}
