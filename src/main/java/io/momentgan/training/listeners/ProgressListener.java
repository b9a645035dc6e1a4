package io.momentgan.training.listeners;

import io.momentgan.averaging.GanTrainingMaster;
import io.momentgan.moments.NoiseFloor;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.Schedule;
import io.momentgan.run.RunProgress;
import io.momentgan.run.metrics.Figures;
import io.momentgan.step.Losses;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import scala.Tuple4;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/**
 * Shows a run's progress on standard error, also within rounds: a bar on a terminal, elsewhere a
 * line at the end of each epoch and every half minute. Its figures are means of the epoch so far,
 * those of {@code metrics/epochs.jsonl} at the epoch's end.
 */
public final class ProgressListener implements TrainingListener {
  private static final String LEGEND =
      "Figures: means of the epoch so far, as d_loss_epoch_mean and so on in metrics/epochs.jsonl;"
          + " moment terms / their floors.";
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int REDRAW_MILLIS = 500;
  private static final int MIN_BAR = 6;
  private static final int MAX_BAR = 40;

  private final String runName;
  private final Schedule schedule;
  private final NoiseFloor floor;
  private final PrintStream out;
  private final boolean terminal;
  private final LongSupplier nanoTime;

  /** Iterations of each task of the newest round. */
  private final Map<Long, Long> byTask = new HashMap<>();

  private int stage = -1;
  private long doneBefore;
  private long startNanos;
  private long nextNanos;

  /** Ends what the constructor began; a notebook's application outlives its trainings. */
  private Runnable leave = () -> {};

  /** Null where lines are printed. */
  private ProgressBar bar;

  /** Read by the bar's own thread. */
  private volatile Position position = new Position(0, 0, null);

  /**
   * Where the training stands.
   *
   * @param ofRounds iterations of the rounds that are over
   * @param iteration iterations finished, the round in progress included
   * @param mean null before the first round ended
   */
  private record Position(long ofRounds, long iteration, Losses mean) {}

  /**
   * Shows the progress of a run on standard error.
   *
   * @param runName how lines begin
   * @param schedule its rounds
   * @param floor of the moment terms
   * @param spark tells of rounds in progress
   */
  public ProgressListener(
      String runName, Schedule schedule, NoiseFloor floor, JavaSparkContext spark) {
    this(runName, schedule, floor, System.err, isTerminal(), System::nanoTime);
    Heartbeats heartbeats = new Heartbeats();
    spark.sc().addSparkListener(heartbeats);
    leave = () -> spark.sc().removeSparkListener(heartbeats);
  }

  ProgressListener(
      String runName,
      Schedule schedule,
      NoiseFloor floor,
      PrintStream out,
      boolean terminal,
      LongSupplier nanoTime) {
    this.runName = runName;
    this.schedule = schedule;
    this.floor = floor;
    this.out = out;
    this.terminal = terminal;
    this.nanoTime = nanoTime;
  }

