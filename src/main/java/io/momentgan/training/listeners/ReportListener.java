package io.momentgan.training.listeners;

import io.momentgan.report.RunPage;
import io.momentgan.run.Run;
import java.util.function.LongSupplier;

/**
 * Writes the run's page: at the end, and after epochs as long as that takes at most a fiftieth of
 * the time.
 */
public final class ReportListener implements TrainingListener {
  private static final int LEAST_SHARE = 50;

  private final Run run;
  private final LongSupplier nanoTime;
  private long next;

  /** A listener of a run. */
  public ReportListener(Run run) {
    this(run, System::nanoTime);
  }

  ReportListener(Run run, LongSupplier nanoTime) {
    this.run = run;
    this.nanoTime = nanoTime;
    this.next = nanoTime.getAsLong();
  }

  @Override
  public void roundEnded(RoundEnd end) {
    long begun = nanoTime.getAsLong();
    if (end.round().lastOfEpoch() && begun - next >= 0) {
      RunPage.writeDuringTraining(run.folder());
      long ended = nanoTime.getAsLong();
      next = ended + LEAST_SHARE * (ended - begun);
    }
  }

  @Override
  public void publish() {
    RunPage.write(run.folder());
  }
}
