package io.momentgan.collective.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.collective.CollectiveException;
import io.momentgan.collective.Group;
import io.momentgan.collective.Message;
import io.momentgan.collective.Message.Addresses;
import io.momentgan.collective.Message.BatchMoments;
import io.momentgan.collective.Message.WeightedMean;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.moments.Moments;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RequestTest {
  private static final Token TOKEN = new Token();
  private static final Group GROUP = new Group("läuft", 1L << 40, 3, 2, 1);
  private static final Moments ODD =
      new Moments(
          1L << 50,
          new double[] {Double.NaN, -0.0, Double.MIN_VALUE},
          new double[] {Double.POSITIVE_INFINITY, 0.1, Math.PI});

  private static final BatchMoments MESSAGE =
      new BatchMoments(Wire.EXACT, List.of(ODD), List.of(), new WeightedMean(Wire.EXACT, 1, 0.5));

  @ParameterizedTest
  @EnumSource
  void whatIsSaidIsHeard(Request.Kind kind) {
    List<Moments> moments = List.of(ODD, Moments.empty(0), Moments.empty(7));
    WeightedMean mean = new WeightedMean(Wire.EXACT, 3, Double.NaN, -0.0);
    for (Message contribution :
        List.of(
            new BatchMoments(Wire.EXACT, moments, List.of(ODD), mean),
            mean,
            Message.NONE,
            new Addresses(List.of("zürich:1", "")),
            new Addresses(List.of()))) {
      Request request = new Request(kind, GROUP, 4, 5, 6, "Grund: 1 €", contribution);
      ByteBuffer message = request.encode(TOKEN);
      assertThat(message.remaining()).isEqualTo(message.capacity());
      assertThat(TOKEN.heads(message)).isTrue();
      assertThat(Request.decode(message)).isEqualTo(request);
    }
  }

  @Test
  void doublesCrossBitForBit() {
    Moments read = ((BatchMoments) Reply.decode(Reply.merged(MESSAGE))).generated().get(0);
    for (int j = 0; j < ODD.features(); j++) {
      assertThat(Double.doubleToRawLongBits(read.mean()[j]))
          .isEqualTo(Double.doubleToRawLongBits(ODD.mean()[j]));
      assertThat(Double.doubleToRawLongBits(read.m2()[j]))
          .isEqualTo(Double.doubleToRawLongBits(ODD.m2()[j]));
    }
  }

  @ParameterizedTest
  @EnumSource
  void numbersTakeTheBytesOfTheirPrecisionAndArriveRounded(Wire wire) {
    Moments moments =
        new Moments(
            3,
            new double[] {Double.NaN, -0.0, 1e-40, 1 + 0x1p-8 + 0x1p-30},
            new double[] {Double.POSITIVE_INFINITY, 0.1, 1e300, Math.PI});
    WeightedMean losses = new WeightedMean(Wire.EXACT, 1, 0.1);
    BatchMoments batch = new BatchMoments(wire, List.of(moments), List.of(moments), losses);
    WeightedMean gradient = new WeightedMean(wire, 1L << 40, moments.mean());
    assertThat(MessageCodec.bytes(batch))
        .isEqualTo(3 + 5 * Integer.BYTES + 2 * (Long.BYTES + 8 * wire.bytes()) + 2 * Long.BYTES);
    for (Message message : List.of(batch, gradient)) {
      Request request = new Request(Request.Kind.MERGE, GROUP, 4, 5, 6, "", message);
      ByteBuffer bytes = request.encode(TOKEN);
      assertThat(bytes.remaining()).isEqualTo(bytes.capacity());
      assertThat(TOKEN.heads(bytes)).isTrue();
      assertThat(Request.decode(bytes).message()).isEqualTo(message.rounded());
      assertThat(Reply.decode(Reply.merged(message.rounded()))).isEqualTo(message.rounded());
    }
  }

  @Test
  void aFailureIsThrownWithItsReason() {
    assertThatThrownBy(() -> Reply.decode(Reply.failed("Worker 1 gave up: no disk left")))
        .isInstanceOf(CollectiveException.class)
        .hasMessage("Worker 1 gave up: no disk left");
  }

  @Test
  void aReasonIsCutToItsFirstCharacters() {
    ByteBuffer message =
        new Request(Request.Kind.ABORT, GROUP, 0, 2, 1, "€".repeat(1 << 20), Message.NONE)
            .encode(TOKEN);
    assertThat(TOKEN.heads(message)).isTrue();
    assertThat(Request.decode(message).text()).isEqualTo("€".repeat(Request.MOST_TEXT_CHARS));
  }

  @Test
  void tokensDifferAndAreNotPrinted() {
    ByteBuffer message = ByteBuffer.allocate(Token.BYTES);
    TOKEN.write(message);
    assertThat(new Token().heads(message.duplicate().flip())).isFalse();
    assertThat(TOKEN.heads(message.duplicate().flip())).isTrue();
    assertThat(TOKEN.heads(message.duplicate().flip().limit(Token.BYTES - 1))).isFalse();
    assertThat(TOKEN.toString()).isEqualTo("a token");
  }

  @Test
  void aMessageCutOffIsNotReadAsAnything() {
    assertNotReadWhenCutOff(MESSAGE);
    assertNotReadWhenCutOff(new WeightedMean(Wire.BF16, 3, 1, 2));
    assertNotReadWhenCutOff(new Addresses(List.of("one:1", "two:22")));
  }

  private static void assertNotReadWhenCutOff(Message whole) {
    ByteBuffer message = new Request(Request.Kind.MERGE, GROUP, 0, 2, 1, "", whole).encode(TOKEN);
    for (int length = Token.BYTES; length < message.capacity(); length++) {
      ByteBuffer cut = message.duplicate().limit(length).position(Token.BYTES);
      assertThatThrownBy(() -> Request.decode(cut)).isInstanceOf(BufferUnderflowException.class);
    }
  }
}
