package io.momentgan.collective.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.collective.Collective;
import io.momentgan.collective.CollectiveException;
import io.momentgan.collective.CollectiveFactory;
import io.momentgan.collective.Group;
import io.momentgan.collective.Meeting;
import io.momentgan.collective.Message;
import io.momentgan.collective.Message.BatchMoments;
import io.momentgan.collective.Message.WeightedMean;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.moments.Moments;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract between the same processes with slices that they merge. */
class SlicedCollectiveTest extends HubCollectivesTest {
  private static final int FEATURES = 10_007;

  /** Of the driver's hub, which lets {@link FrameLimit#BYTES_OF_STRANGERS} more pass. */
  private static final long NOTHING = 0;

  private static final AtomicInteger RUNS = new AtomicInteger();

  @Override
  protected CollectiveFactory factory() {
    return (group, rank, meeting) ->
        loopback.join(
            processes.get(rank % 2), group, rank, meeting.size(), meeting.deadline(), NOTHING);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 8, 16})
  void theBitsAreThoseOfTheWholeFoldAndTheDriverSeesNoFeature(int size) {
    List<BatchMoments> contributions =
        IntStream.range(0, size).mapToObj(SlicedCollectiveTest::large).toList();
    assertThat(contributions.get(0).bytes()).isGreaterThan(4L * FrameLimit.BYTES_OF_STRANGERS);
    Message expected = Message.fold(List.copyOf(contributions));
    Group group = group();
    List<Collective> ends =
        IntStream.range(0, size).mapToObj(rank -> join(group, rank, size)).toList();
    for (int exchange = 0; exchange < 2; exchange++) {
      List<CompletableFuture<BatchMoments>> results =
          ends.stream()
              .map(
                  end ->
                      CompletableFuture.supplyAsync(
                          () -> end.merge(contributions.get(end.rank())),
                          SlicedCollectiveTest::run))
              .toList();
      assertThat(results).allSatisfy(r -> assertThat(r.join()).isEqualTo(expected));
    }
    ends.forEach(Collective::close);
    assertThat(processes)
        .allSatisfy(process -> assertThat(own(process).openRuns()).as("open runs").isZero());
  }

  private static Group group() {
    return new Group("run " + RUNS.incrementAndGet(), 2, 7, 0, 0);
  }

  private static Hub own(WorkerProcess process) {
    return process.own(loopback.hub().token());
  }

  private static void run(Runnable worker) {
    Thread thread = new Thread(worker, "worker");
    thread.setDaemon(true);
    thread.start();
  }

  private static Collective join(Group group, int rank, int size) {
    return loopback.join(processes.get(rank % 2), group, rank, size, Loopback.LONG, NOTHING);
  }

  @Test
  void messagesOfAnyShapeArePutTogetherAsTheyWere() {
    Random random = new Random(3);
    Stream<Message> messages =
        Stream.of(
            Message.NONE,
            new WeightedMean(Wire.EXACT, 3, 1),
            new WeightedMean(Wire.EXACT, 3, random.doubles(10).toArray()),
            new BatchMoments(
                Wire.EXACT, List.of(), List.of(), new WeightedMean(Wire.EXACT, 2, 1, 2, 3)),
            new WeightedMean(Wire.BF16, 3, 0.5, 2),
            new BatchMoments(
                Wire.FLOAT, large(2).generated(), List.of(), new WeightedMean(Wire.EXACT, 1, 0.1)),
            large(1));
    assertThat(messages)
        .allSatisfy(
            message ->
                assertThat(IntStream.rangeClosed(1, 20))
                    .allSatisfy(
                        slices ->
                            assertThat(MessageSlices.join(MessageSlices.cut(message, slices)))
                                .isEqualTo(message)));
  }

  @Test
  void smallMessagesGoToTheDriver() {
    Meeting meeting = new Meeting(2, Loopback.LONG, 1 << 20, 100);
    assertThat(meeting.bySlices(new WeightedMean(Wire.EXACT, 1, new double[5]))).isFalse();
    assertThat(meeting.bySlices(new WeightedMean(Wire.EXACT, 1, new double[6]))).isTrue();
    assertThat(meeting.bySlices(new WeightedMean(Wire.FLOAT, 1, new double[10]))).isFalse();
    Meeting alone = new Meeting(1, Loopback.LONG, 1 << 20, 0);
    assertThat(alone.bySlices(large(0))).isFalse();
  }

  @Test
  void aLostProcessFailsTheExchangeAndTheNextAttemptGoesOn() throws Exception {
    WorkerProcess dying = loopback.process();
    Group group = group();
    Collective zero = join(group, 0, 3);
    Collective one = loopback.join(dying, group, 1, 3, Loopback.LONG, NOTHING);
    Collective two = join(group, 2, 3);
    List<CompletableFuture<Message>> first =
        Stream.of(zero, one, two).map(SlicedCollectiveTest::merging).toList();
    CompletableFuture.allOf(first.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
    CompletableFuture<Message> waiting = merging(zero);
    Thread.sleep(200);
    dying.close();
    assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(CollectiveException.class)
        .message()
        .containsAnyOf("Worker [1] lost the connection", "The connection to the hub at");
    assertThatThrownBy(() -> two.merge(large(2))).isInstanceOf(CollectiveException.class);
    Stream.of(zero, two).forEach(Collective::close);
    // Within the stage, where the hub would refuse it if one had left as after a finished round.
    Group again = new Group(group.run(), group.round(), group.stage(), 1, 0);
    List<CompletableFuture<Message>> results =
        IntStream.range(0, 3).mapToObj(rank -> merging(join(again, rank, 3))).toList();
    Message expected = Message.fold(List.of(large(0), large(1), large(2)));
    assertThat(results).allSatisfy(r -> assertThat(r.join()).isEqualTo(expected));
  }

  private static CompletableFuture<Message> merging(Collective end) {
    return CompletableFuture.supplyAsync(
        () -> end.merge(large(end.rank())), SlicedCollectiveTest::run);
  }

  @Test
  void aWorkerThatGivesUpBetweenExchangesFreesTheOthers() throws Exception {
    Group group = group();
    Collective zero = join(group, 0, 2);
    Collective one = join(group, 1, 2);
    CompletableFuture<Message> first = merging(zero);
    one.merge(large(1));
    first.get(30, TimeUnit.SECONDS);
    CompletableFuture<Message> waiting = merging(zero);
    Thread.sleep(100);
    one.abort("its disk is full");
    one.close();
    assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
        .cause()
        .hasMessageContaining("Worker 1 gave up: its disk is full");
    zero.close();
  }

  @Test
  void aStrangerIsRefusedByTheWorkersHubsToo() throws Exception {
    Group group = group();
    Collective zero = join(group, 0, 2);
    Collective one = join(group, 1, 2);
    Message expected = Message.fold(List.of(large(0), large(1)));
    CompletableFuture<Integer> attack =
        CompletableFuture.supplyAsync(
            () -> Strangers.attack(own(processes.get(1)).port(), group.run()),
            SlicedCollectiveTest::run);
    do {
      CompletableFuture<Message> other = merging(zero);
      assertThat(one.merge((Message) large(1))).isEqualTo(expected);
      assertThat(other.get(30, TimeUnit.SECONDS)).isEqualTo(expected);
    } while (!attack.isDone());
    assertThat(attack.get()).isEqualTo(Strangers.messages(group.run()).size());
    Stream.of(zero, one).forEach(Collective::close);
  }

  @Test
  void aProcessThatCannotListenSaysWhatToDo() {
    try (WorkerProcess elsewhere =
        new WorkerProcess(Loopback.conf(), Loopback.security(Loopback.conf()), "192.0.2.1")) {
      assertThatThrownBy(() -> elsewhere.own(new Token()))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("No hub can listen at 192.0.2.1:0")
          .hasMessageContaining("averaging.path=driver");
    }
  }

  private static BatchMoments large(int seed) {
    List<Moments> generated = new ArrayList<>();
    for (int cluster = 0; cluster < 2; cluster++) {
      double[] rows = new Random(10L * seed + cluster).doubles(3L * FEATURES).toArray();
      generated.add(Moments.of(rows, FEATURES));
    }
    return new BatchMoments(
        Wire.EXACT, generated, List.of(), new WeightedMean(Wire.EXACT, 3, seed, 0.5));
  }
}
