package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.device.Threads;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.environment.Nd4jEnvironment;
import org.nd4j.linalg.factory.Nd4j;

/** Threads of matrix products, in processes of their own: native libraries read them once. */
@Tag("long")
class ThreadsTest {
  private static final String CORES = Integer.toString(Runtime.getRuntime().availableProcessors());

  @TempDir private Path folder;

  /** Runs a command, then prints the number of threads and the libraries' own numbers. */
  public static void main(String[] args) {
    Main.run(args);
    Map<?, ?> libraries = Nd4j.getExecutioner().getEnvironmentInformation();
    System.out.printf(
        "threads=%s openmp=%s blas=%s%n",
        Threads.inUse(),
        libraries.get(Nd4jEnvironment.OMP_THREADS_KEY),
        libraries.get(Nd4jEnvironment.BLAS_THREADS_KEY));
  }

  @Test
  void oneWorkerGetsAllCores() throws Exception {
    assertThat(threads(Map.of(), train("--workers=1"))).isEqualTo(everywhere(CORES));
  }

  @Test
  void manyWorkersGetOneThreadEach() throws Exception {
    assertThat(threads(Map.of(), train("--set=train.workers=1000"))).isEqualTo(everywhere("1"));
  }

  @Test
  void givenThreadsAreKept() throws Exception {
    assertThat(threads(Map.of(Threads.VARIABLE, "3"), train("--workers", "1")))
        .isEqualTo(everywhere("3"));
  }

  @Tag("long")
  @Test
  void otherCommandsUseOne() throws Exception {
    assertThat(threads(Map.of(), "data", "inspect", "glyphs")).isEqualTo(everywhere("1"));
  }

  @Tag("long")
  @Test
  @Tag("long")
  void aResumedOrRepeatedRunUsesTheThreadsThatItBeganWith() throws Exception {
    CommandRun.of(TinyExperiment.training(folder, "train.workers=1", "train.epochs=1")).succeeds();
    Path record = folder.resolve("runs/00000-tiny/run.yaml");
    String text = Files.readString(record);
    assertThat(text).contains("threads: \"1\"");
    Files.writeString(record, text.replace("threads: \"1\"", "threads: \"3\""));
    assertThat(threads(Map.of(), "train", record.toString(), "--dry-run"))
        .isEqualTo(everywhere("3"));
    assertThat(threads(Map.of(), "resume", record.getParent().toString()))
        .isEqualTo(everywhere("3"));
  }

  private static String everywhere(String threads) {
    return "threads=%1$s openmp=%1$s blas=%1$s".formatted(threads);
  }

  private String[] train(String... options) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("train", TinyExperiment.in(folder).toString(), "--dry-run"));
    command.addAll(List.of(options));
    return command.toArray(String[]::new);
  }

  /** The last line that the process prints. */
  private String threads(Map<String, String> environment, String... command) throws Exception {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Spark's --add-opens among them.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("--add-opens"))
        .forEach(all::add);
    all.addAll(List.of("-cp", System.getProperty("java.class.path"), ThreadsTest.class.getName()));
    all.addAll(List.of(command));
    ProcessBuilder builder =
        new ProcessBuilder(all).redirectError(folder.resolve("errors").toFile());
    builder.environment().remove(Threads.VARIABLE);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Files.readString(folder.resolve("errors"))).isZero();
    return out.lines().reduce("", (before, line) -> line);
  }
}
