package io.momentgan.collective.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.collective.Collective;
import io.momentgan.collective.CollectiveException;
import io.momentgan.collective.Group;
import io.momentgan.collective.Message.BatchMoments;
import io.momentgan.collective.Message.WeightedMean;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.moments.Moments;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What only the networked implementation can do wrong. */
@Timeout(60)
class HubTest {
  private static final Group FIRST = new Group("run", 2, 7, 0, 0);
  private static final Group SECOND = new Group("run", 2, 7, 1, 0);
  private static final String[] AUTHENTICATED = {
    "spark.authenticate=true", "spark.network.crypto.enabled=true"
  };

  @ParameterizedTest
  @ValueSource(
      strings = {"spark.network.crypto.enabled=true", "spark.network.crypto.enabled=false"})
  void aProcessWithTheSecretIsLetIn(String encryption) throws Exception {
    try (Loopback loopback = new Loopback("spark.authenticate=true", encryption)) {
      BatchMoments merged = exchange(loopback, moments(0, 784), moments(1, 784));
      assertThat(merged.generated()).containsExactly(moments(0, 784).merge(moments(1, 784)));
    }
  }

  @Test
  void aProcessWithAnotherSecretIsRefused() {
    try (Loopback loopback = new Loopback(AUTHENTICATED)) {
      HubClient stranger =
          loopback.client(AUTHENTICATED[0], AUTHENTICATED[1], "spark.authenticate.secret=guessed");
      assertThatThrownBy(() -> loopback.join(stranger, FIRST, 0, 1))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("refuses this process");
      assertThat(loopback.hub().openGroups()).isZero();
    }
  }

  @Test
  void aProcessWithoutASecretIsRefused() {
    try (Loopback loopback = new Loopback(AUTHENTICATED)) {
      HubClient stranger = loopback.client("spark.authenticate=false");
      assertThatThrownBy(() -> loopback.join(stranger, FIRST, 0, 1))
          .isInstanceOf(CollectiveException.class);
      assertThat(loopback.hub().openGroups()).isZero();
    }
  }

  @Test
  void aMillionFeaturesCrossBitForBit() throws Exception {
    try (Loopback loopback = new Loopback()) {
      Moments a = moments(0, 1_000_000);
      Moments b = moments(1, 1_000_000);
      assertThat(exchange(loopback, a, b).generated()).containsExactly(a.merge(b));
    }
  }

  @Test
  void aLostConnectionFailsTheGroupAtOnceAndSaysHowFarEachGot() throws Exception {
    try (Loopback loopback = new Loopback()) {
      WorkerProcess dying = loopback.process();
      Collective zero = loopback.join(loopback.client(), FIRST, 0, 3);
      Collective one = loopback.join(loopback.client(dying), FIRST, 1, 3);
      CompletableFuture<BatchMoments> waiting =
          CompletableFuture.supplyAsync(() -> zero.merge(message(moments(0, 3))));
      awaitExchange(waiting);
      dying.close();
      assertFails(waiting, "Worker [1] lost the connection to the hub")
          .hasMessageContaining("round 3 of run (stage 7, attempt 0.0)")
          .hasMessageContaining("at exchange 1")
          .hasMessageContaining("before exchange 1")
          .hasMessageContaining("worker 2 never joined");
      assertThatThrownBy(() -> loopback.join(loopback.client(), FIRST, 2, 3))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("Worker [1] lost the connection");
      assertThat(one.rank()).isEqualTo(1);
    }
  }

  @Test
  void aNewerAttemptEndsTheOlderAndRefusesItsWorkers() throws Exception {
    try (Loopback loopback = new Loopback()) {
      HubClient client = loopback.client();
      Collective old = loopback.join(client, FIRST, 0, 2);
      CompletableFuture<BatchMoments> waiting =
          CompletableFuture.supplyAsync(() -> old.merge(message(moments(0, 3))));
      awaitExchange(waiting);
      Collective next = loopback.join(client, SECOND, 0, 1);
      assertFails(waiting, "Another attempt has begun: round 3 of run (stage 7, attempt 1.0)");
      assertThatThrownBy(() -> old.merge(message(moments(0, 3))))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("comes too late")
          .hasMessageContaining("attempt 1.0) has begun");
      assertThatThrownBy(() -> loopback.join(client, FIRST, 1, 2))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("Worker 1 of round 3 of run (stage 7, attempt 0.0) comes too late");
      old.abort("of no interest to the newer attempt");
      old.close();
      assertThat(next.merge(message(moments(0, 3)))).isEqualTo(message(moments(0, 3)));
    }
  }

  @Test
  void aTaskThatIsRunAgainAloneIsToldThatTheOthersAreDone() throws Exception {
    try (Loopback loopback = new Loopback()) {
      HubClient client = loopback.client();
      loopback.join(client, FIRST, 0, 2).close();
      Collective one = loopback.join(client, FIRST, 1, 2);
      one.abort("its executor is out of memory");
      one.close();
      for (int retry = 1; retry <= 3; retry++) {
        Group again = new Group("run", 2, 7, retry / 3, retry % 3);
        assertThatThrownBy(() -> loopback.join(client, again, 1, 2))
            .isInstanceOf(CollectiveException.class)
            .hasMessageContaining("Worker [0] is done with the round and will not come again");
      }
      Group wholeRound = new Group("run", 2, 8, 0, 0);
      assertThat(loopback.join(client, wholeRound, 1, 2).rank()).isEqualTo(1);
    }
  }

  @Test
  void aWorkerThatLeavesBetweenExchangesIsNotWaitedFor() throws Exception {
    try (Loopback loopback = new Loopback()) {
      HubClient client = loopback.client();
      Collective zero = loopback.join(client, FIRST, 0, 2);
      loopback.join(client, FIRST, 1, 2).close();
      assertThatThrownBy(() -> zero.merge(message(moments(0, 3))))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("Worker [1] left before exchange 1");
    }
  }

