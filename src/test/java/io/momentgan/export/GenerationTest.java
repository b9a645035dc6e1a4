package io.momentgan.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import io.momentgan.network.state.NetworkState;
import io.momentgan.sampling.GeneratedDraw;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** The Parquet schema of samples, which readers rely on. */
class GenerationTest {
  @Test
  void theSchemaHoldsSparksImageSchema() {
    assertThat(Generation.COLUMNS.treeString().strip())
        .isEqualTo(
            """
            root
             |-- index: long (nullable = false)
             |-- label: integer (nullable = true)
             |-- run: string (nullable = false)
             |-- epoch: integer (nullable = false)
             |-- seed: long (nullable = false)
             |-- image: struct (nullable = true)
             |    |-- origin: string (nullable = true)
             |    |-- height: integer (nullable = false)
             |    |-- width: integer (nullable = false)
             |    |-- nChannels: integer (nullable = false)
             |    |-- mode: integer (nullable = false)
             |    |-- data: binary (nullable = false)""");
  }

  @Test
  void rowsSayWhereTheyComeFromAndTheClassIfThereIsOne() {
    ImageShape shape = new ImageShape(1, 1, 1);
    NetworkState none = new NetworkState(new float[0], new float[0], 0);
    Generation samples =
        new Generation("00003-ff5", 4, new GeneratedDraw(Experiments.small(), shape, none, 7));
    Images labelled = new Images(shape, new byte[] {5, 6}, new byte[] {0, (byte) 200});
    Row row = samples.row(labelled, 1, 42);
    assertThat(row.get(0)).isEqualTo(42L);
    assertThat(row.get(1)).isEqualTo(200);
    assertThat(row.get(2)).isEqualTo("00003-ff5");
    assertThat(row.get(3)).isEqualTo(4);
    assertThat(row.get(4)).isEqualTo(7L);
    assertThat((byte[]) row.getStruct(5).get(5)).containsExactly(6);
    Images unlabelled = new Images(shape, new byte[] {5}, new byte[0]);
    assertThat(samples.row(unlabelled, 0, 42).get(1)).isNull();
  }

  @Test
  void coloursBecomeBlueGreenRedPixelAfterPixel() {
    byte[] planes = {0, 0, 0, 0, 0, 0, 11, 12, 21, 22, 31, 32};
    Images images = new Images(new ImageShape(3, 1, 2), planes, new byte[0]);
    Row image = Generation.struct(images, 1);
    assertThat(image.get(0)).as("origin").isNull();
    assertThat(image.getInt(1)).as("height").isEqualTo(1);
    assertThat(image.getInt(2)).as("width").isEqualTo(2);
    assertThat(image.getInt(3)).as("channels").isEqualTo(3);
    assertThat(image.getInt(4)).as("mode").isEqualTo(16);
    assertThat((byte[]) image.get(5)).containsExactly(31, 21, 11, 32, 22, 12);
  }
}
