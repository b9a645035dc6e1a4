package io.momentgan.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.momentgan.Experiments;
import io.momentgan.config.UserException;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.Params;
import org.junit.jupiter.api.Test;

/** Parameters, and their names in Python. */
class GanParamsTest {
  private final GanEstimator estimator = new GanEstimator();

  @Test
  void defaults() {
    assertThat(estimator.getImageCol()).isEqualTo("image");
    assertThat(estimator.getExperiment()).isEqualTo("quickstart");
    assertThat(estimator.getSettings()).isEmpty();
    assertThat(estimator.getOut()).isEqualTo("runs");
    for (String none : new String[] {"labelCol", "epochs", "seed", "workers"}) {
      assertThat(estimator.isDefined(estimator.getParam(none))).as(none).isFalse();
    }
    assertThat(estimator.explainParams()).contains("imageCol: column of images", "default: runs");
  }

  @Test
  void refusedValuesAreNamed() {
    assertThatThrownBy(() -> estimator.setEpochs(0))
        .isInstanceOf(UserException.class)
        .hasMessage("epochs: found 0, expected a positive number");
    assertThatThrownBy(() -> estimator.setWorkers(-1))
        .hasMessage("workers: found -1, expected a positive number");
    assertThatThrownBy(() -> estimator.setImageCol(""))
        .hasMessage("imageCol: found an empty text, expected a text");
    assertThatThrownBy(() -> estimator.setExperiment(null))
        .hasMessage("experiment: found null, expected a text");
    assertThatThrownBy(() -> new ParamMap().put(estimator.epochs(), 0))
        .as("in a map, as of a grid")
        .hasMessage("epochs: found 0, expected a positive number");
  }

  @Test
  void copiesHaveTheSameValues() {
    estimator.setEpochs(3).setSettings("train.batch-size=5").setSeed(9);
    GanEstimator copy = estimator.copy(new ParamMap().put(estimator.out(), "elsewhere"));
    assertThat(copy.uid()).isEqualTo(estimator.uid());
    assertThat(copy.getEpochs()).isEqualTo(3);
    assertThat(copy.getSeed()).isEqualTo(9);
    assertThat(copy.getSettings()).containsExactly("train.batch-size=5");
    assertThat(copy.getOut()).isEqualTo("elsewhere");
    assertThat(estimator.getOut()).isEqualTo("runs");
  }

  @Test
  void pythonKnowsTheParameters() throws Exception {
    String python = python();
    for (Class<? extends Params> type :
        List.<Class<? extends Params>>of(GanEstimator.class, GanModel.class)) {
      String body = pythonOf(type);
      assertThat(found(body, "^    (\\w+) = Param\\("))
          .as("parameters of %s", type)
          .isEqualTo(parameters(type));
      Set<String> setters = new TreeSet<>();
      parameters(type).forEach(name -> setters.add("set" + capital(name)));
      assertThat(found(body, "^    def (set\\w+)\\(self, value\\)"))
          .as("setters of %s", type)
          .isEqualTo(setters);
      for (String setter : setters) {
        assertThat(type.getMethods()).extracting(Method::getName).contains(setter);
      }
      for (String called : found(body, "(?:_call_java\\(\"|java_class\\.)(\\w+)")) {
        assertThat(type.getMethods()).extracting(Method::getName).contains(called);
      }
    }
    for (String name : found(python, "\"(io\\.momentgan\\.[\\w.]+\\.[A-Z]\\w+)\"")) {
      assertThat(Class.forName(name)).isNotNull();
    }
    assertThat(found(python, "\"(io\\.momentgan\\.[\\w.]+\\.[A-Z]\\w+)\""))
        .contains(GanEstimator.class.getName(), GanModel.class.getName());
  }

  @Test
  void pythonCompiles() throws Exception {
    Path python = Experiments.REPOSITORY.resolve("src/main/python/momentgan");
    List<String> command =
        new ArrayList<>(
            List.of(
                "python3",
                "-W",
                "error",
                "-c",
                "import sys, pathlib; [compile(pathlib.Path(f).read_bytes(), f, 'exec') for f in sys.argv[1:]]"));
    for (Path file :
        List.of(
            python.resolve("ml.py"),
            python.resolve("__init__.py"),
            Experiments.REPOSITORY.resolve("src/test/python/check_ml.py"))) {
      command.add(file.toString());
    }
    assumeThat(pythonIsThere()).isTrue();
    Process compiled = new ProcessBuilder(command).redirectErrorStream(true).start();
    assertThat(new String(compiled.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEmpty();
    assertThat(compiled.waitFor()).isZero();
  }

  private static boolean pythonIsThere() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "python3")));
  }

  @Test
  void pythonKnowsTheDefaults() throws Exception {
    requireDefaultsInPython(estimator);
  }

  /** Fails unless Python sets the defaults of a stage in Java. */
  static void requireDefaultsInPython(Params stage) throws IOException {
    Set<String> defaults = new TreeSet<>();
    for (Param<?> param : stage.params()) {
      if (stage.hasDefault(param)) {
        defaults.add(param.name() + "=" + inPython(stage.getDefault(param).get()));
      }
    }
    Matcher set = Pattern.compile("_setDefault\\(([^)]*)\\)").matcher(pythonOf(stage.getClass()));
    assertThat(set.find()).isTrue();
    assertThat(new TreeSet<>(List.of(set.group(1).split(", ")))).isEqualTo(defaults);
  }

  private static String inPython(Object value) {
    if (value instanceof String[] texts) {
      return List.of(texts).toString();
    }
    return value instanceof String ? "\"" + value + "\"" : value.toString();
  }

  private static String python() throws IOException {
    return Files.readString(Experiments.REPOSITORY.resolve("src/main/python/momentgan/ml.py"));
  }

  /** The Python class of a stage. */
  private static String pythonOf(Class<?> type) throws IOException {
    Matcher body =
        Pattern.compile(
                "^class " + type.getSimpleName() + "\\(.*?(?=^class |\\z)",
                Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(python());
    assertThat(body.find()).as(type.getSimpleName()).isTrue();
    return body.group();
  }

  private static Set<String> parameters(Class<?> type) {
    Set<String> names = new TreeSet<>();
    Stream.of(type.getDeclaredMethods())
        .filter(method -> Param.class.isAssignableFrom(method.getReturnType()))
        .filter(method -> method.getParameterCount() == 0)
        .forEach(method -> names.add(method.getName()));
    return names;
  }

  private static String capital(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }

  private static Set<String> found(String text, String pattern) {
    Set<String> found = new TreeSet<>();
    Pattern.compile(pattern, Pattern.MULTILINE)
        .matcher(text)
        .results()
        .forEach(result -> found.add(result.group(1)));
    return found;
  }
}
