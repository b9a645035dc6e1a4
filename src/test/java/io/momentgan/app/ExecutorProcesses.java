package io.momentgan.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The executors of this process's {@code local-cluster}. */
final class ExecutorProcesses {
  private ExecutorProcesses() {}

  static List<ProcessHandle> running() {
    return ProcessHandle.current().descendants().filter(ExecutorProcesses::isExecutor).toList();
  }

  /** {@link ProcessHandle} shows the first 4096 characters of a command only. */
  private static boolean isExecutor(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"))
          .contains("ExecutorBackend");
    } catch (IOException e) {
      return false;
    }
  }
}