  /** Tells how many iterations each task has made: executors report it every few seconds. */
  private final class Heartbeats extends SparkListener {
    @Override
    public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
      for (Tuple4<Object, Object, Object, Seq<AccumulableInfo>> task :
          JavaConverters.seqAsJavaList(update.accumUpdates())) {
        for (AccumulableInfo value : JavaConverters.seqAsJavaList(task._4())) {
          if (value.name().contains(GanTrainingMaster.ITERATIONS) && value.update().isDefined()) {
            working((int) task._2(), (long) task._1(), (long) value.update().get());
          }
        }
      }
    }
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
    nextNanos = startNanos + FIRST_NANOS;
    position = new Position(iterationsDone, iterationsDone, null);
    out.println(LEGEND);
    if (terminal) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(runName)
              .setInitialMax(schedule.iterations())
              .setUpdateIntervalMillis(REDRAW_MILLIS)
              .setConsumer(new Drawing(out))
              .setRenderer((ignored, width) -> bar(width))
              .build();
    }
  }

  @Override
  public void roundEnded(RoundEnd end) {
    update(end.snapshot().iteration(), end.progress().mean(), end.round().lastOfEpoch());
  }

  synchronized void update(long iteration, Losses mean, boolean epochDone) {
    byTask.clear();
    show(new Position(iteration, iteration, mean), epochDone);
  }

  /**
   * Hears of a round in progress.
   *
   * @param ofStage the round's stage; another attempt at the round has a later one
   * @param task a worker's task
   * @param iterations those that it has made
   */
  synchronized void working(int ofStage, long task, long iterations) {
    if (ofStage < stage) {
      return;
    }
    if (ofStage > stage) {
      byTask.clear();
      stage = ofStage;
    }
    byTask.put(task, iterations);
    Position at = position;
    long sum = byTask.values().stream().mapToLong(Long::longValue).sum();
    long inRound = sum / schedule.train().workers();
    long end = Math.min(at.ofRounds() + inRound, schedule.iterations());
    show(new Position(at.ofRounds(), end, at.mean()), false);
  }

  private void show(Position at, boolean always) {
    position = at;
    long now = nanoTime.getAsLong();
    if (bar != null) {
      bar.stepTo(at.iteration());
    } else if (always || now >= nextNanos) {
      out.println(line());
      nextNanos = now + INTERVAL_NANOS;
    }
  }

  private String line() {
    Position at = position;
    return "%s: epoch %d/%d, iteration %d/%d (%d%%), %s%s"
        .formatted(
            runName,
            epoch(at),
            schedule.train().epochs(),
            at.iteration(),
            schedule.iterations(),
            percent(at),
            speed(at),
            figures(at.mean()));
  }

  /** Padded to the terminal's width, so that nothing of an earlier bar stays. */
  String bar(int width) {
    Position at = position;
    if (at.iteration() == 0) {
      return runName + ": starting";
    }
    String head = "epoch %d/%d ".formatted(epoch(at), schedule.train().epochs());
    String tail = " %d%% %s%s".formatted(percent(at), speed(at), figures(at.mean()));
    int cells = Math.min(width - head.length() - tail.length() - 2, MAX_BAR);
    int full = (int) Math.min(cells, cells * at.iteration() / Math.max(1, schedule.iterations()));
    String middle = cells < MIN_BAR ? "" : "[" + "=".repeat(full) + " ".repeat(cells - full) + "]";
    String text = head + middle + tail;
    return text.length() > width
        ? text.substring(0, width)
        : text + " ".repeat(width - text.length());
  }

  /** The epoch of the newest iteration. */
  private long epoch(Position at) {
    return schedule.epoch(at.iteration());
  }

  private long percent(Position at) {
    return schedule.iterations() == 0 ? 100 : 100 * at.iteration() / schedule.iterations();
  }

  private String speed(Position at) {
    double seconds = Math.max(1e-3, (nanoTime.getAsLong() - startNanos) / 1e9);
    double perSecond = (at.iteration() - doneBefore) / seconds;
    if (perSecond <= 0) {
      return "starting";
    }
    long left = Math.round((schedule.iterations() - at.iteration()) / perSecond);
    return String.format(
        Locale.ROOT,
        "%." + (perSecond < 10 ? 1 : 0) + "f it/s, %d:%02d:%02d left",
        perSecond,
        left / 3600,
        left / 60 % 60,
        left % 60);
  }

  private String figures(Losses mean) {
    if (mean == null) {
      return "";
    }
    Figures figures = Figures.of(mean, floor);
    String losses = ", d_loss %.3f, g_bce %.3f".formatted(figures.dLoss(), figures.gBce());
    return floor.equals(NoiseFloor.NONE)
        ? losses
        : losses
            + ", moment_mean %.2f/%.2f, moment_var %.2f/%.2f"
                .formatted(
                    figures.momentMean(), floor.mean(), figures.momentVar(), floor.variance());
  }

  @Override
  public void close() {
    leave.run();
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
