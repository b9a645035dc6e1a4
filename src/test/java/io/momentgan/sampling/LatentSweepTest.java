package io.momentgan.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.network.state.NetworkState;
import io.momentgan.step.LatentVectors;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LatentSweepTest {
  private static final ImageShape IMAGE = new ImageShape(1, 1, 12);
  private static final int TILES = 64;
  private static final int COORDINATE = 2;

  @Test
  void onlyTheCoordinateDiffersAndItGoesFromZeroToOne() {
    Experiment experiment = SamplerTest.experiment();
    int size = experiment.latent().size();
    float[] z = LatentSweep.latents(experiment.latent(), COORDINATE, TILES, 5);
    float[] base = LatentVectors.draw(experiment.latent(), 1, 5);
    assertThat(z).hasSize(TILES * size);
    for (int tile = 0; tile < TILES; tile++) {
      for (int i = 0; i < size; i++) {
        double expected = i == COORDINATE ? tile / 63.0 : base[i];
        assertThat(z[tile * size + i]).isCloseTo((float) expected, within(1e-7f));
      }
    }
    assertThat(z[COORDINATE]).isZero();
    assertThat(z[63 * size + COORDINATE]).isEqualTo(1);
  }

  @Test
  void byRunningStatisticsTheImagesAreThoseOfTheVectors() {
    Experiment running =
        SamplerTest.experiment(
            "generator.layers.0.batch-norm=true", "generator.batch-norm.sampling=running");
    Sampler sampler = new Sampler(running, IMAGE);
    NetworkState generator = SamplerTest.generator(running);
    float[] z = LatentSweep.latents(running.latent(), COORDINATE, TILES, 5);
    float[][] images = LatentSweep.draw(sampler, running, generator, z, 5);
    assertThat(images).isDeepEqualTo(sampler.draw(generator, z));
    assertThat(images[0]).isNotEqualTo(images[63]);
  }

  @Test
  void byBatchStatisticsEachImageHasTheSameBatchMates() {
    Experiment batch = SamplerTest.experiment("generator.layers.0.batch-norm=true");
    Sampler sampler = new Sampler(batch, IMAGE);
    NetworkState generator = SamplerTest.generator(batch);
    int size = batch.latent().size();
    float[] z = LatentSweep.latents(batch.latent(), COORDINATE, TILES, 5);
    float[][] images = LatentSweep.draw(sampler, batch, generator, z, 5);
    float[][] two =
        LatentSweep.draw(sampler, batch, generator, Arrays.copyOfRange(z, 0, 2 * size), 5);
    assertThat(two[0]).isEqualTo(images[0]);
    assertThat(two[1]).isEqualTo(images[1]);
    assertThat(sampler.draw(generator, z)[0]).isNotEqualTo(images[0]);
  }
}
