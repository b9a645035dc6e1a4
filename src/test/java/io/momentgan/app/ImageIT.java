package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What {@code submit/image} sends to an image's builder: all that the Dockerfile copies, and no
 * more. The image itself is not built, for lack of an engine; KubernetesIT runs its entry point.
 */
@Tag("long")
class ImageIT {
  private static List<String> dockerfile;

  /** Names in the archive, and their modes. */
  private static final Map<String, String> SENT = new TreeMap<>();

  @BeforeAll
  static void send() throws Exception {
    dockerfile =
        Files.readAllLines(Experiments.REPOSITORY.resolve("conf/spark/image/Dockerfile")).stream()
            .filter(line -> line.matches("[A-Z]+ .*"))
            .toList();
    List<ProcessBuilder> pipe =
        List.of(
            new ProcessBuilder(CommandRun.script("image")),
            new ProcessBuilder("tar", "--list", "--verbose"));
    Process list = ProcessBuilder.startPipeline(pipe).get(1);
    list.inputReader()
        .lines()
        .map(line -> line.split("\\s+", 6))
        .forEach(fields -> SENT.put(fields[5], fields[0]));
    assertThat(list.waitFor()).isZero();
  }

  private static List<String> arguments(String instruction) {
    return dockerfile.stream()
        .filter(line -> line.startsWith(instruction + " "))
        .map(line -> line.substring(instruction.length() + 1))
        .toList();
  }

  @Test
  void allThatIsCopiedIsSentAndNothingElse() {
    List<PathMatcher> copied =
        arguments("COPY").stream()
            .map(copy -> copy.split(" ")[0])
            .map(
                source ->
                    FileSystems.getDefault()
                        .getPathMatcher("glob:{" + source + "," + source + "/*}"))
            .toList();
    for (PathMatcher source : copied) {
      assertThat(SENT.keySet()).anyMatch(name -> source.matches(Path.of(name)));
    }
    assertThat(SENT.keySet())
        .contains("Dockerfile")
        .allMatch(
            name ->
                name.equals("Dockerfile")
                    || copied.stream().anyMatch(source -> source.matches(Path.of(name))));
  }

  @Test
  void itHasSparksClientTheNativesAndOneJarOfOurs() {
    for (String once :
        List.of(
            "spark/jars/spark-core_2.12-3.5.6.jar",
            "spark/jars/spark-kubernetes_2.12-3.5.6.jar",
            "momentgan/lib/nd4j-native-1.0.0-M2.1-linux-x86_64.jar",
            "momentgan/lib-s3a/hadoop-aws-3.3.4.jar")) {
      assertThat(SENT).containsKey(once);
    }
    assertThat(SENT.keySet()).filteredOn(name -> name.matches("momentgan/momentgan.*")).hasSize(1);
    // Files, in the place of the links that the Spark home has.
    assertThat(SENT.values()).noneMatch(mode -> mode.startsWith("l"));
  }

  @Test
  void itsUserIsThatOfThePodsAndItsEntryPointAProgram() throws IOException {
    String pod = Files.readString(Experiments.REPOSITORY.resolve("conf/spark/pod.yaml"));
    assertThat(pod).contains("runAsUser: " + arguments("USER").get(0) + "\n");
    assertThat(arguments("ENTRYPOINT")).containsExactly("[\"/opt/entrypoint\"]");
    for (String program : List.of("entrypoint", "gpu-discovery")) {
      assertThat(SENT.get(program)).isEqualTo("-rwxr-xr-x");
    }
    // A base that says its version.
    assertThat(arguments("FROM")).hasSize(1).allMatch(base -> base.matches("[a-z-]+:17-.*"));
    assertThat(dockerfile.stream().map(line -> line.split(" ")[0]))
        .isSubsetOf(Arrays.asList("FROM", "RUN", "ENV", "COPY", "USER", "WORKDIR", "ENTRYPOINT"));
  }
}
