package io.momentgan.training.listeners;

import io.momentgan.network.state.Snapshot;
import io.momentgan.run.Run;
import io.momentgan.run.RunProgress;
import io.momentgan.tracking.EventFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes TensorBoard's event files, if {@code tracking.tensorboard} asks for them: at the end, and
 * after epochs as long as that takes at most a fiftieth of the time. Files that cannot be written
 * are a warning.
 */
public final class TensorBoardListener extends SparingListener {
  private static final Logger LOG = LoggerFactory.getLogger(TensorBoardListener.class);

  private final boolean on;
  private final EventFiles files;

  /** A listener of a run; it must hear of a round after those that write metrics and pictures. */
  public TensorBoardListener(Run run) {
    super(System::nanoTime);
    this.on = run.record().experiment().tracking().tensorboard();
    this.files = new EventFiles(run);
  }

  @Override
  public void begin(Snapshot start, RunProgress progress) {
    super.begin(start, progress);
    attempt(() -> files.begin(newest()));
  }

  @Override
  void afterEpoch(int epoch) {
    publish();
  }

  @Override
  public void publish() {
    attempt(() -> files.write(newest()));
  }

  private void attempt(Runnable writing) {
    if (on) {
      try {
        writing.run();
      } catch (RuntimeException e) {
        LOG.warn("TensorBoard's event files are not written: {}", e.getMessage());
        LOG.debug("The cause", e);
      }
    }
  }
}
