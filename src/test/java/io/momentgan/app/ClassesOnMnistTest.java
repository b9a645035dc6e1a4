package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What networks that know classes make of MNIST, where it lies beside the repository; with the
 * user's extractor, which is trained if need be.
 */
@Tag("slow")
class ClassesOnMnistTest {
  private static final Path REPOSITORY =
      Path.of(System.getProperty("momentgan.repository", ".")).normalize();
  private static final Path MNIST = REPOSITORY.resolve("../shared/data/mnist").normalize();

  @TempDir private Path folder;

  @BeforeEach
  void requireMnist() {
    assumeTrue(Files.isDirectory(MNIST), () -> "no MNIST at " + MNIST);
  }

  /** 0.97 when this was written. */
  @Test
  void theClassHeadTellsTheClassesOfTestImages() throws IOException {
    assertThat(quality("hacks-acgan").get("class_head_accuracy").doubleValue()).isGreaterThan(0.95);
  }

  /** 0.96 when this was written. */
  @Test
  void theConditionalGeneratorDrawsTheClassThatItIsAskedFor() throws IOException {
    assertThat(quality("dcgan-mnist-conditional").get("class_accuracy").doubleValue())
        .isGreaterThan(0.9);
  }

  /** The evaluation of two epochs. */
  private JsonNode quality(String experiment) throws IOException {
    CommandRun.of(
            "train",
            REPOSITORY.resolve("conf/experiments/" + experiment + ".yaml").toString(),
            "--data=" + MNIST,
            "--workers=1",
            "--out=" + folder,
            "--set=train.epochs=2",
            "--set=evaluation.every=2",
            "--set=evaluation.samples=2000")
        .succeeds();
    Path file = folder.resolve("00000-%s/metrics/quality.jsonl".formatted(experiment));
    List<String> lines = Files.readAllLines(file);
    return new JsonMapper().readTree(lines.get(lines.size() - 1));
  }
}
