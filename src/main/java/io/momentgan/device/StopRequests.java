package io.momentgan.device;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkContext$;
import org.apache.spark.util.SignalUtils;
import scala.Option;

/**
 * SIGINT (Ctrl-C) and SIGTERM. Ends a command quietly at once, but lets a training end in good
 * order: the first signal ends it after its round, the second within it, the third at once.
 */
public final class StopRequests implements AutoCloseable {
  /** The training in progress; a process has one at a time. */
  private static final AtomicReference<StopRequests> CURRENT = new AtomicReference<>();

  private static volatile boolean exiting;

  private final String howToGoOn;
  private final AtomicReference<Signal> received = new AtomicReference<>();
  private final AtomicReference<Runnable> cancel = new AtomicReference<>();

  /** A signal that asks a process to end. */
  public enum Signal {
    INT(2),
    TERM(15);

    private final int number;

    Signal(int number) {
      this.number = number;
    }

    /** The exit code that shells and schedulers expect of a process which the signal has ended. */
    public int exitCode() {
      return 128 + number;
    }

    @Override
    public String toString() {
      return "SIG" + name();
    }
  }

  private StopRequests(String howToGoOn) {
    this.howToGoOn = howToGoOn;
  }

  /** Takes the signals of this process over, before Spark stops at them. */
  public static void listen() {
    for (Signal signal : Signal.values()) {
      SignalUtils.register(
          signal.name(),
          () -> {
            handle(signal);
            return true;
          });
    }
  }

  /**
   * Lets a training end in good order until it is closed.
   *
   * @param howToGoOn command that resumes it
   */
  public static StopRequests begin(String howToGoOn) {
    StopRequests requests = new StopRequests(howToGoOn);
    CURRENT.set(requests);
    return requests;
  }

  /** Whether a training is in progress, which ends in good order. */
  public static boolean isTraining() {
    return CURRENT.get() != null;
  }

  /**
   * Ends the training in progress after its round, as a first SIGTERM does; if there is none,
   * nothing.
   */
  public static void endTraining() {
    StopRequests training = CURRENT.get();
    if (training != null) {
      training.received.compareAndSet(null, Signal.TERM);
    }
  }

  /** Whether this process is ending at a signal, so that failures need not be reported. */
  public static boolean isExiting() {
    return exiting;
  }

  /** The first signal; empty if there was none. */
  public Optional<Signal> received() {
    return Optional.ofNullable(received.get());
  }

  /**
   * Names the work that the second signal cancels.
   *
   * @param work cancels it, from another thread
   */
  public void cancelling(Runnable work) {
    cancel.set(work);
  }

  @Override
  public void close() {
    CURRENT.compareAndSet(this, null);
  }

  /**
   * Does what a signal asks for.
   *
   * @param signal the signal
   */
  public static void handle(Signal signal) {
    StopRequests training = CURRENT.get();
    if (training == null) {
      exit(signal, "Stopped by %s".formatted(signal));
    } else {
      training.handleInTraining(signal);
    }
  }

  private void handleInTraining(Signal signal) {
    if (received.compareAndSet(null, signal)) {
      say(
          "%s: the training ends after this round, with a checkpoint; once more ends it within the round"
              .formatted(signal));
      return;
    }
    // Cancelled once; a third signal finds nothing to cancel.
    Runnable work = cancel.getAndSet(null);
    if (work == null) {
      exit(signal, "Stopped by %s at once; go on with: %s".formatted(signal, howToGoOn));
    } else {
      say("%s: the round is cancelled".formatted(signal));
      work.run();
    }
  }

  private static void say(String text) {
    // A progress bar may stand on the line.
    System.err.printf("%n%s%n", text);
  }

  /** Exits without what Spark has to say of jobs that are cut off. */
  private static void exit(Signal signal, String text) {
    say(text);
    exiting = true;
    Option<SparkContext> spark = SparkContext$.MODULE$.getActive();
    if (spark.isDefined()) {
      spark.get().setLogLevel("OFF");
    }
    System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8));
    System.exit(signal.exitCode());
  }
}
