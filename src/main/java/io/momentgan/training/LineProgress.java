package io.momentgan.training;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Plain lines: one per epoch, and in long epochs one every half minute. */
final class LineProgress implements Progress {
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final PrintStream out;
  private final ProgressText text;
  private final LongSupplier nanoTime;
  private long lastNanos;

  LineProgress(PrintStream out, ProgressText text, LongSupplier nanoTime) {
    this.out = out;
    this.text = text;
    this.nanoTime = nanoTime;
    this.lastNanos = nanoTime.getAsLong();
  }

  @Override
  public void update(State state) {
    long now = nanoTime.getAsLong();
    if (state.epochDone() || now - lastNanos >= INTERVAL_NANOS) {
      out.println(text.line(state, now));
      lastNanos = now;
    }
  }

  @Override
  public void close() {
    out.flush();
  }
}
