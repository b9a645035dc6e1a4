package io.momentgan.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.config.AveragingConfig.Wire;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WireTest {
  private static final int FIRST_INFINITY = 0x7F80;
  private static final float GREATEST = Float.intBitsToFloat((FIRST_INFINITY - 1) << 16);
  private static final double LEAST = Math.scalb(1.0, -133);

  /** All bfloat16 are floats with an empty lower half, which says what they are. */
  @Test
  void everyBfloat16IsItsOwnNearest() {
    for (int bits = 0; bits <= 0xFFFF; bits++) {
      float value = Float.intBitsToFloat(bits << 16);
      if (!Float.isNaN(value)) {
        assertThat(Wire.fromBf16((short) bits)).isEqualTo(value);
        assertThat(Wire.toBf16(value)).isEqualTo((short) bits);
        assertThat(Double.doubleToRawLongBits(Wire.BF16.round(value)))
            .isEqualTo(Double.doubleToRawLongBits(value));
      } else {
        assertThat(Wire.fromBf16((short) bits)).isNaN();
        assertThat(Wire.toBf16(value)).isEqualTo((short) 0x7FC0);
        assertThat(Wire.BF16.round(value)).isNaN();
      }
    }
  }

  /** Doubles of any exponent, and those in the middle of two neighbours or a little beside it. */
  @Test
  void theNearestIsThatOfExactArithmetic() {
    Random random = new Random(1);
    DoubleStream any =
        LongStream.generate(random::nextLong).limit(3_000).mapToDouble(Double::longBitsToDouble);
    DoubleStream nearFloats =
        DoubleStream.generate(() -> Float.intBitsToFloat(random.nextInt()) * (1 + 1e-9))
            .limit(3_000);
    DoubleStream ties =
        DoubleStream.iterate(0, bits -> bits + 97)
            .limit((FIRST_INFINITY - 2) / 97)
            .flatMap(
                bits -> {
                  double middle = (value((int) bits) + value((int) bits + 1)) / 2;
                  return DoubleStream.of(middle, Math.nextUp(middle), Math.nextDown(middle));
                });
    assertThat(Stream.of(any, nearFloats, ties).flatMap(DoubleStream::boxed))
        .filteredOn(Double::isFinite)
        .hasSizeGreaterThan(6_000)
        .allSatisfy(
            value -> {
              assertThat(Wire.toBf16(value)).isEqualTo((short) nearest(value));
              assertThat(Wire.toBf16(-value)).isEqualTo((short) nearest(-value));
            });
  }

  private static double value(int bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** The bits of the nearest by exact arithmetic; infinity counts as the next power of two. */
  private static int nearest(double value) {
    int sign = Double.doubleToRawLongBits(value) < 0 ? 0x8000 : 0;
    BigDecimal size = new BigDecimal(Math.abs(value));
    int below = 0;
    for (int bit = 0x4000; bit > 0; bit >>= 1) {
      if ((below | bit) <= FIRST_INFINITY && exact(below | bit).compareTo(size) <= 0) {
        below |= bit;
      }
    }
    if (below == FIRST_INFINITY) {
      return sign | below;
    }
    int order = size.subtract(exact(below)).compareTo(exact(below + 1).subtract(size));
    boolean up = order > 0 || (order == 0 && below % 2 == 1);
    return sign | (up ? below + 1 : below);
  }

  private static BigDecimal exact(int bits) {
    return new BigDecimal(bits == FIRST_INFINITY ? Math.scalb(1.0, 128) : value(bits));
  }

  @ParameterizedTest
  @CsvSource({
    "1.00390625, 1.0", // the middle goes to the even neighbour
    "1.01171875, 1.015625",
    "1.003906250001, 1.0078125", // which a float in between would take for the middle
    "-1.003906250001, -1.0078125",
    "-0.0, -0.0",
    "1e-50, 0.0",
    "-1e-50, -0.0",
    "1e300, Infinity",
    "-1e300, -Infinity",
    "Infinity, Infinity",
    "NaN, NaN"
  })
  void specialNumbers(double value, double expected) {
    assertThat(Double.doubleToLongBits(Wire.BF16.round(value)))
        .isEqualTo(Double.doubleToLongBits(expected));
  }

  @Test
  void subnormalNumbersAreRoundedToo() {
    assertThat(Wire.BF16.round(0.5 * LEAST)).isZero();
    assertThat(Wire.BF16.round(0.51 * LEAST)).isEqualTo(LEAST);
    assertThat(Wire.BF16.round(1.5 * LEAST)).isEqualTo(2 * LEAST);
    assertThat(Wire.BF16.round(Double.MIN_VALUE)).isZero();
    assertThat(Wire.BF16.round((double) GREATEST * (1 + 1e-4))).isEqualTo(GREATEST);
  }

  @ParameterizedTest
  @EnumSource
  void roundedNumbersStayAsTheyAre(Wire wire) {
    double[] once = wire.round(new Random(2).doubles(1000, -3, 3).toArray());
    assertThat(wire.round(once)).isEqualTo(once);
    assertThat(once[0] == (float) once[0]).isEqualTo(wire != Wire.EXACT);
  }

  @Test
  void aWorkerAloneSendsNothingThatWouldHaveToBeRounded() {
    String yaml =
        """
        name: a
        generator: {layers: []}
        discriminator: {layers: []}
        averaging: {wire: bf16}
        """;
    AveragingConfig averaging = ExperimentReader.read(yaml, "a", List.of()).averaging();
    assertThat(averaging.wireOf(1)).isEqualTo(Wire.EXACT);
    assertThat(averaging.wireOf(2)).isEqualTo(Wire.BF16);
  }
}
