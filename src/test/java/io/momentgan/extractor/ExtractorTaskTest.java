package io.momentgan.extractor;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.data.ImageShape;
import org.junit.jupiter.api.Test;

class ExtractorTaskTest {
  private static float[] turned(ImageShape shape, int angle, float... image) {
    ExtractorTask.turn(image, 0, shape, angle);
    return image;
  }

  @Test
  void squareImagesTurnByQuarters() {
    ImageShape square = new ImageShape(1, 2, 2);
    assertThat(ExtractorTask.angles(square)).isEqualTo(4);
    assertThat(turned(square, 0, 1, 2, 3, 4)).containsExactly(1, 2, 3, 4);
    assertThat(turned(square, 1, 1, 2, 3, 4)).containsExactly(2, 4, 1, 3);
    assertThat(turned(square, 2, 1, 2, 3, 4)).containsExactly(4, 3, 2, 1);
    assertThat(turned(square, 3, 1, 2, 3, 4)).containsExactly(3, 1, 4, 2);
  }

  @Test
  void otherImagesTurnByHalves() {
    ImageShape wide = new ImageShape(1, 1, 3);
    assertThat(ExtractorTask.angles(wide)).isEqualTo(2);
    assertThat(turned(wide, 1, 1, 2, 3)).containsExactly(3, 2, 1);
  }

  @Test
  void eachChannelOfOneImageTurns() {
    float[] rows = {0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
    ExtractorTask.turn(rows, 8, new ImageShape(2, 2, 2), 1);
    assertThat(rows).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 2, 4, 1, 3, 6, 8, 5, 7);
  }

  @Test
  void aVariedImageStaysUpright() {
    ImageShape shape = new ImageShape(1, 2, 3);
    float[] mirrored = {9, 1, 2, 3, 4, 5, 6};
    new Variation(true, 0, 0, 2, 1).apply(mirrored, 1, shape);
    assertThat(mirrored).containsExactly(9, 7, 5, 3, 13, 11, 9);
    float[] moved = {1, 2, 3, 4, 5, 6};
    new Variation(false, 1, -1, 1, 0).apply(moved, 0, shape);
    assertThat(moved).containsExactly(2, 3, 3, 2, 3, 3);
  }

  @Test
  void namesTellTheTask() {
    assertThat(ExtractorTask.describe("rotation-v1-0a", 0.714))
        .isEqualTo(
            "a rotation network trained on this data (rotation-v1-0a, 71.40 % of rotations right)");
    assertThat(ExtractorTask.describe("lenet-v1-0a", 0.99))
        .isEqualTo("lenet-v1-0a (accuracy 0.9900)");
  }
}
