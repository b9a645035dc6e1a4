package io.momentgan.training;

import java.util.Locale;

/**
 * The words of the progress display.
 *
 * @param runName the run
 * @param totalIterations iterations of the whole run
 * @param epochs epochs of the whole run
 * @param doneIterations iterations finished before this process began
 * @param startNanos {@link System#nanoTime} at the start
 */
public record ProgressText(
    String runName, long totalIterations, int epochs, long doneIterations, long startNanos) {
  private static final int MIN_BAR = 6;
  private static final int MAX_BAR = 40;

  /** What is shown before the first round is done. */
  String start() {
    return runName + ": starting";
  }

  /** One plain line. */
  String line(Progress.State state, long nanoTime) {
    return "%s: epoch %d/%d, %d/%d (%d%%), %s, %s"
        .formatted(
            runName,
            state.epoch(),
            epochs,
            state.iteration(),
            totalIterations,
            percent(state),
            speed(state, nanoTime),
            losses(state));
  }

  /**
   * The bar, padded to a width so that nothing of an earlier one stays.
   *
   * @param width columns of the terminal
   */
  String bar(Progress.State state, long nanoTime, int width) {
    String head = "epoch %d/%d ".formatted(state.epoch(), epochs);
    String tail = " %d%% %s, %s".formatted(percent(state), speed(state, nanoTime), losses(state));
    int cells = width - head.length() - tail.length() - 2;
    String bar = cells < MIN_BAR ? "" : "[" + cells(state, Math.min(cells, MAX_BAR)) + "]";
    String text = head + bar + tail;
    return text.length() > width
        ? text.substring(0, width)
        : text + " ".repeat(width - text.length());
  }

  private String cells(Progress.State state, int count) {
    int full = (int) Math.min(count, count * state.iteration() / Math.max(1, totalIterations));
    return "=".repeat(full) + " ".repeat(count - full);
  }

  private long percent(Progress.State state) {
    return totalIterations == 0 ? 100 : 100 * state.iteration() / totalIterations;
  }

  private String speed(Progress.State state, long nanoTime) {
    double seconds = Math.max(1e-3, (nanoTime - startNanos) / 1e9);
    double perSecond = (state.iteration() - doneIterations) / seconds;
    if (perSecond <= 0) {
      return "starting";
    }
    long left = Math.round((totalIterations - state.iteration()) / perSecond);
    return String.format(
        Locale.ROOT,
        perSecond < 10 ? "%.1f it/s, ETA %s" : "%.0f it/s, ETA %s",
        perSecond,
        clock(left));
  }

  private static String losses(Progress.State state) {
    String text = String.format(Locale.ROOT, "D %.2f G %.2f", state.dLoss(), state.gLoss());
    return Double.isNaN(state.momentMean())
        ? text
        : text
            + String.format(
                Locale.ROOT,
                " m %.1f/%.1f v %.1f/%.1f",
                state.momentMean(),
                state.momentMeanFloor(),
                state.momentVar(),
                state.momentVarFloor());
  }

  /** Seconds as h:mm:ss. */
  public static String clock(long seconds) {
    return "%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
}
