package io.momentgan.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Labels of data that number their classes otherwise than the run does. */
class LabelMapTest {
  @Test
  void numbersStayNumbers() {
    assertThat(new LabelMap(List.of(), List.of()).of(7)).isEqualTo(7);
    assertThat(new LabelMap(List.of("cat", "dog"), List.of()).of(1)).isEqualTo(1);
  }

  @Test
  void namesAreLookedUpInTheRun() {
    LabelMap labels = new LabelMap(List.of("cat", "dog", "hen"), List.of("dog", "emu", "hen"));
    assertThat(labels.of(0)).isEqualTo(1);
    assertThat(labels.of(1)).as("a class that the run does not know").isNull();
    assertThat(labels.of(2)).isEqualTo(2);
  }

  @Test
  void foldersNamedByNumbersAreTheClassesOfARunWithoutNames() {
    LabelMap labels = new LabelMap(List.of(), List.of("3", "7", "other"));
    assertThat(labels.of(0)).isEqualTo(3);
    assertThat(labels.of(1)).isEqualTo(7);
    assertThat(labels.of(2)).isNull();
  }
}
