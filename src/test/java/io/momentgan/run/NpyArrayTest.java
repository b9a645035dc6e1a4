package io.momentgan.run;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.config.UserException;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class NpyArrayTest {
  @Test
  void theHeaderIsNumpysOwn() {
    byte[] file = new NpyArray(new int[] {16, 1, 28, 28}, new float[16 * 784]).bytes();

    String header = new String(file, 0, 128, ISO_8859_1);
    assertThat(header)
        .startsWith(
            "\u0093NUMPY\u0001\u0000v\u0000"
                + "{'descr': '<f4', 'fortran_order': False, 'shape': (16, 1, 28, 28), } ")
        .endsWith(" \n");
    assertThat(file).hasSize(128 + 16 * 784 * 4);
  }

  @Test
  void aSingleExtentHasATrailingCommaAndValuesAreLittleEndian() {
    byte[] file = new NpyArray(new int[] {1}, new float[] {1}).bytes();
    assertThat(new String(file, ISO_8859_1)).contains("'shape': (1,), }");
    assertThat(Arrays.copyOfRange(file, 128, 132)).containsExactly(0, 0, 0x80, 0x3F);
  }

  @Property(tries = 200)
  void whatIsWrittenIsReadBack(
      @ForAll @Size(max = 3) List<@IntRange(max = 5) Integer> extents, @ForAll float fill) {
    int[] shape = extents.stream().mapToInt(Integer::intValue).toArray();
    int size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = fill + i;
    }
    NpyArray array = new NpyArray(shape, values);
    assertThat(NpyArray.parse(array.bytes(), "x.npy")).isEqualTo(array);
    assertThat((array.bytes().length - 4 * size) % 64).isZero();
  }

  @Test
  void rowsAreTakenApartAsTheyWerePutTogether() {
    float[][] rows = {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}};
    NpyArray array = NpyArray.ofRows(rows, 1, 2, 2);
    assertThat(array.shape()).containsExactly(3, 1, 2, 2);
    assertThat(array.rows()).isDeepEqualTo(rows);
    assertThatThrownBy(() -> NpyArray.ofRows(rows, 5)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void otherFilesAreRefusedByName() {
    byte[] good = new NpyArray(new int[] {2}, new float[2]).bytes();
    byte[] doubles = new String(good, ISO_8859_1).replace("<f4", "<f8").getBytes(ISO_8859_1);
    for (byte[] bad :
        new byte[][] {{}, {1, 2, 3}, Arrays.copyOf(good, 60), Arrays.copyOf(good, 131), doubles}) {
      assertThatThrownBy(() -> NpyArray.parse(bad, "samples/epoch-0001.npy"))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("samples/epoch-0001.npy");
    }
  }
}
