package io.momentgan.training.listeners;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.partition.Round;
import io.momentgan.partition.WorkerHistory;
import io.momentgan.report.RunPage;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportListenerTest {
  @TempDir private Path out;

  private final AtomicLong clock = new AtomicLong();
  private Run run;
  private Path page;

  @BeforeEach
  void makeRun() {
    RunRecord record =
        new RunRecord(
            Experiments.small(),
            Map.of("momentgan", "0.1.0"),
            new RunRecord.Data("glyphs", "glyphs", "abc", 400, "1x28x28", List.of()),
            "2026-01-01T00:00:00Z",
            "1",
            WorkerHistory.of(1));
    run = Run.create(out.toString(), record, Map.of());
    page = out.resolve(run.folder().name()).resolve(RunPage.PAGE);
  }

  /** Each look at the clock takes ten nanoseconds, so that a page takes ten. */
  private ReportListener listener() {
    return new ReportListener(run, () -> clock.getAndAdd(10));
  }

  private static TrainingListener.RoundEnd round(int epoch, boolean last) {
    Round round = new Round(epoch - 1, epoch, 0, 1, epoch - 1, 1, epoch - 1, 0, last, false);
    return new TrainingListener.RoundEnd(round, null, null, null, List.of());
  }

  @Test
  void thePageIsWrittenAfterEpochsUnlessItTakesMoreThanAFiftiethOfTheTime() throws Exception {
    ReportListener listener = listener();
    listener.roundEnded(round(1, false));
    assertThat(page).doesNotExist();
    listener.roundEnded(round(1, true));
    assertThat(page).content().contains("In training: 0 of 2 epochs");

    Files.delete(page);
    clock.addAndGet(400);
    listener.roundEnded(round(2, true));
    assertThat(page).doesNotExist();
    clock.addAndGet(100);
    listener.roundEnded(round(3, true));
    assertThat(page).exists();

    listener.publish();
    assertThat(page).content().doesNotContain("In training");
  }

  @Test
  void aPageThatCannotBeWrittenCostsNoTraining() throws Exception {
    Files.createDirectories(page.resolve("in the way"));
    listener().roundEnded(round(1, true));
    assertThat(page).isDirectory();
  }
}
