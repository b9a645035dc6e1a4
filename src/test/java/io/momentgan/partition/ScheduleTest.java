package io.momentgan.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
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
        new Schedule(
            perEpoch,
            Experiments.small(
                    "train.averaging-frequency=" + averagingFrequency, "train.epochs=" + epochs)
                .train());
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
    assertThat(schedule.round(9)).isEqualTo(new Round(9, 1, 9, 1, 10, 9, 9, true, true));
    assertThat(schedule.round(10)).isEqualTo(new Round(10, 2, 0, 2, 10, 10, 0, false, false));
    assertThat(schedule.round(22)).isEqualTo(new Round(22, 4, 8, 2, 10, 38, 2, true, false));
  }

  @Test
  void aBatchLargerThanAShardLeavesNoIteration() {
    assertThat(
            Schedule.of(Experiments.small("train.batch-size=30", "train.workers=2").train(), 58)
                .iterationsPerEpoch())
        .isZero();
  }
}
