package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code submit/completion}, sourced by bash, with the jar that the build has packed. */
class CompletionIT {
  /** Each further argument is a line of words; the last is completed. Prints a line of each. */
  private static final String COMPLETE =
      """
      . "$0/submit/completion"
      for line; do
        IFS='|' read -r -a COMP_WORDS <<<"$line|"
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
        function=$(complete -p "${COMP_WORDS[0]}" | sed 's/.* -F \\([^ ]*\\) .*/\\1/')
        "$function" 2>/dev/null
        echo "${COMPREPLY[*]}"
      done
      """;

  private static List<String> completed(String... lines) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("bash", "-c", COMPLETE, Experiments.REPOSITORY.toString()));
    command.addAll(Arrays.asList(lines));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
        .lines()
        .toList();
  }

  @Test
  void completesCommandsOptionsAndNamesOfFiles() throws IOException {
    assertThat(
            completed(
                "submit/local|tr",
                "submit/local|data|i",
                "./submit/local|train|ff-5|--wo",
                "submit/local|train|quick",
                "submit/local|study|dco",
                "momentgan|export|runs/x|--form",
                "submit/local|export|runs/x|--format|O",
                Experiments.REPOSITORY + "/submit/spark|--master|local[2]|res",
                "submit/yarn|generate|--cou"))
        .containsExactly(
            "train",
            "inspect",
            "--workers",
            "quickstart",
            "dconv",
            "--format",
            "ONNX",
            "resume",
            "--count");
  }

  @Test
  void leavesLocationsToTheShell() throws IOException {
    assertThat(completed("submit/local|train|--data|conf/exp", "submit/local|resume|runs/0"))
        .containsExactly("", "");
  }

  @Test
  void knowsEveryExperiment() throws IOException {
    List<String> names = List.of(completed("submit/local|train|").get(0).split(" ", -1));
    assertThat(names).contains("ff-1", "dcgan", "quickstart").doesNotContain("");
  }
}
