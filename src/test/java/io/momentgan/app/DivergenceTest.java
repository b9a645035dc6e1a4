package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DivergenceTest {
  private static final Pattern MESSAGE =
      Pattern.compile(
          "error: The training diverged in round (\\d+) \\(epoch 1\\) on worker [01]: .*; (.*)");

  @TempDir private Path folder;

  @Test
  void divergenceInTheFirstRoundSaysThatThereIsNoCheckpoint() {
    Matcher message = diverge("1e30", "train.workers=2", "train.averaging-frequency=10");
    assertThat(message.group(1)).isEqualTo("1");
    assertThat(message.group(2)).isEqualTo("there is no checkpoint yet");
    assertThat(folder.resolve("runs/00000-tiny/run.yaml")).exists();
  }

  @Test
  void divergenceNamesTheLastGoodCheckpoint() {
    Matcher message =
        diverge("1e4", "train.workers=1", "train.averaging-frequency=1", "checkpoint.every=1");
    int last = Integer.parseInt(message.group(1)) - 1;
    assertThat(last).isPositive();
    Path run = folder.resolve("runs/00000-tiny");
    Path checkpoint = run.resolve("checkpoints/step=%08d".formatted(last));
    assertThat(message.group(2))
        .isEqualTo("the last good checkpoint is that of round %d: %s".formatted(last, checkpoint));
    assertThat(checkpoint.resolve("manifest.json")).exists();
    assertThat(run.resolve("metrics/rounds.jsonl")).content().hasLineCount(last);
    CommandRun.of("sample", run.toString(), "--out", folder.resolve("last-good.png").toString())
        .succeeds();
  }

  @Test
  void divergenceOfOneWorkerStopsTheOtherToo() {
    diverge(
        "1e2",
        "train.workers=2",
        "train.averaging-frequency=1",
        "train.epochs=1",
        "train.deadline-seconds=20");
  }

  private Matcher diverge(String learningRate, String... settings) {
    String[] steep = {
      "discriminator.optimizer.type=sgd", "discriminator.optimizer.learning-rate=" + learningRate
    };
    CommandRun run =
        CommandRun.of(
            TinyExperiment.training(
                folder,
                Stream.concat(Stream.of(steep), Stream.of(settings)).toArray(String[]::new)));
    Matcher message = MESSAGE.matcher(run.refusal(Main.DIVERGED));
    assertThat(message.matches()).as(run.err()).isTrue();
    assertThat(run.out()).isEmpty();
    return message;
  }
}
