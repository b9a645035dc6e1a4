package io.momentgan.collective.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.collective.Collective;
import io.momentgan.collective.CollectiveException;
import io.momentgan.collective.Group;
import io.momentgan.collective.Meeting;
import io.momentgan.collective.Message;
import io.momentgan.collective.Message.BatchMoments;
import io.momentgan.collective.Message.WeightedMean;
import io.momentgan.collective.Registration;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.moments.Moments;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Strangers on the network of a hub without Spark's authentication. */
@Timeout(60)
class HubAttackTest {
  private static final int EXCHANGES = 60;
  private static final Group GROUP = new Group("run", 2, 7, 0, 0);

  @Test
  void noMessageOfAStrangerChangesABit() throws Exception {
    List<BatchMoments> undisturbed;
    try (Loopback loopback = new Loopback()) {
      undisturbed = exchanges(loopback, () -> false);
    }
    try (Loopback loopback = new Loopback()) {
      CompletableFuture<Integer> attack =
          CompletableFuture.supplyAsync(() -> Strangers.attack(loopback.hub().port(), "run"));
      assertThat(exchanges(loopback, () -> !attack.isDone())).isEqualTo(undisturbed);
      assertThat(attack.get(20, TimeUnit.SECONDS)).isEqualTo(Strangers.messages("run").size());
      assertThat(loopback.hub().openRuns()).isEqualTo(1);
    }
  }

  private interface Condition {
    boolean holds();
  }

  /**
   * What two workers get from exchange to exchange, as many as there are and then while it holds.
   */
  private static List<BatchMoments> exchanges(Loopback loopback, Condition goesOn)
      throws Exception {
    Collective zero = loopback.join(loopback.client(), GROUP, 0, 2);
    Collective one = loopback.join(loopback.client(), GROUP, 1, 2);
    List<BatchMoments> merged = new ArrayList<>();
    for (int i = 0; i < EXCHANGES || goesOn.holds(); i++) {
      BatchMoments second = message(2L * i + 1);
      CompletableFuture<BatchMoments> other =
          CompletableFuture.supplyAsync(() -> one.merge(second));
      BatchMoments result = zero.merge(message(2L * i));
      assertThat(other.get(30, TimeUnit.SECONDS)).isEqualTo(result);
      if (i < EXCHANGES) {
        merged.add(result);
      }
    }
    return merged;
  }

  private static BatchMoments message(long seed) {
    return new BatchMoments(
        Wire.EXACT,
        List.of(Moments.of(new Random(seed).doubles(2L * 5).toArray(), 5)),
        List.of(),
        new WeightedMean(Wire.EXACT, 1, 0.5));
  }

  @Test
  void aFrameIsRefusedBeforeItIsCollected() throws Exception {
    try (Loopback loopback = new Loopback()) {
      long before = used();
      for (long length : new long[] {1L << 30, Integer.MAX_VALUE, 1 << 20, -1, 0, 7}) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), loopback.hub().port())) {
          socket.setSoTimeout(10_000);
          send(socket, length);
          InputStream in = socket.getInputStream();
          assertThat(isClosed(in)).as("a frame of %d bytes", length).isTrue();
        }
      }
      assertThat(used() - before).isLessThan(64 << 20);
    }
  }

  private static void send(Socket socket, long length) {
    try {
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeLong(length);
      for (int i = 0; i < 64; i++) {
        out.write(new byte[1 << 16]);
      }
    } catch (IOException e) {
      // The hub has closed the connection.
    }
  }

  private static boolean isClosed(InputStream in) {
    try {
      return in.read() < 0;
    } catch (IOException e) {
      return e.getMessage().contains("reset");
    }
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void aWorkerSpeaksOnItsOwnConnectionOnly() throws Exception {
    try (Loopback loopback = new Loopback()) {
      Collective zero = loopback.join(loopback.client(), GROUP, 0, 2);
      Collective one = loopback.join(loopback.client(), GROUP, 1, 2);
      HubClient third = loopback.client();
      Token token = loopback.hub().token();
      third.tell(new Request(Request.Kind.ABORT, GROUP, 1, 2, 1, "no", Message.NONE), token);
      for (Request.Kind kind :
          List.of(Request.Kind.MERGE, Request.Kind.FINISH, Request.Kind.LEAVE)) {
        Request request = new Request(kind, GROUP, 1, 2, 1, "", message(3));
        assertThatThrownBy(() -> third.ask(request, token, Duration.ofSeconds(10)))
            .isInstanceOf(CollectiveException.class)
            .hasMessageContaining("has not joined on this connection");
      }
      CompletableFuture<BatchMoments> other =
          CompletableFuture.supplyAsync(() -> one.merge(message(1)));
      assertThat(zero.merge(message(0))).isEqualTo(message(0).merge(message(1)));
      assertThat(other.get(10, TimeUnit.SECONDS)).isNotNull();
    }
  }

  @Test
  void onlyWhatTheDriverRegistersIsJoined() throws Exception {
    try (Loopback loopback = new Loopback()) {
      HubClient client = loopback.client();
      assertRefused(loopback, client, GROUP, 2, "the run is not under way");
      Registration run = loopback.hub().register("run", new Meeting(2, Loopback.LONG, 1 << 20, 0));
      assertRefused(loopback, client, GROUP, 2, "is not expected");
      run.admit(2);
      assertRefused(loopback, client, new Group("run", 3, 9, 0, 0), 2, "is not expected");
      assertRefused(loopback, client, GROUP, 3, "is not expected");
      Collective zero =
          HubCollective.join(
              client, loopback.hub().token(), GROUP, 0, Meeting.of(2, Loopback.LONG));
      CompletableFuture<BatchMoments> waiting =
          CompletableFuture.supplyAsync(() -> zero.merge(message(0)));
      Thread.sleep(200);
      run.close();
      assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
          .cause()
          .hasMessageContaining("The run has ended");
      assertThat(loopback.hub().openRuns()).isZero();
      assertRefused(loopback, client, GROUP, 2, "the run is not under way");
    }
  }

  private static void assertRefused(
      Loopback loopback, HubClient client, Group group, int size, String reason) {
    assertThatThrownBy(
            () ->
                HubCollective.join(
                    client, loopback.hub().token(), group, 0, Meeting.of(size, Loopback.LONG)))
        .isInstanceOf(CollectiveException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void aMessageOfTheApplicationThatIsNoRequestIsRefused() throws Exception {
    try (Loopback loopback = new Loopback();
        TransportContext context =
            new TransportContext(Hub.transport(Loopback.conf(), 1), new NoOpRpcHandler());
        TransportClientFactory connections = context.createClientFactory()) {
      for (String text : List.of("", "?", "m\u0000\u0000\u0000\u007f", "j" + "\u007f".repeat(99))) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer message = ByteBuffer.allocate(Token.BYTES + bytes.length);
        loopback.hub().token().write(message.order(ByteOrder.LITTLE_ENDIAN));
        message.put(bytes).flip();
        TransportClient client =
            connections.createUnmanagedClient("127.0.0.1", loopback.hub().port());
        assertThatThrownBy(() -> client.sendRpcSync(message, 10_000))
            .hasMessageContaining("cannot read this request");
        client.close();
      }
    }
  }
}
