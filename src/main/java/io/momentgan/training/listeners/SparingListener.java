package io.momentgan.training.listeners;

import io.momentgan.network.state.Snapshot;
import io.momentgan.run.RunProgress;
import java.util.function.LongSupplier;

/** Works after epochs, as long as that takes at most a fiftieth of the time, and at the end. */
abstract class SparingListener implements TrainingListener {
  private static final int LEAST_SHARE = 50;

  private final LongSupplier nanoTime;
  private long next;
  private long newest;

  SparingListener(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.next = nanoTime.getAsLong();
  }

  /** Does the work of an epoch that has just ended. */
  abstract void afterEpoch(int epoch);

  /** The number of rounds that the training has made. */
  final long newest() {
    return newest;
  }

  @Override
  public void begin(Snapshot start, RunProgress progress) {
    newest = start.round();
  }

  @Override
  public final void roundEnded(RoundEnd end) {
    newest = end.round().number() + 1;
    long begun = nanoTime.getAsLong();
    if (end.round().lastOfEpoch() && begun - next >= 0) {
      afterEpoch(end.round().epoch());
      long ended = nanoTime.getAsLong();
      next = ended + LEAST_SHARE * (ended - begun);
    }
  }
}
