package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A command that was run in this process.
 *
 * @param code its exit code
 * @param out what it wrote to the standard output
 * @param err what it wrote to the standard error stream
 */
record CommandRun(int code, String out, String err) {
  private static final int SCRIPT_SECONDS = 240;
  private static final String STACK_FRAME = "(?s).*\\n\\s+at [a-z].*";

  static CommandRun of(String... args) {
    PrintStream oldOut = System.out;
    PrintStream oldErr = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (PrintStream newOut = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream newErr = new PrintStream(err, true, StandardCharsets.UTF_8)) {
      System.setOut(newOut);
      System.setErr(newErr);
      int code = Main.run(args);
      newOut.flush();
      newErr.flush();
      return new CommandRun(
          code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(oldOut);
      System.setErr(oldErr);
    }
  }

  /**
   * A script of {@code submit}, run as a process.
   *
   * @param folder where it runs
   * @param script its name
   * @param args its arguments
   */
  static CommandRun ofScript(Path folder, String script, String... args) {
    return ofScript(folder, Map.of(), script, args);
  }

  /** A script of {@code submit}, with further variables of the environment. */
  static CommandRun ofScript(
      Path folder, Map<String, String> environment, String script, String... args) {
    List<String> command = new ArrayList<>();
    command.add(script(script));
    command.addAll(List.of(args));
    try {
      Path out = Files.createTempFile("script", ".out");
      Path err = Files.createTempFile("script", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(SCRIPT_SECONDS, TimeUnit.SECONDS)) {
        process.destroy();
      }
      int code = process.onExit().get(SCRIPT_SECONDS, TimeUnit.SECONDS).exitValue();
      return new CommandRun(code, Files.readString(out), Files.readString(err));
    } catch (IOException | InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Where a script of {@code submit} is. */
  static String script(String name) {
    return Experiments.REPOSITORY.resolve("submit").resolve(name).toString();
  }

  /** The command did what it was told. */
  CommandRun succeeds() {
    assertThat(code).as("exit code; standard error: %s", err).isZero();
    return this;
  }

  /** The command ended with a code and exactly one line that says why. */
  String refusal(int expectedCode) {
    assertThat(code).as("exit code; standard error: %s", err).isEqualTo(expectedCode);
    assertThat(err).doesNotMatch(STACK_FRAME);
    List<String> errors = err.lines().filter(line -> line.startsWith("error: ")).toList();
    assertThat(errors).as("error lines of %s", err).hasSize(1);
    return errors.get(0);
  }

  /** Without the log's lines of downloads, of which each says an attempt. */
  CommandRun withoutAttempts() {
    return new CommandRun(code, out, err.replaceAll("(?m)^.* HttpDownload: .*\\R", ""));
  }

  /** Without what Spark itself prints where an answer comes from an executor while it closes. */
  CommandRun withoutLateAnswers() {
    String late =
        "(?m)^java\\.util\\.concurrent\\.RejectedExecutionException: .*\\R(?:\\tat .*\\R)+";
    return new CommandRun(code, out, err.replaceAll(late, ""));
  }

  /** The command was refused as the user's mistake: one line and nothing else. */
  String mistake() {
    String line = refusal(Main.USER_MISTAKE);
    assertThat(err.strip()).isEqualTo(line);
    assertThat(out).isEmpty();
    return line;
  }
}
