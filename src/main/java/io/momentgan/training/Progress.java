package io.momentgan.training;

import java.io.PrintStream;
import java.util.Map;

/**
 * What a run says on the terminal while it trains: a bar on a terminal, plain lines elsewhere.
 *
 * <p>It belongs to one thread. Written to standard error, so that standard output stays free.
 */
public interface Progress extends AutoCloseable {
  /**
   * Where the run stands.
   *
   * @param epoch the epoch under way or just finished, from 1 on
   * @param iteration iterations finished since the run's start
   * @param dLoss discriminator loss, in nats
   * @param gLoss adversarial part of the generator loss, in nats
   * @param momentMean mean term; NaN where moments are not measured
   * @param momentMeanFloor its floor
   * @param momentVar variance term
   * @param momentVarFloor its floor
   * @param epochDone whether the epoch has just been finished
   */
  record State(
      int epoch,
      long iteration,
      double dLoss,
      double gLoss,
      double momentMean,
      double momentMeanFloor,
      double momentVar,
      double momentVarFloor,
      boolean epochDone) {}

  /**
   * Begins to report a new run.
   *
   * @param runName shown in plain lines
   * @param totalIterations iterations of the whole run
   * @param epochs epochs of the whole run
   */
  static Progress start(String runName, long totalIterations, int epochs) {
    return start(runName, totalIterations, epochs, 0);
  }

  /**
   * Begins to report a run that goes on from a checkpoint.
   *
   * @param runName shown in plain lines
   * @param totalIterations iterations of the whole run
   * @param epochs epochs of the whole run
   * @param doneIterations iterations finished before
   */
  @SuppressWarnings("SystemConsoleNull") // the build and the run are bound to Java 17
  static Progress start(String runName, long totalIterations, int epochs, long doneIterations) {
    boolean terminal = isTerminal(System.console() != null, System.getenv());
    return start(runName, totalIterations, epochs, doneIterations, System.err, terminal);
  }

  /**
   * Begins to report on a given stream.
   *
   * @param runName shown in plain lines
   * @param totalIterations iterations of the whole run
   * @param epochs epochs of the whole run
   * @param doneIterations iterations finished before
   * @param out where to
   * @param terminal whether lines can be redrawn there
   */
  static Progress start(
      String runName,
      long totalIterations,
      int epochs,
      long doneIterations,
      PrintStream out,
      boolean terminal) {
    ProgressText text =
        new ProgressText(runName, totalIterations, epochs, doneIterations, System.nanoTime());
    return terminal ? new BarProgress(out, text) : new LineProgress(out, text, System::nanoTime);
  }

  /**
   * Whether lines can be redrawn: there is a console, TERM is not "dumb" and CI is not set.
   *
   * @param console whether the JVM has a console
   * @param environment environment variables
   */
  static boolean isTerminal(boolean console, Map<String, String> environment) {
    return console
        && !environment.getOrDefault("TERM", "").equals("dumb")
        && !environment.containsKey("CI");
  }

  /** Takes note of where the run stands. Cheap: to be called after each round. */
  void update(State state);

  /** Leaves the terminal on a fresh line. */
  @Override
  void close();
}
