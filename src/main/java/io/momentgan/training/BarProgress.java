package io.momentgan.training;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** A bar that is redrawn in place, by a thread of its own. */
final class BarProgress implements Progress {
  private static final int REDRAW_MILLIS = 500;

  private final PrintStream out;
  private final ProgressText text;
  private final ProgressBar bar;
  private volatile State state;

  BarProgress(PrintStream out, ProgressText text) {
    this.out = out;
    this.text = text;
    this.bar =
        new ProgressBarBuilder()
            .setTaskName(text.runName())
            .setInitialMax(text.totalIterations())
            .setUpdateIntervalMillis(REDRAW_MILLIS)
            .setConsumer(new Drawing(out))
            .setRenderer((ignored, width) -> draw(width))
            .build();
  }

  private String draw(int width) {
    State shown = state;
    return shown == null ? text.start() : text.bar(shown, System.nanoTime(), width);
  }

  @Override
  public void update(State newState) {
    state = newState;
    bar.stepTo(newState.iteration());
  }

  @Override
  public void close() {
    bar.close();
    out.println();
    out.flush();
  }

  /** The line's end is left to {@link BarProgress#close}: a bar closed early would have none. */
  private static final class Drawing extends ConsoleProgressBarConsumer {
    Drawing(PrintStream out) {
      super(out);
    }

    @Override
    public void close() {}
  }
}