  @Test
  void momentsThatDoNotFitTogetherFailTheGroup() throws Exception {
    try (Loopback loopback = new Loopback()) {
      assertThatThrownBy(() -> exchange(loopback, moments(0, 3), moments(1, 4)))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("do not fit together");
    }
  }

  @Test
  void messagesOfDifferentKindsFailTheGroup() throws Exception {
    try (Loopback loopback = new Loopback()) {
      Collective zero = loopback.join(loopback.client(), FIRST, 0, 2);
      Collective one = loopback.join(loopback.client(), FIRST, 1, 2);
      CompletableFuture<BatchMoments> other =
          CompletableFuture.supplyAsync(() -> one.merge(message(moments(0, 3))));
      assertThatThrownBy(() -> zero.merge(new WeightedMean(Wire.EXACT, 1, 2)))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("found BatchMoments, expected WeightedMean");
      assertFails(other, "do not fit together");
    }
  }

  @Test
  void aHubThatDoesNotAnswerIsNotWaitedForLongerThanTheLimit() {
    try (Loopback loopback = new Loopback()) {
      HubClient client = loopback.client();
      loopback.join(client, FIRST, 0, 2);
      Request unanswered =
          new Request(Request.Kind.MERGE, FIRST, 0, 2, 1, "", message(moments(0, 3)));
      assertThatThrownBy(
              () -> client.ask(unanswered, loopback.hub().token(), Duration.ofMillis(200)))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("No answer of the hub at 127.0.0.1");
    }
  }

  @Test
  void aRankJoinsOnce() {
    try (Loopback loopback = new Loopback()) {
      HubClient client = loopback.client();
      loopback.join(client, FIRST, 0, 2);
      assertThatThrownBy(() -> loopback.join(client, FIRST, 0, 2))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("joined its group twice");
    }
  }

  @Test
  void groupsEndWithTheirLastMember() throws Exception {
    try (Loopback loopback = new Loopback()) {
      HubClient client = loopback.client();
      Collective zero = loopback.join(client, FIRST, 0, 2);
      Collective one = loopback.join(client, FIRST, 1, 2);
      assertThat(loopback.hub().openGroups()).isEqualTo(1);
      zero.close();
      one.close();
      assertThat(loopback.hub().openGroups()).isZero();
      assertThatThrownBy(() -> zero.merge(message(moments(0, 3))))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("is over");
    }
  }

  @Test
  void theEndOfTheApplicationFreesWhoeverWaits() throws Exception {
    Loopback loopback = new Loopback();
    Collective zero = loopback.join(loopback.client(), FIRST, 0, 2);
    CompletableFuture<BatchMoments> waiting =
        CompletableFuture.supplyAsync(() -> zero.merge(message(moments(0, 3))));
    awaitExchange(waiting);
    int port = loopback.hub().port();
    loopback.hub().close();
    assertThatThrownBy(() -> waiting.get(5, TimeUnit.SECONDS))
        .cause()
        .isInstanceOf(CollectiveException.class)
        .message()
        .containsAnyOf("The application has ended", "The connection to the hub");
    loopback.close();
    assertThat(isOpen(InetAddress.getLoopbackAddress(), port)).isFalse();
  }

  @Test
  void nothingListensOnOtherAddresses() throws Exception {
    try (Loopback loopback = new Loopback()) {
      int port = loopback.hub().port();
      assertThat(isOpen(InetAddress.getLoopbackAddress(), port)).isTrue();
      for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
        for (InetAddress address : network.inetAddresses().toList()) {
          assertThat(address.isLoopbackAddress() || !isOpen(address, port)).isTrue();
        }
      }
    }
  }

  @Test
  void aPortOfTheDriverThatIsTakenIsNamedWithItsSetting() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      SparkConf conf =
          new SparkConf()
              .setMaster("local[1]")
              .setAppName("taken")
              .set("spark.ui.enabled", "false")
              .set("spark.driver.host", "127.0.0.1")
              .set("spark.plugins", MomentGanPlugin.class.getName())
              .set("spark.momentgan.hub.port", "" + taken.getLocalPort());
      assertThatThrownBy(() -> new SparkContext(conf).stop())
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("No hub can listen at 127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("spark.momentgan.hub.port");
    }
  }

  private static boolean isOpen(InetAddress address, int port) throws Exception {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** What two workers in two processes get. */
  private static BatchMoments exchange(Loopback loopback, Moments a, Moments b) throws Exception {
    Collective zero = loopback.join(loopback.client(), FIRST, 0, 2);
    Collective one = loopback.join(loopback.client(), FIRST, 1, 2);
    CompletableFuture<BatchMoments> other =
        CompletableFuture.supplyAsync(() -> one.merge(message(b)));
    BatchMoments merged = zero.merge(message(a));
    assertThat(other.get(30, TimeUnit.SECONDS)).isEqualTo(merged);
    return merged;
  }

  private static void awaitExchange(CompletableFuture<?> waiting) throws InterruptedException {
    Thread.sleep(300);
    assertThat(waiting).isNotDone();
  }

  private static AbstractThrowableAssert<?, ?> assertFails(
      CompletableFuture<?> waiting, String message) {
    return assertThatThrownBy(() -> waiting.get(5, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(CollectiveException.class)
        .hasMessageContaining(message);
  }

  private static Moments moments(int seed, int features) {
    return Moments.of(new Random(seed).doubles(2L * features).toArray(), features);
  }

  private static BatchMoments message(Moments moments) {
    return new BatchMoments(
        Wire.EXACT, List.of(moments), List.of(), new WeightedMean(Wire.EXACT, 1, 0.5));
  }
}
