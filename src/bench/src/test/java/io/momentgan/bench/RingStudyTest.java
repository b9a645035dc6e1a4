package io.momentgan.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.bench.RingStudy.Result;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RingStudyTest {
  @Test
  void countsModesAndPointsAtThem() {
    assertThat(RingStudy.judge(points(0.8, 8, 100))).isEqualTo(new Result(8, 1));
    assertThat(RingStudy.judge(points(0.8, 1, 100))).isEqualTo(new Result(1, 1));
    assertThat(RingStudy.judge(points(0, 8, 100))).isEqualTo(new Result(0, 0));
    assertThat(RingStudy.judge(points(0.85, 8, 100))).isEqualTo(new Result(8, 1));
    assertThat(RingStudy.judge(points(0.87, 8, 100))).isEqualTo(new Result(0, 0));
  }

  @Test
  void aModeWithLessThanATenthOfItsDueIsNotDrawn() {
    float[] points = points(0.8, 1, 1000);
    float[] others = points(0.8, 8, 8);
    System.arraycopy(others, 0, points, 0, others.length);
    assertThat(RingStudy.judge(points)).isEqualTo(new Result(1, 1));
  }

  /** Points at a distance from the centre, at the first modes in turn. */
  private static float[] points(double radius, int modes, int count) {
    float[] points = new float[2 * count];
    IntStream.range(0, count)
        .forEach(
            i -> {
              double angle = 2 * Math.PI * (i % modes) / 8;
              points[2 * i] = (float) (radius * Math.cos(angle));
              points[2 * i + 1] = (float) (radius * Math.sin(angle));
            });
    return points;
  }
}
