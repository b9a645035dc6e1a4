package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DataInspectTest {
  @Test
  void describesRealMnist() {
    Path mnist =
        Path.of(System.getProperty("momentgan.repository", "."), "../shared/data/mnist")
            .normalize();
    assumeTrue(Files.isDirectory(mnist), () -> "no MNIST at " + mnist);
    CommandRun run = CommandRun.of("data", "inspect", mnist.toString()).succeeds();
    assertThat(run.out())
        .containsPattern("kind +idx\n")
        .containsPattern("shape +1x28x28 ")
        .containsPattern("training +60000 images, values 0 to 255, mean 33\\.32 ")
        .containsPattern("labels +0: 5923, 1: 6742, 2: 5958")
        .containsPattern("test +10000 images")
        .containsPattern("verdict +.*MNIST")
        .containsPattern("fingerprint +\\w+\n")
        .endsWith("\n");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void describesTheEmbeddedGlyphs() {
    CommandRun run = CommandRun.of("data", "inspect", "glyphs").succeeds();
    assertThat(run.out())
        .containsPattern("kind +glyphs\n")
        .containsPattern("shape +1x28x28 ")
        .containsPattern("training +60000 images, values 0 to 255")
        .containsPattern("labels +0: \\d+, 1: \\d+, .*9: \\d+")
        .containsPattern("test +10000 images")
        .endsWith("\n");
  }
}
