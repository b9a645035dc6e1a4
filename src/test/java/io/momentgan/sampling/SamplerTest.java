package io.momentgan.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.state.NetworkState;
import io.momentgan.step.LatentVectors;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class SamplerTest {
  private static final int FEATURES = 12;
  private static final ImageShape IMAGE = new ImageShape(1, 1, FEATURES);

  private final Experiment experiment = experiment();
  private final Sampler sampler = new Sampler(experiment, IMAGE);
  private final NetworkState generator = generator(experiment);

  @Test
  void sameSeedDrawsTheSameImagesInAnotherSampler() {
    assertThat(new Sampler(experiment, IMAGE).draw(generator, 7, 3))
        .isDeepEqualTo(sampler.draw(generator, 7, 3));
  }

  @Test
  void otherSeedDrawsOtherImages() {
    float[][] images = sampler.draw(generator, 7, 3);
    float[][] others = sampler.draw(generator, 7, 4);
    for (int i = 0; i < images.length; i++) {
      assertThat(others[i]).isNotEqualTo(images[i]);
    }
  }

  @Test
  void imagesOfADrawDiffer() {
    float[][] images = sampler.draw(generator, 7, 3);
    assertThat(Arrays.stream(images).map(Arrays::toString).distinct()).hasSize(7);
  }

  @Test
  void drawnBeforeMakesNoDifference() {
    float[][] first = sampler.draw(generator, 5, 3);
    sampler.draw(generator(experiment("train.seed=8")), 9, 4);
    assertThat(sampler.draw(generator, 5, 3)).isDeepEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 33})
  void valuesLieInTheRangeOfPicturesWhateverDrewThem(int count) {
    assertThat(sampler.draw(generator, count, 3))
        .hasDimensions(count, FEATURES)
        .satisfies(images -> assertWithin(images, -1, 1));
    Experiment sigmoid = experiment("generator.output=sigmoid");
    float[][] drawn = new Sampler(sigmoid, IMAGE).draw(generator(sigmoid), count, 3);
    assertWithin(drawn, -1, 1);
    Network plain = GanNetworks.generatorForUse(sigmoid, IMAGE);
    plain.load(generator(sigmoid));
    float[] z = LatentVectors.draw(sigmoid.latent(), count, 3);
    INDArray probabilities = plain.sample(HostArrays.toArray(z, count, sigmoid.latent().size()));
    assertThat(drawn[0][0]).isEqualTo(2 * probabilities.getFloat(0, 0) - 1);
  }

  @Test
  void gridIsTheSameEachTimeAndStoredSamplesDifferByEpoch() {
    assertThat(sampler.grid(generator)).hasDimensions(4, FEATURES);
    assertThat(sampler.grid(generator)).isDeepEqualTo(sampler.grid(generator));
    assertThat(sampler.stored(generator, 1)).hasDimensions(11, FEATURES);
    assertThat(sampler.stored(generator, 1)).isDeepEqualTo(sampler.stored(generator, 1));
    assertThat(sampler.stored(generator, 2)[0]).isNotEqualTo(sampler.stored(generator, 1)[0]);
  }

  @Test
  void anImageOfBatchStatisticsDependsOnItsBatchMatesAndOneOfRunningStatisticsDoesNot() {
    Experiment batch = experiment("generator.layers.0.batch-norm=true");
    Experiment running =
        experiment("generator.layers.0.batch-norm=true", "generator.batch-norm.sampling=running");
    assertThat(firstOf(batch, 4)).isNotEqualTo(firstOf(batch, 5));
    assertThat(firstOf(running, 4)).isEqualTo(firstOf(running, 5));
  }

  @Test
  void dropoutWhileSamplingIsThatOfTheSeed() {
    String dropout = "generator.layers.0.dropout=0.5";
    Experiment dropping = experiment(dropout, "generator.sampling-dropout=true");
    Sampler other = new Sampler(dropping, IMAGE);
    float[] z = new float[4 * 6];
    Arrays.fill(z, 0.5f);
    float[][] sameLatent = other.draw(generator, z);
    assertThat(Arrays.stream(sameLatent).map(Arrays::toString).distinct()).hasSizeGreaterThan(1);
    assertThat(other.draw(generator, z)).isDeepEqualTo(sameLatent);
    assertThat(other.draw(generator, 7, 3)).isDeepEqualTo(other.draw(generator, 7, 3));
    assertThat(other.draw(generator, 7, 3)).isNotEqualTo(sampler.draw(generator, 7, 3));
    float[][] off = new Sampler(experiment(dropout), IMAGE).draw(generator, z);
    assertThat(Arrays.stream(off).map(Arrays::toString).distinct()).hasSize(1);
  }

  @Test
  void conditionalGeneratorsDrawOneClassAfterAnotherInColumns() {
    Experiment conditional = experiment("labels.classes=3");
    NetworkState state = generator(conditional);
    Sampler other = new Sampler(conditional, IMAGE);
    assertThat(other.classes(7)).containsExactly(0, 1, 2, 0, 1, 2, 0);
    assertThat(other.columns(7)).isEqualTo(3);
    assertThat(sampler.columns(7)).isEqualTo(3);
    assertThat(sampler.columns(64)).isEqualTo(8);
    float[] z = new float[7 * 6];
    float[][] images = other.draw(state, z);
    assertThat(images[3]).isEqualTo(images[0]).isNotEqualTo(images[1]);
    assertThat(other.draw(state, z, new int[] {1, 1, 1, 1, 1, 1, 1})[6])
        .containsExactly(images[1], within(1e-6f));
  }

  private static float[] firstOf(Experiment settings, int count) {
    return new Sampler(settings, IMAGE).draw(generator(settings), count, 3)[0];
  }

  private static void assertWithin(float[][] images, float min, float max) {
    for (float[] image : images) {
      for (float value : image) {
        assertThat(value).isBetween(min, max);
      }
    }
  }

  static NetworkState generator(Experiment settings) {
    return GanNetworks.build(settings, IMAGE, DataType.FLOAT).generator().state();
  }

  static Experiment experiment(String... overrides) {
    String yaml =
        """
        name: sampler
        latent: {size: 6}
        generator: {layers: [{type: dense, units: 8}]}
        discriminator: {layers: [{type: dense, units: 8}]}
        samples: {grid: 4, stored: 11}
        """;
    return ExperimentReader.read(yaml, "sampler.yaml", List.of(overrides));
  }
}
