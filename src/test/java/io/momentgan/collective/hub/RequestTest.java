package io.momentgan.collective.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.collective.CollectiveException;
import io.momentgan.collective.Group;
import io.momentgan.collective.Message;
import io.momentgan.collective.Message.Addresses;
import io.momentgan.collective.Message.BatchMoments;
import io.momentgan.collective.Message.WeightedMean;
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
      new BatchMoments(List.of(ODD), List.of(), new WeightedMean(1, 0.5));

  @ParameterizedTest
  @EnumSource
  void whatIsSaidIsHeard(Request.Kind kind) {
    List<Moments> moments = List.of(ODD, Moments.empty(0), Moments.empty(7));
    WeightedMean mean = new WeightedMean(3, Double.NaN, -0.0);
    for (Message contribution :
        List.of(
            new BatchMoments(moments, List.of(ODD), mean),
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
