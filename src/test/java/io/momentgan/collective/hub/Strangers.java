package io.momentgan.collective.hub;

import io.momentgan.collective.CollectiveException;
import io.momentgan.collective.Group;
import io.momentgan.collective.Message;
import io.momentgan.collective.Message.WeightedMean;
import io.momentgan.config.AveragingConfig.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.server.NoOpRpcHandler;

/** Processes on the network that know all of an application but its token. */
public final class Strangers {
  private static final Token GUESSED = new Token();

  private Strangers() {}

  /** Each kind of message for groups of now, of later and of nobody, with odd sizes and numbers. */
  static List<ByteBuffer> messages(String run) {
    List<ByteBuffer> all = new ArrayList<>();
    Message huge = new WeightedMean(Wire.EXACT, 1, new double[5000]);
    List<Group> groups =
        List.of(
            new Group(run, 2, 7, 0, 0), new Group(run, 2, 99, 0, 0), new Group("x", 0, 0, 0, 0));
    for (Request.Kind kind : Request.Kind.values()) {
      for (Group group : groups) {
        for (int size : new int[] {2, Integer.MAX_VALUE, -1}) {
          for (long number : new long[] {1, Long.MAX_VALUE, -1}) {
            Request request = new Request(kind, group, 0, size, number, "x", huge);
            ByteBuffer guessed = request.encode(GUESSED);
            all.add(guessed.duplicate());
            all.add(guessed.duplicate().position(Token.BYTES).slice()); // without any token
          }
        }
      }
    }
    all.add(ByteBuffer.allocate(0));
    all.add(ByteBuffer.allocate(1));
    all.add(ByteBuffer.allocate(Token.BYTES));
    all.add(ByteBuffer.allocate(60_000));
    return all;
  }

  /** Sends each message on a connection of its own, both ways; returns how many were refused. */
  static int attack(int port, String run) {
    int refused = 0;
    try (TransportContext context =
            new TransportContext(Hub.transport(Loopback.conf(), 1), new NoOpRpcHandler());
        TransportClientFactory connections = context.createClientFactory()) {
      for (ByteBuffer message : messages(run)) {
        TransportClient once = connections.createUnmanagedClient("127.0.0.1", port);
        once.send(message.duplicate());
        TransportClient client = connections.createUnmanagedClient("127.0.0.1", port);
        try {
          client.sendRpcSync(message, 10_000);
        } catch (RuntimeException e) {
          refused++;
        }
        once.close();
        client.close();
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return refused;
  }

  /**
   * Attacks the hub of this process as soon as there is one.
   *
   * @param run name of the run that is trained
   * @return whether every message was refused
   */
  public static boolean attackTheApplication(String run) {
    while (true) {
      try {
        return attack(HubCollectives.hub().port(), run) == messages(run).size();
      } catch (CollectiveException e) {
        Thread.onSpinWait(); // no hub yet
      }
    }
  }
}
