package io.momentgan.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.collective.Collective;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.config.MomentsConfig.Scope;
import io.momentgan.engine.ArrayRows;
import io.momentgan.moments.Clusters;
import io.momentgan.moments.Comparison;
import io.momentgan.moments.Moments;
import io.momentgan.moments.RealSide;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class MomentExchangeTest {
  private static final int ROWS = 50;
  private static final int FEATURES = 20;

  /** Of a background at nearly -1, where neighbours of bfloat16 differ by 0.004. */
  private final double[][] real = rows(1, 0.01);

  private final double[][] fake = rows(2, 0.02);

  @Test
  void smallDifferencesOfLargeMeansSurviveTheRounding() {
    Comparison exact = compare(Wire.EXACT, RealSide.UNKNOWN);
    RealSide known = new RealSide(Clusters.ONE, List.of(moments(rows(3, 0.01))));
    assertThat(error(compare(Wire.BF16, known), exact)).isBetween(1e-9, 1e-4);
    assertThat(error(compare(Wire.BF16, RealSide.UNKNOWN), exact)).isGreaterThan(5e-4);
    assertThat(error(compare(Wire.FLOAT, known), exact)).isBetween(1e-12, 1e-6);
    assertThat(error(compare(Wire.EXACT, known), exact)).isZero();
  }

  private Comparison compare(Wire wire, RealSide side) {
    try (Collective alone = LocalCollectives.alone()) {
      return new MomentExchange(Scope.GLOBAL, alone, wire, side, false)
          .begin(array(real), array(fake), 0)
          .await()
          .comparison()
          .orElseThrow();
    }
  }

  /** Largest error of a difference of means. */
  private static double error(Comparison found, Comparison exact) {
    double most = 0;
    for (int j = 0; j < FEATURES; j++) {
      most = Math.max(most, Math.abs(difference(found, j) - difference(exact, j)));
    }
    return most;
  }

  private static double difference(Comparison sides, int feature) {
    return sides.generated().get(0).mean()[feature] - sides.real().get(0).mean()[feature];
  }

  private static ArrayRows array(double[][] rows) {
    return new ArrayRows(Nd4j.createFromArray(rows).castTo(DataType.DOUBLE));
  }

  private static Moments moments(double[][] rows) {
    return array(rows).moments();
  }

  private static double[][] rows(int seed, double spread) {
    Random random = new Random(seed);
    double[][] rows = new double[ROWS][FEATURES];
    for (double[] row : rows) {
      for (int j = 0; j < FEATURES; j++) {
        row[j] = -0.97 + spread * random.nextGaussian();
      }
    }
    return rows;
  }
}
