package io.momentgan.app;

import io.momentgan.config.Installation;
import io.momentgan.config.UserException;
import io.momentgan.device.BlasCore;
import io.momentgan.device.Cluster;
import io.momentgan.device.NativeFolder;
import io.momentgan.device.PhysicalMemory;
import io.momentgan.device.SerialFilter;
import io.momentgan.device.StopRequests;
import io.momentgan.device.Threads;
import io.momentgan.run.Versions;
import io.momentgan.storage.LoginUser;
import io.momentgan.training.TrainingStoppedException;
import java.util.List;
import java.util.Locale;
import org.apache.spark.SparkUserAppException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line. */
@Command(
    name = "momentgan",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Trains generative adversarial networks on Apache Spark, moment-stabilized.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed",
      "2:a mistake in the call, the settings or the data",
      "3:the training diverged",
      "130:stopped by Ctrl-C",
      "143:stopped by SIGTERM"
    },
    subcommands = {
      TrainCommand.class,
      ResumeCommand.class,
      StudyCommand.class,
      SampleCommand.class,
      DataCommand.class,
      EvaluateCommand.class,
      GenerateCommand.class,
      ClassifyCommand.class,
      ExportCommand.class,
      ReportCommand.class
    })
public final class Main implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  static final int FAILED = 1;
  static final int USER_MISTAKE = 2;
  static final int DIVERGED = 3;

  @Spec private CommandSpec spec;

  /**
   * Runs a command and exits with its code.
   *
   * @param args the command and its arguments
   * @throws SparkUserAppException instead of an exit with a code other than 0, on YARN
   */
  public static void main(String[] args) throws SparkUserAppException {
    StopRequests.listen();
    exit(run(args));
  }

  private static void exit(int code) throws SparkUserAppException {
    if (!Cluster.isYarnsMaster()) {
      // Explicitly, because Spark and DL4J may leave threads behind that keep the JVM alive.
      System.exit(code);
    }
    // YARN takes an exit of its application's master for a failure, whatever the code.
    if (code != 0) {
      throw new SparkUserAppException(code);
    }
  }

  /**
   * Runs a command.
   *
   * @param args the command and its arguments
   * @return the exit code
   */
  static int run(String... args) {
    return run(new Main(), args);
  }

  /**
   * Runs a command of another program as this one's are run, with the same exit codes and errors.
   *
   * @param program object with picocli's annotations
   * @param args the command and its arguments
   * @return the exit code
   */
  public static int run(Object program, String... args) {
    // Before anything is formatted: digits of other scripts must not reach files.
    Locale.setDefault(Locale.ROOT);
    SerialFilter.choose();
    LoginUser.choose();
    try {
      NativeFolder.choose();
    } catch (UserException e) {
      System.err.println("error: " + e.getMessage());
      return USER_MISTAKE;
    }
    PhysicalMemory.choose();
    BlasCore.choose();
    // A training chooses again, by its workers.
    Threads.choose(System.getProperty(Cluster.TASK_CPUS, "1"));
    return new CommandLine(program)
        .setCommandName(Installation.script())
        .setParameterExceptionHandler((error, arguments) -> refuse(error))
        .setExecutionExceptionHandler((error, line, parsed) -> report(error, line))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .execute(args);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Give a command, such as train");
  }

  /** One line for a mistake in the call, where picocli would print the whole usage. */
  private static int refuse(ParameterException error) {
    CommandLine line = error.getCommandLine();
    line.getErr()
        .printf(
            "error: %s%s; see %s --help%n",
            oneLine(error.getMessage()), suggestion(error), line.getCommandSpec().qualifiedName());
    return USER_MISTAKE;
  }

  private static String suggestion(ParameterException error) {
    List<String> similar =
        error instanceof UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions()
            : List.of();
    return similar.isEmpty() ? "" : "; did you mean " + similar.get(0) + "?";
  }

  private static int report(Exception error, CommandLine line) throws Exception {
    if (StopRequests.isExiting()) {
      return FAILED; // the signal's own code is on its way
    }
    UserException mistake = cause(error, UserException.class);
    if (mistake != null) {
      line.getErr().println("error: " + oneLine(mistake.getMessage()));
      return USER_MISTAKE;
    }
    TrainingStoppedException stopped = cause(error, TrainingStoppedException.class);
    if (stopped != null) {
      LOG.debug("The training stopped", stopped);
      boolean asked = stopped.signal().isPresent();
      line.getErr().println((asked ? "" : "error: ") + oneLine(stopped.getMessage()));
      return stopped
          .signal()
          .map(StopRequests.Signal::exitCode)
          .orElse(stopped.isDiverged() ? DIVERGED : FAILED);
    }
    error.printStackTrace(line.getErr());
    return FAILED;
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  /** A worker's exception arrives wrapped in Spark's. */
  private static <T extends Throwable> T cause(Throwable error, Class<T> type) {
    for (Throwable t = error; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return type.cast(t);
      }
    }
    return null;
  }

  /** The versions that a run depends on. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return Versions.all().entrySet().stream()
          .map(e -> "%-15s %s".formatted(e.getKey(), e.getValue()))
          .toArray(String[]::new);
    }
  }
}
