package io.momentgan.training.listeners;

import java.util.function.LongSupplier;

/** Work after epochs that may take a fiftieth of the time, and waits where it takes more. */
final class SparingWork {
  private static final int LEAST_SHARE = 50;

  private final LongSupplier nanoTime;
  private long next;

  SparingWork(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.next = nanoTime.getAsLong();
  }

  /** Does the work, unless it is too early for it. */
  void offer(Runnable work) {
    long begun = nanoTime.getAsLong();
    if (begun - next >= 0) {
      work.run();
      long ended = nanoTime.getAsLong();
      next = ended + LEAST_SHARE * (ended - begun);
    }
  }
}
