package io.momentgan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code submit/local}, copied into a repository of its own (with a space in its path) where {@code
 * java} and {@code mvn} only say how they were called: no build runs within the build.
 */
class LauncherTest {
  private static final Instant BUILT = Instant.parse("2024-05-01T12:00:00Z");
  private static final String JAVA =
      """
      #!/usr/bin/env bash
      echo "threads=${OMP_NUM_THREADS:-none} ip=${SPARK_LOCAL_IP:-none} folder=$PWD"
      printf '<%s>\\n' "$@"
      exit "${TEST_EXIT_CODE:-0}"
      """;
  private static final String MVN =
      """
      #!/usr/bin/env bash
      echo "mvn in $PWD: $*"
      [ -z "${TEST_BUILD_FAILS:-}" ] || exit 1
      echo libraries.jar > target/classpath.txt
      : > target/momentgan-1.jar
      """;

  @TempDir private Path folder;
  private Path repository;
  private Path elsewhere;

  private record Outcome(int code, String out, String err) {
    /** What the main class was given. */
    List<String> arguments() {
      List<String> shown = out.lines().filter(line -> line.startsWith("<")).toList();
      int main = shown.indexOf("<io.momentgan.app.Main>");
      return shown.subList(main + 1, shown.size()).stream()
          .map(line -> line.substring(1, line.length() - 1))
          .toList();
    }
  }

  @BeforeEach
  void prepare() throws IOException {
    repository = Files.createDirectories(folder.resolve("a repository"));
    elsewhere = Files.createDirectories(folder.resolve("else where"));
    Files.createDirectories(repository.resolve("submit"));
    for (String script : List.of("submit/local", "submit/lib.sh")) {
      Files.copy(Experiments.REPOSITORY.resolve(script), repository.resolve(script));
    }
    write(folder.resolve("bin/java"), JAVA);
    write(folder.resolve("bin/mvn"), MVN);
    write(repository.resolve("target/classpath.txt"), "one.jar:two.jar");
    for (String file : List.of("pom.xml", "src/main/java/Main.java", "target/momentgan-1.jar")) {
      write(repository.resolve(file), "");
    }
    for (String old : List.of("pom.xml", "src/main", "src/main/java", "src/main/java/Main.java")) {
      age(old, Duration.ofHours(1));
    }
    age("target/momentgan-1.jar", Duration.ZERO);
  }

