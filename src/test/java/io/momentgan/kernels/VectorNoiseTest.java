package io.momentgan.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.kernels.elements.VectorNoise;
import io.momentgan.kernels.loops.HostArrays;
import java.util.Arrays;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class VectorNoiseTest {
  private static final int COUNT = 100_003; // no multiple of the values in a draw

  @Test
  void noiseIsGaussianOfItsStandardDeviation() {
    double[] noise = noise(7, 0.3);
    double mean = Arrays.stream(noise).average().orElseThrow();
    double variance =
        Arrays.stream(noise).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    assertThat(mean).isCloseTo(0, within(4 * 0.3 / Math.sqrt(COUNT)));
    assertThat(Math.sqrt(variance)).isCloseTo(0.3, within(0.003));
    double p =
        new KolmogorovSmirnovTest()
            .kolmogorovSmirnovTest(
                new NormalDistribution(0, 0.3), Arrays.copyOf(noise, 10_000), false);
    assertThat(p).isGreaterThan(1e-3);
  }

  @Test
  void theSeedOfTheGeneratorDecidesAndNeighboursDiffer() {
    double[] noise = noise(7, 1);
    assertThat(noise(7, 1)).isEqualTo(noise);
    assertThat(noise(8, 1)).isNotEqualTo(noise);
    double product = 0;
    for (int i = 1; i < COUNT; i++) {
      product += noise[i] * noise[i - 1];
    }
    assertThat(product / COUNT).isCloseTo(0, within(4 / Math.sqrt(COUNT)));
  }

  private static double[] noise(long seed, double sd) {
    Nd4j.getRandom().setSeed(seed);
    INDArray input = Nd4j.ones(DataType.FLOAT, 1, COUNT);
    INDArray result =
        new VectorNoise(sd)
            .applyDropout(input, input.dup('c'), 0, 0, LayerWorkspaceMgr.noWorkspaces());
    return HostArrays.doubles(result.sub(1));
  }
}
