package io.momentgan.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.collective.Message.BatchMoments;
import io.momentgan.collective.Message.WeightedMean;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.moments.Moments;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every implementation of {@link Collective} must do. */
@Timeout(60)
public abstract class CollectiveContractTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final int FEATURES = 5;

  private final ExecutorService workers = Executors.newCachedThreadPool();

  /** The implementation under test. */
  protected abstract CollectiveFactory factory();

  @AfterEach
  void stopWorkers() throws InterruptedException {
    workers.shutdownNow();
    assertThat(workers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  /** What a worker does with its end of the group. */
  interface Work<T> {
    T with(Collective collective) throws Exception;
  }

  @Test
  void everyWorkerGetsTheFoldInRankOrder() throws Exception {
    int size = 4;
    List<Moments> contributions = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      contributions.add(moments(rank));
    }
    Moments expected = contributions.stream().reduce(Moments::merge).orElseThrow();
    List<Message> results =
        results(run(size, LONG, c -> c.merge(message(contributions.get(c.rank())))));
    assertThat(results)
        .hasSize(size)
        .allSatisfy(r -> assertThat(((BatchMoments) r).generated()).containsExactly(expected));
  }

  @Test
  void resultsAreTheSameBitsWhateverTheOrderOfArrival() throws Exception {
    int size = 3;
    List<Message> first = results(run(size, LONG, this::mergeAfterAPause));
    for (int repetition = 0; repetition < 20; repetition++) {
      assertThat(results(run(size, LONG, this::mergeAfterAPause))).isEqualTo(first);
    }
  }

  @Test
  void manyExchangesStayApart() throws Exception {
    int size = 3;
    int exchanges = 500;
    List<Boolean> right =
        results(
            run(
                size,
                LONG,
                c -> {
                  for (int i = 0; i < exchanges; i++) {
                    double mean = c.merge(new WeightedMean(Wire.EXACT, 1, i, c.rank())).values()[0];
                    if (mean != i) {
                      return false;
                    }
                  }
                  return true;
                }));
    assertThat(right).containsOnly(true);
  }

  @Test
  void eachPartOfAMessageIsMergedByItself() throws Exception {
    List<BatchMoments> results =
        results(
            run(
                2,
                LONG,
                c ->
                    c.merge(
                        new BatchMoments(
                            Wire.EXACT,
                            List.of(moments(c.rank()), moments(c.rank() + 2)),
                            List.of(moments(c.rank() + 4)),
                            new WeightedMean(Wire.EXACT, 3, 10.0 * c.rank(), 7)))));
    assertThat(results.get(0).generated())
        .containsExactly(moments(0).merge(moments(1)), moments(2).merge(moments(3)));
    assertThat(results.get(0).real()).containsExactly(moments(4).merge(moments(5)));
    assertThat(results.get(0).losses().values()).containsExactly(5, 7);
    assertThat(results.get(0).losses().count()).isEqualTo(6);
  }

  @Test
  void meansCountByTheirRows() throws Exception {
    List<WeightedMean> results =
        results(
            run(
                2,
                LONG,
                c ->
                    c.merge(
                        new WeightedMean(
                            Wire.EXACT, c.rank() == 0 ? 1 : 3, c.rank() == 0 ? 4 : 8))));
    assertThat(results).containsOnly(new WeightedMean(Wire.EXACT, 4, 7));
  }

  @ParameterizedTest
  @EnumSource
  void numbersAreRoundedWhenTheyAreHandedInAndWhenAllAreMerged(Wire wire) throws Exception {
    int size = 3;
    List<Moments> own = IntStream.range(0, size).mapToObj(CollectiveContractTest::moments).toList();
    double[] gradient = new Random(5).doubles(FEATURES, -1, 1).toArray();
    Moments expected =
        rounded(own.stream().map(m -> rounded(m, wire)).reduce(Moments::merge).orElseThrow(), wire);
    WeightedMean losses = new WeightedMean(Wire.EXACT, 1, 0.1);
    List<BatchMoments> results =
        results(
            run(
                size,
                LONG,
                c ->
                    c.merge(
                        new BatchMoments(
                            wire, List.of(own.get(c.rank())), List.of(moments(9)), losses))));
    assertThat(results)
        .hasSize(size)
        .allSatisfy(
            result -> {
              assertThat(result.generated()).containsExactly(expected);
              assertThat(result.losses().values()[0]).isEqualTo(0.1, within(1e-15));
              assertThat(result.bytes())
                  .isEqualTo(2 * (Long.BYTES + 2L * wire.bytes() * FEATURES) + losses.bytes());
            });
    List<WeightedMean> means =
        results(run(size, LONG, c -> c.merge(new WeightedMean(wire, c.rank() + 1, gradient))));
    WeightedMean mean = new WeightedMean(wire, 6, wire.round(wire.round(gradient)));
    assertThat(means).hasSize(size).allSatisfy(m -> assertThat(m.count()).isEqualTo(6));
    // The mean of equal numbers is that number but for rounding in double.
    assertThat(means.get(0).values()).containsExactly(mean.values(), within(1e-15));
    assertThat(means).containsOnly(means.get(0));
  }

  private static Moments rounded(Moments moments, Wire wire) {
    return new Moments(moments.count(), wire.round(moments.mean()), wire.round(moments.m2()));
  }

  @Test
  void oneWorkerGetsItsOwn() throws Exception {
    assertThat(results(run(1, LONG, c -> c.merge(message(moments(7))))))
        .containsExactly(message(moments(7)));
  }

  @Test
  void theDeadlineNamesWhoIsMissing() {
    List<Future<Message>> futures =
        run(
            3,
            Duration.ofMillis(300),
            c -> c.rank() == 1 ? pause() : c.merge(message(moments(c.rank()))));
    assertThatThrownBy(() -> futures.get(0).get())
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(CollectiveException.class)
        .hasMessageContaining("worker [1] did not arrive")
        .hasMessageContaining("train.deadline-seconds");
    assertThatThrownBy(() -> futures.get(2).get()).cause().isInstanceOf(CollectiveException.class);
  }

  @Test
  void aWorkerThatComesAfterAnotherHasGivenUpIsToldSoAtOnce() {
    Group group = new Group("late", 0, 0, 0, 0);
    try (Collective early = factory().join(group, 0, Meeting.of(2, LONG))) {
      early.abort("its data is damaged");
    }
    assertThatThrownBy(() -> joinLate(group))
        .isInstanceOf(CollectiveException.class)
        .hasMessageContaining("its data is damaged");
  }

  private void joinLate(Group group) {
    try (Collective late = factory().join(group, 1, Meeting.of(2, LONG))) {
      late.merge(message(moments(1)));
    }
  }

  @Test
  void aWorkerThatGivesUpFreesTheOthers() {
    List<Future<Message>> futures =
        run(
            2,
            LONG,
            c -> {
              if (c.rank() == 0) {
                c.abort("its disk is full");
                return Message.NONE;
              }
              return c.merge(message(moments(1)));
            });
    assertThatThrownBy(() -> futures.get(1).get())
        .cause()
        .isInstanceOf(CollectiveException.class)
        .hasMessageContaining("Worker 0 gave up: its disk is full");
  }

  @Test
  void groupsOfDifferentAttemptsNeverMeet() throws Exception {
    Collective late = factory().join(attempt(0), 0, Meeting.of(2, Duration.ofMillis(200)));
    List<Message> results =
        results(run(attempt(1), 2, LONG, c -> c.merge(message(moments(c.rank())))));
    assertThat(results).hasSize(2);
    assertThatThrownBy(() -> late.merge(message(moments(0))))
        .isInstanceOf(CollectiveException.class);
    late.close();
  }

  @Test
  void aRankOutsideTheGroupIsRefused() {
    assertThatThrownBy(
            () -> factory().join(new Group("outside", 0, 0, 0, 0), 2, Meeting.of(2, LONG)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 of 2");
  }

  @Test
  void aWorkerGoesOnWhileAnExchangeIsUnderWay() throws Exception {
    List<Boolean> began = Collections.synchronizedList(new ArrayList<>());
    List<BatchMoments> merged =
        results(
            run(
                2,
                LONG,
                c -> {
                  // Rank 1 hands in only after rank 0 has gone on: were begin to wait, both would.
                  while (c.rank() == 1 && began.isEmpty()) {
                    Thread.sleep(1);
                  }
                  Exchange<BatchMoments> exchange = c.begin(message(moments(c.rank())));
                  began.add(true);
                  return exchange.await();
                }));
    assertThat(merged.get(0)).isEqualTo(merged.get(1));
    assertThat(merged.get(0).generated()).containsExactly(moments(0).merge(moments(1)));
  }

  @Test
  void twoExchangesAtOnceAreRefused() throws Exception {
    List<Boolean> refused =
        results(
            run(
                1,
                LONG,
                c -> {
                  Exchange<BatchMoments> first = c.begin(message(moments(1)));
                  assertThatThrownBy(() -> c.begin(message(moments(2))))
                      .isInstanceOf(IllegalStateException.class)
                      .hasMessageContaining("await it");
                  return first.await().equals(message(moments(1)));
                }));
    assertThat(refused).containsExactly(true);
  }

  private Message mergeAfterAPause(Collective c) throws InterruptedException {
    Thread.sleep(new Random().nextInt(5));
    return c.merge(message(moments(c.rank())));
  }

  private static Message pause() throws InterruptedException {
    Thread.sleep(5_000);
    return Message.NONE;
  }

  private <T> List<Future<T>> run(int size, Duration deadline, Work<T> work) {
    return run(new Group("group", 0, 0, 0, 0), size, deadline, work);
  }

  private <T> List<Future<T>> run(Group group, int size, Duration deadline, Work<T> work) {
    List<Collective> ends = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      ends.add(factory().join(group, rank, Meeting.of(size, deadline)));
    }
    return ends.stream().map(end -> workers.submit(closing(end, work))).toList();
  }

  private static <T> Callable<T> closing(Collective end, Work<T> work) {
    return () -> {
      try (end) {
        return work.with(end);
      }
    };
  }

  private static <T> List<T> results(List<Future<T>> futures) throws Exception {
    List<T> results = new ArrayList<>();
    for (Future<T> future : futures) {
      results.add(future.get());
    }
    return results;
  }

  private static Group attempt(int number) {
    return new Group("run", 1, 7, number, 0);
  }

  private static Moments moments(int seed) {
    return Moments.of(new Random(seed).doubles(7L * FEATURES).toArray(), FEATURES);
  }

  private static BatchMoments message(Moments moments) {
    return new BatchMoments(
        Wire.EXACT, List.of(moments), List.of(), new WeightedMean(Wire.EXACT, 1, 0.5));
  }
}
