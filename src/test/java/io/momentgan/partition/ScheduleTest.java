package io.momentgan.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.Experiments;
import io.momentgan.config.TrainConfig;
import io.momentgan.partition.WorkerHistory.Stretch;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  @Test
  void mnistTakes550IterationsPerEpochAsInTheOriginal() {
    Schedule schedule = Schedule.of(Experiments.named("ff-1").train(), 55_000);
    assertThat(schedule.iterationsPerEpoch()).isEqualTo(550);
    assertThat(schedule.iterations()).isEqualTo(11_000);
  }

  @Property(tries = 200)
  void roundsCoverEachIterationOnceAndEndWithTheEpoch(
      @ForAll @IntRange(min = 1, max = 50) int perEpoch,
      @ForAll @IntRange(min = 1, max = 20) int averagingFrequency,
      @ForAll @IntRange(min = 1, max = 4) int epochs) {
    Schedule schedule =
        Schedule.of(
            Experiments.small(
                    "train.averaging-frequency=" + averagingFrequency, "train.epochs=" + epochs)
                .train(),
            8 * perEpoch);
    long iterations = 0;
    int ends = 0;
    for (long number = 0; number < schedule.rounds(); number++) {
      Round round = schedule.round(number);
      assertThat(round.iterationsBefore()).isEqualTo(iterations);
      assertThat(round.firstIteration()).isEqualTo((int) (iterations % perEpoch));
      assertThat(round.epoch()).isEqualTo((int) (iterations / perEpoch) + 1);
      assertThat(round.iterations()).isBetween(1, averagingFrequency);
      iterations += round.iterations();
      assertThat(round.lastOfEpoch()).isEqualTo(iterations % perEpoch == 0);
      ends += round.lastOfEpoch() ? 1 : 0;
    }
    assertThat(iterations).isEqualTo(schedule.iterations());
    assertThat(ends).isEqualTo(epochs);
  }

  @Test
  void theWarmUpHasItsOwnFrequencies() {
    Schedule schedule =
        Schedule.of(
            Experiments.small(
                    "train.epochs=4",
                    "train.averaging-frequency=4",
                    "train.warm-up=[{epochs: 1, averaging-frequency: 1}, {epochs: 2, averaging-frequency: 2}]")
                .train(),
            80);
    assertThat(schedule.iterationsPerEpoch()).isEqualTo(10);
    assertThat(schedule.rounds()).isEqualTo(10 + 5 + 5 + 3);
    assertThat(schedule.round(9)).isEqualTo(new Round(9, 1, 9, 1, 0, 10, 9, 9, true, true));
    assertThat(schedule.round(10)).isEqualTo(new Round(10, 2, 0, 2, 1, 10, 10, 0, false, false));
    assertThat(schedule.round(22)).isEqualTo(new Round(22, 4, 8, 2, 3, 10, 38, 2, true, false));
  }

  /** 1 worker makes 20 iterations of an epoch, 2 make 10, 4 make 5. */
  @Test
  void otherWorkersGoOnAtTheSameShareOfTheirEpoch() {
    TrainConfig train = Experiments.small("train.epochs=3", "train.passes=2").train();
    WorkerHistory history = WorkerHistory.of(1).with(stretch(3, 2)).with(stretch(5, 4));
    Schedule schedule = Schedule.of(train, 80, history);
    // 12 of 20 iterations are made: 6 of 10.
    assertThat(schedule.round(2)).isEqualTo(new Round(2, 1, 8, 4, 0, 10, 8, 2, false, false));
    assertThat(schedule.round(3)).isEqualTo(new Round(3, 1, 6, 4, 0, 5, 12, 0, true, false));
    assertThat(schedule.round(4)).isEqualTo(new Round(4, 2, 0, 4, 2, 5, 16, 0, false, false));
    // 4 of 10: 1 of 4, in the first pass of the second epoch.
    assertThat(schedule.round(5)).isEqualTo(new Round(5, 2, 1, 3, 2, 2, 20, 0, true, false));
    assertThat(schedule.round(6)).isEqualTo(new Round(6, 3, 0, 4, 4, 2, 23, 0, true, false));
    assertThat(schedule.rounds()).isEqualTo(7);
    assertThat(schedule.iterations()).isEqualTo(27);
    assertThat(schedule.epoch(23)).isEqualTo(2);
    assertThat(schedule.epoch(24)).isEqualTo(3);
  }

  @Property(tries = 200)
  void iterationsAreNumberedOnWhenWorkersChange(
      @ForAll @IntRange(min = 1, max = 5) int before,
      @ForAll @IntRange(min = 1, max = 5) int after,
      @ForAll @IntRange(max = 6) int made) {
    TrainConfig train = Experiments.small("train.epochs=3").train();
    Schedule schedule =
        Schedule.of(train, 200, WorkerHistory.of(before).with(stretch(made, after)));
    long iterations = 0;
    int epoch = 1;
    for (long number = 0; number < schedule.rounds(); number++) {
      Round round = schedule.round(number);
      assertThat(round.iterationsBefore()).isEqualTo(iterations);
      assertThat(round.epoch()).isEqualTo(epoch);
      assertThat(round.iterations()).isPositive();
      assertThat(round.pass(round.iterations() - 1)).isEqualTo(epoch);
      iterations += round.iterations();
      epoch += round.lastOfEpoch() ? 1 : 0;
    }
    assertThat(epoch).isEqualTo(4);
    assertThat(schedule.iterations()).isEqualTo(iterations);
  }

  @Test
  void aHistoryForgetsRoundsThatAreMadeAgain() {
    WorkerHistory history = WorkerHistory.of(4).with(stretch(30, 3)).with(stretch(40, 2));
    assertThat(history).hasToString("4, from round 31 on 3, from round 41 on 2");
    assertThat(Stream.of(30, 31, 99).map(round -> history.in(round).workers()))
        .containsExactly(4, 3, 2);
    assertThat(history.with(stretch(35, 3))).hasToString("4, from round 31 on 3");
    assertThat(history.with(stretch(30, 4))).isEqualTo(WorkerHistory.of(4));
    assertThat(history.with(stretch(0, 5))).isEqualTo(WorkerHistory.of(5));
    List<Stretch> late = List.of(stretch(1, 1));
    assertThatThrownBy(() -> new WorkerHistory(late)).hasMessageContaining("from 1 on");
  }

  @Test
  void aHistoryTellsEnginesAndDevices() {
    WorkerHistory begun =
        new WorkerHistory(List.of(new Stretch(1, 2, "dl4j", "deeplearning4j 1.0", "CPU")));
    assertThat(begun.with(new Stretch(4, 2, "dl4j", "deeplearning4j 1.0", "CPU"))).isEqualTo(begun);
    WorkerHistory mixed =
        begun
            .with(new Stretch(4, 2, "torch", "libtorch 2.10", "CPU"))
            .with(new Stretch(6, 2, "torch", "libtorch 2.10", "NVIDIA H100"))
            .with(new Stretch(9, 2, "torch", "libtorch 2.11", "NVIDIA H100"));
    assertThat(mixed)
        .hasToString(
            "2 by dl4j (deeplearning4j 1.0) on CPU, from round 4 on 2 by torch (libtorch 2.10) on CPU,"
                + " from round 6 on 2 by torch (libtorch 2.10) on NVIDIA H100,"
                + " from round 9 on 2 by torch (libtorch 2.11) on NVIDIA H100");
  }

  /** Another engine, at any round, makes the rounds that the first would have made. */
  @Property(tries = 200)
  void anotherEngineLeavesTheRoundsAsTheyAre(
      @ForAll @IntRange(min = 1, max = 5) int workers, @ForAll @IntRange(max = 12) int made) {
    TrainConfig train = Experiments.small("train.epochs=3", "train.passes=2").train();
    Schedule plain = Schedule.of(train, 200, WorkerHistory.of(workers));
    Schedule mixed =
        Schedule.of(
            train,
            200,
            WorkerHistory.of(workers).with(new Stretch(made + 1, workers, "torch", "", "")));
    assertThat(mixed.rounds()).isEqualTo(plain.rounds());
    for (long number = 0; number < plain.rounds(); number++) {
      assertThat(mixed.round(number)).isEqualTo(plain.round(number));
    }
  }

  private static Stretch stretch(int made, int workers) {
    return new Stretch(made + 1, workers, "", "", "");
  }

  @Test
  void aBatchLargerThanAShardLeavesNoIteration() {
    assertThat(
            Schedule.of(Experiments.small("train.batch-size=30", "train.workers=2").train(), 58)
                .iterationsPerEpoch())
        .isZero();
  }
}
