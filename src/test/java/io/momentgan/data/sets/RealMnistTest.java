package io.momentgan.data.sets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.momentgan.data.DataSet;
import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs where MNIST lies beside the repository. */
class RealMnistTest {
  private final Path folder =
      Path.of(System.getProperty("momentgan.repository", "."), "../shared/data/mnist").normalize();

  private DataSet mnist;

  @BeforeEach
  void open() {
    assumeTrue(Files.isDirectory(folder), () -> "no MNIST at " + folder);
    mnist = DataSets.open(IdxBytes.config(folder.toString(), 0, 5000), Map.of());
  }

  @Test
  void isSplitAsInTheOriginal() {
    assertThat(mnist.training().count()).isEqualTo(55_000);
    assertThat(mnist.validation().orElseThrow().count()).isEqualTo(5000);
    assertThat(mnist.test().orElseThrow().count()).isEqualTo(10_000);
    assertThat(mnist.shape()).isEqualTo(new ImageShape(1, 28, 28));
  }

  @Test
  void firstTrainingImageIsNumber5000OfTheFile() throws IOException {
    Images first = mnist.training().read(new int[] {0});
    assertThat(first.pixels()).isEqualTo(bytes("train-images-idx3-ubyte.gz", 16 + 5000 * 784, 784));
    assertThat(first.labels()).isEqualTo(bytes("train-labels-idx1-ubyte.gz", 8 + 5000, 1));
  }

  private byte[] bytes(String name, long from, int length) throws IOException {
    try (InputStream in = new GZIPInputStream(new FileInputStream(folder.resolve(name).toFile()))) {
      in.skipNBytes(from);
      return in.readNBytes(length);
    }
  }

  @Test
  void isTheOneThatWasPublished() {
    assertThat(mnist.verdict()).isEqualTo("MNIST, MD5 ok");
    assertThat(mnist.files())
        .extracting(DataSet.StoredFile::verdict)
        .containsExactly(
            "MNIST train-images, MD5 ok",
            "MNIST train-labels, MD5 ok",
            "MNIST t10k-images, MD5 ok",
            "MNIST t10k-labels, MD5 ok");
  }

  @Test
  void hasTheKnownLabelsAndBrightness() {
    DataSet whole = IdxBytes.open(folder);
    SplitSummary training = SplitSummary.of("training", whole.training());
    assertThat(training.labels().values())
        .containsExactly(5923L, 6742L, 5958L, 6131L, 5842L, 5421L, 5918L, 6265L, 5851L, 5949L);
    assertThat(training.mean() / 255).isCloseTo(0.1307, within(0.0001));
    assertThat(training.deviation() / 255).isCloseTo(0.3081, within(0.0001));
  }

  @Test
  void aSingleFileFindsItsLabels() {
    DataSet test = IdxBytes.open(folder.resolve("t10k-images-idx3-ubyte.gz"));
    assertThat(test.training().read(new int[] {0}).labels()).containsExactly(7);
  }
}