  @Test
  void runsTheJarWithItsClassPathFromAnyFolder() throws Exception {
    Outcome run = launch(Map.of(), "train", "x.yaml");
    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines())
        .anyMatch(line -> line.endsWith("folder=" + elsewhere))
        .contains(
            "<%s/target/momentgan-1.jar:one.jar:two.jar>".formatted(repository),
            "<-Dlog4j2.configurationFile=%s/conf/log4j2.properties>".formatted(repository),
            "<--add-opens=java.base/sun.nio.ch=ALL-UNNAMED>");
    assertThat(run.arguments()).containsExactly("train", "x.yaml");
  }

  @Test
  void worksThroughASymbolicLink() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("gan"), repository.resolve("submit/local"));
    Outcome run = launch(link, Map.of(), "--version");
    assertThat(run.out()).contains("<%s/target/momentgan-1.jar:".formatted(repository));
    assertThat(run.arguments()).containsExactly("--version");
  }

  @Test
  void passesArgumentsOnAsTheyAre() throws Exception {
    String[] args = {
      "train",
      "my file.yaml",
      "--out",
      "out of \"here\"",
      "--set",
      "description=it's a * $HOME \\ `x`",
      ""
    };
    assertThat(launch(Map.of(), args).arguments()).containsExactly(args);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void passesTheExitCodeOn(int code) throws Exception {
    assertThat(launch(Map.of("TEST_EXIT_CODE", Integer.toString(code)), "train").code())
        .isEqualTo(code);
  }

  @Test
  void passesFurtherJavaOptions() throws Exception {
    assertThat(launch(Map.of("MOMENTGAN_JAVA_OPTS", "-Xmx8g -Dspark.master=local[3]")).out())
        .contains("<-Xmx8g>\n<-Dspark.master=local[3]>\n<-cp>");
  }

  @Test
  void theProgramChoosesItsThreads() throws Exception {
    assertThat(launch(Map.of(), "train", "x", "--workers=2").out())
        .startsWith("threads=none ip=127.0.0.1 ");
  }

  @Test
  void nonsenseForTheWorkersIsLeftToTheProgramToRefuse() throws Exception {
    assertThat(launch(Map.of(), "train", "x", "--workers").code()).isZero();
    assertThat(launch(Map.of(), "train", "x", "--workers", "two; exit 9").arguments())
        .containsExactly("train", "x", "--workers", "two; exit 9");
  }

  @Test
  void givenThreadsAreKept() throws Exception {
    assertThat(launch(Map.of("OMP_NUM_THREADS", "7", "SPARK_LOCAL_IP", "10.0.0.1"), "train").out())
        .startsWith("threads=7 ip=10.0.0.1 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"src/main/java/Main.java", "pom.xml"})
  void buildsOnceWhenASourceIsNewerThanTheJar(String source) throws Exception {
    age(source, Duration.ofHours(-1));
    Outcome first = launch(Map.of(), "train");
    assertThat(first.code()).isZero();
    assertThat(first.err()).contains("mvn in %s: -B -q package -DskipTests".formatted(repository));
    assertThat(first.out()).doesNotContain("mvn in").contains("momentgan-1.jar:libraries.jar>");
    assertThat(launch(Map.of(), "train").err()).isEmpty();
  }

  @Test
  void buildsWhenThereIsNoJar() throws Exception {
    Files.delete(repository.resolve("target/momentgan-1.jar"));
    assertThat(launch(Map.of(), "train").err()).contains("mvn in");
    Files.delete(repository.resolve("target/classpath.txt"));
    assertThat(launch(Map.of(), "train").err()).contains("mvn in");
  }

  @Test
  void failedBuildEndsWithCode1AndSaysWhatToDo() throws Exception {
    age("pom.xml", Duration.ofHours(-1));
    Outcome failed = launch(Map.of("TEST_BUILD_FAILS", "yes"), "train");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.out()).isEmpty();
    assertThat(failed.err()).contains("error: the build failed; run 'mvn package -DskipTests' in");
  }

  @Test
  void missingJavaIsNamed() throws Exception {
    Outcome failed = launch(Map.of("JAVA_HOME", folder.resolve("none").toString()), "train");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.err())
        .isEqualTo("error: no java; install a JDK 17 or set JAVA_HOME to one\n");
  }

  private Outcome launch(Map<String, String> environment, String... args) throws Exception {
    return launch(repository.resolve("submit/local"), environment, args);
  }

  private Outcome launch(Path launcher, Map<String, String> environment, String... args)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(Arrays.asList(args));
    File out = folder.resolve("out.txt").toFile();
    File err = folder.resolve("err.txt").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(elsewhere.toFile())
            .redirectOutput(out)
            .redirectError(err);
    Map<String, String> variables = builder.environment();
    List.of("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "SPARK_LOCAL_IP", "MOMENTGAN_JAVA_OPTS")
        .forEach(variables::remove);
    variables.put("JAVA_HOME", folder.toString());
    variables.put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
    variables.putAll(environment);
    int code = builder.start().waitFor();
    return new Outcome(code, Files.readString(out.toPath()), Files.readString(err.toPath()));
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    if (!text.isEmpty()) {
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
  }

  /** Makes a file older than the jar. */
  private void age(String file, Duration age) throws IOException {
    Files.setLastModifiedTime(repository.resolve(file), FileTime.from(BUILT.minus(age)));
  }
}
