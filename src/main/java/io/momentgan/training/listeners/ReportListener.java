package io.momentgan.training.listeners;

import io.momentgan.report.RunPage;
import io.momentgan.run.Run;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the run's page: at the end, and after epochs as long as that takes at most a fiftieth of
 * the time. After an epoch, a page that cannot be written is a warning.
 */
public final class ReportListener extends SparingListener {
  private static final Logger LOG = LoggerFactory.getLogger(ReportListener.class);

  private final Run run;

  /** A listener of a run. */
  public ReportListener(Run run) {
    this(run, System::nanoTime);
  }

  ReportListener(Run run, LongSupplier nanoTime) {
    super(nanoTime);
    this.run = run;
  }

  @Override
  void afterEpoch(int epoch) {
    try {
      RunPage.writeDuringTraining(run.folder());
    } catch (RuntimeException e) {
      LOG.warn("Epoch {}: the report is not written", epoch, e);
    }
  }

  @Override
  public void publish() {
    RunPage.write(run.folder());
  }
}
