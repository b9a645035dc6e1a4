package io.momentgan.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.config.Experiment;
import io.momentgan.config.Experiment.EngineName;
import io.momentgan.data.ImageShape;
import io.momentgan.engine.ArrayRows;
import io.momentgan.engine.Dl4jPair;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.ReplayBuffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Each settings file of the repository that the default engine follows, for two iterations of a
 * small batch.
 */
class ExperimentsTrainTest {
  private static final ImageShape IMAGE = new ImageShape(1, 28, 28);

  static Stream<String> names() throws IOException {
    Path folder = Experiments.REPOSITORY.resolve("conf/experiments");
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString().replace(".yaml", ""))
          .filter(name -> Experiments.named(name).engine() == EngineName.DL4J)
          .sorted()
          .toList()
          .stream();
    }
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("names")
  void bothNetworksMoveAndEveryLossIsFinite(String name) {
    Experiment experiment = Experiments.named(name, "train.batch-size=4", "train.workers=1");
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    float[] generator = networks.generator().state().params();
    float[] discriminator = networks.discriminator().state().params();
    GanStep step =
        new GanStep(
            experiment,
            new Dl4jPair(networks),
            LocalCollectives.alone(),
            RealSide.UNKNOWN,
            false,
            Optional.empty(),
            new float[0],
            ReplayBuffer.EMPTY);
    Nd4j.getRandom().setSeed(3);
    INDArray real = Nd4j.rand(DataType.FLOAT, 4, IMAGE.features()).muli(2).subi(1);
    for (int iteration = 0; iteration < 2; iteration++) {
      assertThat(
              step.iterate(new Batch(new ArrayRows(real), new int[] {7, 0, 9, 3}), iteration)
                  .isFinite())
          .isTrue();
    }
    assertThat(networks.generator().state().params()).isNotEqualTo(generator);
    assertThat(networks.discriminator().state().params()).isNotEqualTo(discriminator);
    assertThat(networks.generator().state().updates()).isEqualTo(2 * experiment.train().gSteps());
  }
}
