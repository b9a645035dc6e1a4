package io.momentgan.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.momentgan.app.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BenchMainTest {
  private static final int USER_MISTAKE = 2;
  private static final String EXPERIMENT =
      Path.of(System.getProperty("momentgan.repository"), "conf/experiments/ff-1.yaml").toString();

  @TempDir private Path folder;

  private record Run(int code, String out, String err) {
    static Run of(String... args) {
      PrintStream oldOut = System.out;
      PrintStream oldErr = System.err;
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      try (PrintStream newOut = new PrintStream(out, true, StandardCharsets.UTF_8);
          PrintStream newErr = new PrintStream(err, true, StandardCharsets.UTF_8)) {
        System.setOut(newOut);
        System.setErr(newErr);
        int code = Main.run(new BenchMain(), args);
        return new Run(
            code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
      } finally {
        System.setOut(oldOut);
        System.setErr(oldErr);
      }
    }

    String succeeds() {
      assertThat(code).as("exit code; standard error: %s", err).isZero();
      return out;
    }

    String mistake() {
      assertThat(code).as("exit code; standard error: %s", err).isEqualTo(USER_MISTAKE);
      List<String> errors = err.lines().filter(line -> line.startsWith("error: ")).toList();
      assertThat(errors).as("error lines of %s", err).hasSize(1);
      return errors.get(0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "step",
        "exchange",
        "rounds",
        "scaling",
        "stock",
        "scale",
        "ring",
        "device-check",
        "golden",
        "calibrate"
      })
  void everyCommandExplainsItself(String command) {
    Run help = Run.of((command + " --help").strip().split(" "));
    assertThat(help.succeeds()).startsWith(("Usage: submit/bench " + command).strip());
    assertThat(help.err()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                              | Give a benchmark, such as step; see submit/bench --help",
        "calibrate nowhere --out x.md    | nowhere",
        "step --network none             | conf/experiments/none.yaml",
        "step --experiment x.yaml --peer | x.yaml"
      })
  void mistakesInTheCallEndWithCode2AndOneLine(String call, String message) {
    Run run = Run.of(call.isEmpty() ? new String[0] : call.split(" "));
    assertThat(run.mistake()).contains(message);
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "generator.optimizer.type=sgd              | an optimizer other than adam",
        "generator.optimizer.learning-rate-decay=0.9 | a learning rate that changes",
        "discriminator.optimizer.historical-averaging=1 | historical averaging",
        "discriminator.spectral-norm=true          | spectral normalisation",
        "loss.type=hinge                           | a loss other than cross-entropy",
        "loss.flip=0.1                             | targets that are drawn",
        "augment.cutout=0.5                        | a change of the discriminator's input",
        "labels.classes=10                         | classes without a classifier of them",
        "discriminator.layers=[{type: minibatch}]  | MinibatchDiscrimination",
        "discriminator.layers=[{type: convolution, filters: 2, padding: valid}] | without padding",
        "discriminator.layers=[{type: convolution, filters: 2, weight-norm: fixed}] | weight norm",
      })
  void settingsThatThePeerHasNotAreRefusedByName(String setting, String message) {
    for (String command : List.of("step", "scaling")) {
      Run run = Run.of(command, "--experiment", EXPERIMENT, "--peer", "--set", setting);
      assertThat(run.mistake()).contains("--peer: found ", message);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ff-1", "ff-7", "dcgan", "improved-gan-mnist"})
  void thePeerHasAllOfThePresetsThatItIsMeasuredWith(String name) {
    String file = Path.of(EXPERIMENT).resolveSibling(name + ".yaml").toString();
    assertThat(Run.of("step", "--experiment", file, "--peer").mistake())
        .contains("--peer: found no libtorch");
  }

  @Test
  void aDeviceCheckComparesTwoDevices() {
    String losses = folder.resolve("losses.json").toString();
    assertThat(Run.of("device-check", EXPERIMENT, "--iterations", "11", "--out", losses).succeeds())
        .contains("ms per iteration");
    assertThat(
            Run.of("device-check", EXPERIMENT, "--iterations", "11", "--against", losses)
                .succeeds())
        .contains("ff-1.yaml: losses of 11 iterations differ by at most");
    assertThat(
            Run.of("device-check", EXPERIMENT, "--iterations", "12", "--against", losses).mistake())
        .contains("found no 12 iterations of ff-1.yaml");
    assertThat(Run.of("device-check", EXPERIMENT, "--gpu").mistake())
        .contains("found the CPU, expected a GPU");
  }

  @Test
  void aStepPrintsARow() {
    Run run =
        Run.of("step", "--experiment", EXPERIMENT, "--rounds", "2", "--repeats", "1", "--row");
    assertThat(run.succeeds())
        .containsPattern("\\| ff-1 \\| 1x28x28 \\| 0.09 \\|  \\| [0-9.]+ \\|")
        .contains("| ff-1 (memory) | ");
  }

  @Test
  void goldenFilesHoldTheStatesAroundOneStep() throws IOException {
    assertThat(Run.of("golden", folder.toString()).succeeds()).contains("ff-6", "dconv", "dcgan");
    for (String network : List.of("generator", "discriminator")) {
      JsonNode settings =
          new JsonMapper().readTree(folder.resolve("golden-ff-6.json").toFile()).get(network);
      long parameters = 0;
      for (JsonNode layer : settings.get("layers")) {
        String[] words = layer.textValue().split(" ");
        if (words[0].equals("dense")) {
          parameters += Long.parseLong(words[2]) * (Long.parseLong(words[1]) + 1);
        }
      }
      for (String part : List.of("params", "m", "v")) {
        byte[] before = array("golden-ff-6-%s-%s-before.npy".formatted(network, part));
        byte[] after = array("golden-ff-6-%s-%s-after.npy".formatted(network, part));
        assertThat(before).hasSize((int) parameters * Float.BYTES).isNotEqualTo(after);
        assertThat(after).hasSameSizeAs(before).isNotEqualTo(new byte[after.length]);
      }
      assertThat(settings.get("updates").intValue()).isEqualTo(3);
    }
    assertThat(array("golden-dcgan-real.npy")).hasSize(16 * 3 * 32 * 32 * Float.BYTES);
    assertThat(Files.readString(folder.resolve("time-dcgan.json")))
        .contains("\"batches\":[64,128,256]", "transposed-convolution 512 256 5 2 2 1");
  }

  /** The values of a file in NumPy's format. */
  private byte[] array(String name) throws IOException {
    byte[] file = Files.readAllBytes(folder.resolve(name));
    int header = 10 + (file[8] & 0xff) + 256 * (file[9] & 0xff);
    assertThat(header % 64).as("bytes before the values of %s", name).isZero();
    assertThat(new String(file, 0, header, StandardCharsets.ISO_8859_1))
        .startsWith("\u0093NUMPY\u0001")
        .endsWith("\n");
    return Arrays.copyOfRange(file, header, file.length);
  }
}
