package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.momentgan.config.Experiment;
import io.momentgan.config.Seeds;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.run.NpyArray;
import io.momentgan.run.RunRecord;
import io.momentgan.run.Runs;
import io.momentgan.step.LatentVectors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sheets at iterations and sweeps of runs of 4 + 4 + 2 iterations per epoch. */
class PicturesOfARunTest {
  private static final int SIDE = 28;

  @TempDir private static Path shared;

  private static Path run;

  @BeforeAll
  static void train() {
    run =
        TinyExperiment.train(
            shared,
            "samples.iterations=[14, 3, 4, 99, 9]",
            "samples.grid=64",
            "checkpoint.every=1",
            "checkpoint.keep-last=10");
  }

  @Test
  void sheetsAreNamedAfterTheFirstRoundEndFromTheChosenIterationOn() throws IOException {
    assertThat(run.resolve("samples").toFile().list((dir, name) -> name.startsWith("iteration")))
        .containsExactlyInAnyOrder(
            "iteration-000004.png",
            "iteration-000004.npy",
            "iteration-000010.png",
            "iteration-000010.npy",
            "iteration-000014.png",
            "iteration-000014.npy");
    List<JsonNode> lines = lines(run, "sheets");
    assertThat(lines).extracting(l -> l.get("iteration").longValue()).containsExactly(4L, 10L, 14L);
    assertThat(lines).extracting(l -> l.get("round").longValue()).containsExactly(1L, 3L, 4L);
    assertThat(lines)
        .extracting(l -> l.get("asked").toString())
        .containsExactly("[3,4]", "[9]", "[14]");
  }

  @Test
  void sheetsShowTheNetworksOfThatIterationAndTheFixedZ() throws Exception {
    float[] z = gridLatent();
    for (JsonNode line : lines(run, "sheets")) {
      assertThat(line.get("z_sha256").textValue()).isEqualTo(sha256(z));
      Path file =
          run.resolve(
              "checkpoints/step=%08d/generator.zip".formatted(line.get("round").intValue()));
      MultiLayerNetwork generator = MultiLayerNetwork.load(file.toFile(), true);
      float[] expected =
          HostArrays.floats(generator.output(HostArrays.toArray(z, 64, z.length / 64)));
      String name = "samples/iteration-%06d".formatted(line.get("iteration").intValue());
      NpyArray array = NpyArray.parse(Files.readAllBytes(run.resolve(name + ".npy")), name);
      assertThat(array.shape()).containsExactly(64, 1, SIDE, SIDE);
      assertThat(array.values()).isEqualTo(expected);
      assertTiles(ImageIO.read(run.resolve(name + ".png").toFile()), expected);
    }
  }

  /** Eight by eight, of double size, two pixels apart. */
  private static void assertTiles(BufferedImage sheet, float[] images) {
    int step = 2 * SIDE + 2;
    assertThat(sheet.getWidth()).isEqualTo(8 * step - 2).isEqualTo(sheet.getHeight());
    for (int tile = 0; tile < 64; tile++) {
      for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
        int x = tile % 8 * step + 2 * (pixel % SIDE);
        int y = tile / 8 * step + 2 * (pixel / SIDE);
        double value = (images[tile * SIDE * SIDE + pixel] + 1) / 2;
        assertThat(sheet.getRaster().getSample(x, y, 0) / 255.0)
            .isBetween(value - 1 / 255.0, value + 1 / 255.0);
      }
    }
  }

  @Test
  void aResumedRunHasTheSameSheets(@TempDir Path folder) throws IOException {
    Path half =
        TinyExperiment.train(
            folder, "samples.iterations=[9, 14]", "samples.grid=64", "train.epochs=1");
    CommandRun.of("resume", half.toString(), "--set", "train.epochs=2").succeeds();
    assertThat(half.resolve("samples/iteration-000014.npy"))
        .hasSameBinaryContentAs(run.resolve("samples/iteration-000014.npy"));
    assertThat(lines(half, "sheets"))
        .extracting(l -> l.get("iteration").longValue())
        .containsExactly(10L, 14L);
  }

  @Test
  void sweepsAreSheetsOf64Tiles(@TempDir Path folder) throws IOException {
    Path first = folder.resolve("first.png");
    Path second = folder.resolve("second.png");
    assertThat(sweep("0", first).succeeds().out()).startsWith("64 samples of epoch 2: ");
    sweep("1", second).succeeds();
    assertThat(ImageIO.read(first.toFile()).getWidth()).isEqualTo(8 * (2 * SIDE + 2) - 2);
    assertThat(Files.readAllBytes(second)).isNotEqualTo(Files.readAllBytes(first));
  }

  @Test
  void sweepsOfCoordinatesThatAreNotThereAreRefused(@TempDir Path folder) {
    for (String coordinate : List.of("10", "-1")) {
      assertThat(sweep(coordinate, folder.resolve("none.png")).mistake())
          .contains("--sweep " + coordinate, "from 0 to 9", "latent.size");
    }
    assertThat(folder.resolve("none.png")).doesNotExist();
  }

  private static CommandRun sweep(String coordinate, Path out) {
    return CommandRun.of("sample", run.toString(), "--sweep=" + coordinate, "--out=" + out);
  }

  private static float[] gridLatent() {
    Experiment experiment = RunRecord.read(Runs.open(run.toString(), Map.of())).experiment();
    long seed = Seeds.of(experiment.train().seed(), Seeds.Use.GRID);
    return LatentVectors.draw(experiment.latent(), 64, seed);
  }

  private static String sha256(float[] z) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(4 * z.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : z) {
      bytes.putFloat(value);
    }
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
  }

  private static List<JsonNode> lines(Path of, String table) throws IOException {
    return new ObjectMapper()
        .readerFor(JsonNode.class)
        .<JsonNode>readValues(of.resolve("metrics/%s.jsonl".formatted(table)).toFile())
        .readAll();
  }
}
