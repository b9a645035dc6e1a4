package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import io.momentgan.config.Experiment;
import io.momentgan.onnx.OnnxRuntime;
import io.momentgan.run.NpyArray;
import io.momentgan.run.Run;
import io.momentgan.sampling.Sampler;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trained runs as ONNX files. */
class ExportTest {
  private static final String SHEET = "samples/iteration-000020.npy";

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"batch, 0", "running, 10"})
  void exportedGeneratorsDrawTheRunsGrid(String statistics, int classes) throws Exception {
    Path run =
        TinyExperiment.train(
            folder,
            "generator.layers=[{type: project, channels: 4, batch-norm: true},"
                + " {type: transposed-convolution, filters: 3, kernel: 4, batch-norm: true}]",
            "generator.output-layer={type: transposed-convolution, kernel: 4, stride: 2}",
            "generator.batch-norm.sampling=" + statistics,
            "labels.classes=" + classes,
            "samples.iterations=[20]");
    Path out = folder.resolve("exported");
    String printed = export(run, out, "--format=onnx").succeeds().out();
    assertThat(printed).isEqualTo("Generator and discriminator of epoch 2: " + out + "\n");
    assertThat(out.toFile().list())
        .containsExactlyInAnyOrder("generator.onnx", "discriminator.onnx");
    Run opened = Run.open(run.toString(), Map.of());
    Experiment experiment = opened.record().experiment();
    Sampler sampler = new Sampler(experiment, opened.record().shape());
    try (OnnxRuntime model = open(out, "generator")) {
      float[] images =
          model
              .run(sampler.gridLatent(), sampler.classes(experiment.samples().grid()))
              .get("images");
      NpyArray grid = NpyArray.parse(Files.readAllBytes(run.resolve(SHEET)), SHEET);
      assertThat(grid.shape()).containsExactly(16, 1, 28, 28);
      assertThat(images).containsExactly(grid.values(), within(1e-5f));
      assertThat(model.metadata("run")).contains(run.getFileName().toString());
      assertThat(model.metadata("epoch")).contains("2");
      assertThat(model.metadata("round")).contains("6");
      assertThat(model.metadata("weights")).contains("raw");
      assertThat(model.metadata("classes")).isEmpty();
      assertThat(model.metadata("batch-norm.sampling")).contains(statistics);
    }
  }

  @Test
  void weightsAndEpochsAreThoseAskedForAndFoldersNewOnes() throws Exception {
    Path run =
        TinyExperiment.train(
            folder,
            "data.uri=" + catsAndDogs(),
            "data.images.channels=1",
            "data.images.height=8",
            "data.images.width=8",
            "train.batch-size=10",
            "labels.classes=2",
            "labels.generator=none",
            "labels.discriminator=classifier",
            "averaging.ema.discriminator-half-life=100",
            "checkpoint.keep-last=2");
    Path average = folder.resolve("average");
    export(run, average, "--weights=ema").succeeds();
    Path trained = folder.resolve("trained");
    export(run, trained).succeeds();
    Path first = folder.resolve("first");
    export(run, first, "--epoch=1").succeeds();
    for (String network : new String[] {"generator", "discriminator"}) {
      String file = network + ".onnx";
      byte[] newest = Files.readAllBytes(trained.resolve(file));
      assertThat(Files.readAllBytes(average.resolve(file))).isNotEqualTo(newest);
      assertThat(Files.readAllBytes(first.resolve(file))).isNotEqualTo(newest);
      try (OnnxRuntime model = open(average, network)) {
        assertThat(model.metadata("weights")).contains("ema");
        assertThat(model.metadata("classes")).contains("[\"cat\",\"dog\"]");
      }
      try (OnnxRuntime model = open(first, network)) {
        assertThat(model.metadata("epoch")).contains("1");
      }
    }
    Path file = Files.writeString(folder.resolve("file"), "mine");
    assertThat(export(run, file).mistake()).contains(file.toString());
    assertThat(export(run, folder).mistake()).contains("expected a new or empty folder");
    assertThat(file).hasContent("mine");
  }

  private Path catsAndDogs() throws IOException {
    Path images = folder.resolve("images");
    Random random = new Random(1);
    for (String kind : List.of("cat", "dog")) {
      Path of = Files.createDirectories(images.resolve(kind));
      for (int i = 0; i < 30; i++) {
        BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
        for (int pixel = 0; pixel < 64; pixel++) {
          image.getRaster().setSample(pixel % 8, pixel / 8, 0, random.nextInt(256));
        }
        ImageIO.write(image, "png", of.resolve(i + ".png").toFile());
      }
    }
    return images;
  }

  @Test
  void whatCannotBeExportedIsRefusedBeforeAnythingIsWritten() throws IOException {
    Path run =
        TinyExperiment.train(
            folder,
            "train.epochs=1",
            "averaging.ema.half-life=0",
            "generator.sampling-dropout=true",
            "generator.layers=[{type: dense, units: 16, dropout: 0.5}]");
    Path out = folder.resolve("out");
    assertThat(export(run, out).mistake())
        .startsWith("error: generator.sampling-dropout: found true, expected false");
    assertThat(export(run, out, "--weights=ema").mistake()).contains("averaging.ema.half-life");
    assertThat(export(run, out, "--weights=both").mistake()).contains("raw or ema");
    assertThat(export(run, out, "--epoch=7").mistake()).contains("epoch 7");
    assertThat(export(run, out, "--format=h5").mistake()).contains("--format", "ONNX");
    assertThat(export(run, out, "--set=train.epochs=3").mistake()).contains("train.epochs");
    assertThat(export(folder.resolve("none"), out).mistake()).contains("none");
    assertThat(out).doesNotExist();
  }

  private static OnnxRuntime open(Path exported, String network) throws IOException, OrtException {
    return new OnnxRuntime(Files.readAllBytes(exported.resolve(network + ".onnx")));
  }

  private static CommandRun export(Path run, Path out, String... options) {
    String[] args = new String[options.length + 4];
    args[0] = "export";
    args[1] = run.toString();
    args[2] = "--out";
    args[3] = out.toString();
    System.arraycopy(options, 0, args, 4, options.length);
    return CommandRun.of(args);
  }
}
