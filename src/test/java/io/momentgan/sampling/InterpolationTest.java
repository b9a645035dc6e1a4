package io.momentgan.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class InterpolationTest {
  private static final int SIZE = 40;
  private static final int STEPS = 9;

  @Test
  void stepsAreOfOneAngleFromEndToEnd() {
    float[] from = vector(1, 3);
    float[] to = vector(2, 3);
    assertThat(Interpolation.between(from, to, 0)).containsExactly(from, within(1e-6f));
    assertThat(Interpolation.between(from, to, 1)).containsExactly(to, within(1e-6f));
    double whole = angle(from, to);
    assertThat(whole).isGreaterThan(0.5);
    for (int step = 0; step < STEPS; step++) {
      float[] before = Interpolation.between(from, to, step / (double) STEPS);
      float[] after = Interpolation.between(from, to, (step + 1) / (double) STEPS);
      assertThat(angle(before, after)).isCloseTo(whole / STEPS, within(1e-4));
      assertThat(length(after)).isCloseTo(3, within(1e-5));
    }
  }

  @Test
  void parallelVectorsAreJoinedByAStraightLine() {
    float[] from = vector(1, 3);
    float[] twice = vector(1, 6);
    assertThat(length(Interpolation.between(from, twice, 0.5))).isCloseTo(4.5, within(1e-4));
  }

  private static double angle(float[] a, float[] b) {
    return Math.acos(Math.min(1, dot(a, b) / (length(a) * length(b))));
  }

  private static double length(float[] a) {
    return Math.sqrt(dot(a, a));
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static float[] vector(long seed, double length) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] vector = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    double scale = length / length(vector);
    for (int i = 0; i < SIZE; i++) {
      vector[i] *= (float) scale;
    }
    return vector;
  }
}
