package io.momentgan.training;

import io.momentgan.moments.NoiseFloor;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.Schedule;
import io.momentgan.run.RunProgress;
import io.momentgan.step.Losses;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * Shows a run's progress on standard error: a bar on a terminal, elsewhere a line at the end of
 * each epoch and every half minute. Its figures are those of {@code metrics/epochs.jsonl}.
 */
final class ProgressListener implements TrainingListener {
  private static final String LEGEND =
      "Means of the epoch so far: D, G: losses (d_loss, g_bce); m, v: moment terms / their floors.";
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final int REDRAW_MILLIS = 500;
  private static final int MIN_BAR = 6;
  private static final int MAX_BAR = 40;

  private final String runName;
  private final long totalIterations;
  private final int epochs;
  private final NoiseFloor floor;
  private final PrintStream out;
  private final boolean terminal;
  private final LongSupplier nanoTime;
  private long doneBefore;
  private long startNanos;
  private long lastNanos;

  /** Null where lines are printed. */
  private ProgressBar bar;

  /** Null before the first round ended; read by the bar's own thread. */
  private volatile Position position;

  private record Position(int epoch, long iteration, Losses mean) {}

  ProgressListener(String runName, Schedule schedule, NoiseFloor floor) {
    this(
        runName,
        schedule.iterations(),
        schedule.train().epochs(),
        floor,
        System.err,
        isTerminal(),
        System::nanoTime);
  }

  ProgressListener(
      String runName,
      long totalIterations,
      int epochs,
      NoiseFloor floor,
      PrintStream out,
      boolean terminal,
      LongSupplier nanoTime) {
    this.runName = runName;
    this.totalIterations = totalIterations;
    this.epochs = epochs;
    this.floor = floor;
    this.out = out;
    this.terminal = terminal;
    this.nanoTime = nanoTime;
  }

  @SuppressWarnings("SystemConsoleNull") // the build and the run are bound to Java 17
  private static boolean isTerminal() {
    return isTerminal(System.console() != null, System.getenv());
  }

  /** Whether lines can be redrawn. */
  static boolean isTerminal(boolean console, Map<String, String> environment) {
    return console
        && !environment.getOrDefault("TERM", "").equals("dumb")
        && !environment.containsKey("CI");
  }

  @Override
  public void begin(Snapshot start, RunProgress progress) {
    begin(start.iteration());
  }

  void begin(long iterationsDone) {
    doneBefore = iterationsDone;
    startNanos = nanoTime.getAsLong();
    lastNanos = startNanos;
    out.println(LEGEND);
    if (terminal) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(runName)
              .setInitialMax(totalIterations)
              .setUpdateIntervalMillis(REDRAW_MILLIS)
              .setConsumer(new Drawing(out))
              .setRenderer((ignored, width) -> bar(width))
              .build();
    }
  }

  @Override
  public void roundEnded(RoundEnd end) {
    update(
        end.round().epoch(),
        end.snapshot().iteration(),
        end.progress().mean(),
        end.round().lastOfEpoch());
  }

  void update(int epoch, long iteration, Losses mean, boolean epochDone) {
    position = new Position(epoch, iteration, mean);
    long now = nanoTime.getAsLong();
    if (bar != null) {
      bar.stepTo(iteration);
    } else if (epochDone || now - lastNanos >= INTERVAL_NANOS) {
      out.println(line());
      lastNanos = now;
    }
  }

  private String line() {
    Position at = position;
    return "%s: epoch %d/%d, %d/%d (%d%%), %s, %s"
        .formatted(
            runName,
            at.epoch(),
            epochs,
            at.iteration(),
            totalIterations,
            percent(at),
            speed(at),
            figures(at.mean()));
  }

  /** Padded to the terminal's width, so that nothing of an earlier bar stays. */
  String bar(int width) {
    Position at = position;
    if (at == null) {
      return runName + ": starting";
    }
    String head = "epoch %d/%d ".formatted(at.epoch(), epochs);
    String tail = " %d%% %s, %s".formatted(percent(at), speed(at), figures(at.mean()));
    int cells = Math.min(width - head.length() - tail.length() - 2, MAX_BAR);
    int full = (int) Math.min(cells, cells * at.iteration() / Math.max(1, totalIterations));
    String middle = cells < MIN_BAR ? "" : "[" + "=".repeat(full) + " ".repeat(cells - full) + "]";
    String text = head + middle + tail;
    return text.length() > width
        ? text.substring(0, width)
        : text + " ".repeat(width - text.length());
  }

  private long percent(Position at) {
    return totalIterations == 0 ? 100 : 100 * at.iteration() / totalIterations;
  }

  private String speed(Position at) {
    double seconds = Math.max(1e-3, (nanoTime.getAsLong() - startNanos) / 1e9);
    double perSecond = (at.iteration() - doneBefore) / seconds;
    if (perSecond <= 0) {
      return "starting";
    }
    long left = Math.round((totalIterations - at.iteration()) / perSecond);
    return String.format(
        Locale.ROOT,
        "%." + (perSecond < 10 ? 1 : 0) + "f it/s, ETA %d:%02d:%02d",
        perSecond,
        left / 3600,
        left / 60 % 60,
        left % 60);
  }

  private String figures(Losses mean) {
    String losses =
        String.format(Locale.ROOT, "D %.2f G %.2f", mean.discriminator(), mean.generatorBce());
    return floor.equals(NoiseFloor.NONE)
        ? losses
        : losses
            + String.format(
                Locale.ROOT,
                " m %.1f/%.1f v %.1f/%.1f",
                mean.momentMean(),
                floor.mean(),
                mean.momentVariance(),
                floor.variance());
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      out.println();
    }
    out.flush();
  }

  /** Leaves the line's end to {@link #close}: a bar closed early would have none. */
  private static final class Drawing extends ConsoleProgressBarConsumer {
    Drawing(PrintStream out) {
      super(out);
    }

    @Override
    public void close() {}
  }
}
