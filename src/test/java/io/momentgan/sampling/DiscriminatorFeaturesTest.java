package io.momentgan.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import io.momentgan.network.GanNetworks;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Features by the layers of several presets. */
class DiscriminatorFeaturesTest {
  private static final int IMAGES = 6;

  @ParameterizedTest
  @CsvSource({
    "quickstart, 1x28x28, 128", // dense
    "dconv-reduced, 1x28x28, 0", // convolutions
    "dcgan, 3x16x16, 0", // batch normalisation by the batch while it trains
    "improved-gan-mnist, 1x28x28, 250", // noise and weight normalisation
    "hacks-maxout, 1x28x28, 0"
  })
  void areThoseOfEachImageAlone(String preset, String shapeText, int expected) {
    Experiment experiment = Experiments.named(preset);
    ImageShape shape = ImageShape.parse(shapeText);
    byte[] pixels = new byte[IMAGES * shape.features()];
    new SplittableRandom(3).nextBytes(pixels);
    GanNetworks networks = GanNetworks.build(experiment, shape, DataType.FLOAT);
    DiscriminatorFeatures features =
        new DiscriminatorFeatures(experiment, shape, networks.discriminator().state());
    float[][] together = features.of(new Images(shape, pixels, new byte[0]));
    assertThat(together).hasNumberOfRows(IMAGES);
    if (expected > 0) {
      assertThat(together[0]).hasSize(expected);
    }
    for (int i = 0; i < IMAGES; i++) {
      byte[] one = Arrays.copyOfRange(pixels, i * shape.features(), (i + 1) * shape.features());
      float[] alone = features.of(new Images(shape, one, new byte[0]))[0];
      assertThat(alone).containsExactly(together[i], Offset.offset(1e-4f));
    }
    assertThat(together[0]).isNotEqualTo(together[1]);
  }
}
