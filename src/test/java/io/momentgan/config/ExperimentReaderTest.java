package io.momentgan.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import io.momentgan.Experiments;
import io.momentgan.config.DataConfig.ImagesConfig;
import io.momentgan.config.Experiment.CheckpointConfig;
import io.momentgan.config.Experiment.DeviceConfig;
import io.momentgan.config.Experiment.EngineName;
import io.momentgan.config.Experiment.Kernels;
import io.momentgan.config.Experiment.LatentConfig;
import io.momentgan.config.Experiment.S3Config;
import io.momentgan.config.Experiment.SamplesConfig;
import io.momentgan.config.Experiment.TrackingConfig;
import io.momentgan.config.TrainConfig.FailuresConfig;
import io.momentgan.config.TrainConfig.ThresholdsConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExperimentReaderTest {
  private static final String FILE = "small.yaml";
  private static final String SMALL =
      """
      name: small
      generator:
        layers:
          - {type: dense, units: 16}
          - {type: dense, units: 32, batch-norm: true, dropout: 0.2}
      discriminator:
        layers:
          - {type: dense, units: 8}
      """;

  @TempDir private Path folder;

  private static LayerConfig.Dense dense(int units, boolean batchNorm, double dropout) {
    return new LayerConfig.Dense(
        units,
        batchNorm,
        false,
        LayerConfig.WeightNorm.NONE,
        LayerConfig.Activation.LEAKY_RELU,
        dropout);
  }

  @Test
  void theRecordOfARunIsAnExperimentToo(@TempDir Path folder) throws IOException {
    String settings = ExperimentReader.write(Experiments.small("train.seed=7")).indent(2);
    Path record = folder.resolve("run.yaml");
    Files.writeString(record, "format: 2\nexperiment:\n" + settings + "created: now\n");
    assertThat(ExperimentReader.read(record, List.of()))
        .isEqualTo(Experiments.small("train.seed=7"));
    Path based = folder.resolve("based.yaml");
    Files.writeString(based, "base: run.yaml\ntrain: {epochs: 9}\n");
    assertThat(ExperimentReader.read(based, List.of()))
        .isEqualTo(Experiments.small("train.seed=7", "train.epochs=9"));
    Files.writeString(record, "format: 3\nexperiment:\n" + settings);
    assertThatThrownBy(() -> ExperimentReader.read(record, List.of()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("(format 3), expected format 2");
  }

  @Test
  void fillsInEveryDefault() {
    NetworkConfig.OutputLayer dense =
        new NetworkConfig.OutputLayer(
            NetworkConfig.OutputLayer.Type.DENSE, 5, 2, LayerConfig.WeightNorm.NONE, 1);
    NetworkConfig.BatchNorm batchNorm =
        new NetworkConfig.BatchNorm(0.001, 0.999, false, NetworkConfig.Statistics.BATCH, 100);
    OptimizerConfig adam =
        new OptimizerConfig(
            OptimizerConfig.Type.ADAM,
            0.001,
            List.of(),
            1,
            0,
            0.9,
            0.999,
            1e-8,
            false,
            0.9,
            List.of(),
            true,
            0);
    assertThat(read(SMALL))
        .isEqualTo(
            new Experiment(
                "small",
                "",
                new DataConfig(
                    "glyphs",
                    0,
                    5000,
                    "~/.cache/momentgan",
                    false,
                    new DataConfig.Glyphs(60_000, 10_000, 1),
                    new ImagesConfig(3, 64, 64, true, false, "#ffffff", 50_000_000, 0.01)),
                new LatentConfig(100, LatentConfig.Distribution.UNIFORM, -1, 1),
                new NetworkConfig(
                    List.of(dense(16, false, 0), dense(32, true, 0.2)),
                    0.01,
                    dense,
                    NetworkConfig.Output.TANH,
                    NetworkConfig.Weights.GLOROT_UNIFORM,
                    0.02,
                    0.05,
                    0,
                    false,
                    batchNorm,
                    false,
                    false,
                    0,
                    adam),
                new NetworkConfig(
                    List.of(dense(8, false, 0)),
                    0.01,
                    dense,
                    NetworkConfig.Output.IDENTITY,
                    NetworkConfig.Weights.GLOROT_UNIFORM,
                    0.02,
                    0.05,
                    0,
                    false,
                    new NetworkConfig.BatchNorm(
                        0.001, 0.999, false, NetworkConfig.Statistics.BATCH, 0),
                    false,
                    false,
                    0,
                    adam),
                new LossConfig(
                    LossConfig.Type.CROSS_ENTROPY,
                    LossConfig.Generator.NON_SATURATING,
                    1,
                    new LossConfig.Features(0, LossConfig.Features.Distance.SQUARED),
                    0.9,
                    0,
                    List.of(),
                    List.of(),
                    0,
                    false,
                    0,
                    new LossConfig.GradientPenalty(0, 0, 0, 1)),
                new DiscriminatorInputConfig(0, 0, 0, 0.5, 0, 0.25),
                new AugmentConfig(0, 0, 0),
                new StartConfig("", 0, ""),
                new LabelsConfig(0, LabelsConfig.Use.ONE_HOT, LabelsConfig.Use.ONE_HOT, 50, 1, 0),
                new MomentsConfig(MomentsConfig.Scope.GLOBAL, false, 0.1, 0.1),
                new TrainConfig(
                    20,
                    1,
                    1,
                    0,
                    100,
                    0,
                    10,
                    TrainConfig.Gradients.OWN,
                    List.of(),
                    1,
                    1,
                    false,
                    false,
                    new ThresholdsConfig(0, 0, 5),
                    300),
                new AveragingConfig(
                    new AveragingConfig.Ema(10_000, 0, 0.05),
                    new AveragingConfig.Outer(
                        AveragingConfig.OuterType.NONE,
                        new AveragingConfig.OuterRates(1, 0.5),
                        new AveragingConfig.OuterRates(1, 0.5)),
                    1,
                    1,
                    AveragingConfig.Path.AUTO,
                    AveragingConfig.Wire.EXACT),
                new FailuresConfig(3, 100, 0, 120, 0),
                new CheckpointConfig(0, 3, 0, true),
                new SamplesConfig(64, 16, List.of()),
                new EvaluationConfig(
                    0,
                    10_000,
                    EvaluationConfig.Weights.RAW,
                    EvaluationConfig.Extractor.AUTO,
                    EvaluationConfig.Measure.FD,
                    0),
                new DeviceConfig(DeviceConfig.Use.AUTO),
                EngineName.DL4J,
                Kernels.FAST,
                new TrackingConfig(false, ""),
                S3Config.NONE,
                List.of()));
  }

  @Test
  void defaultDataIsThatOfAnExperimentWithoutDataSettings() {
    assertThat(ExperimentReader.defaultData()).isEqualTo(read(SMALL).data());
  }

  @Test
  void fileGoesOverDefaultAndCommandLineOverFile() {
    String file = SMALL + "train: {epochs: 7, seed: 9}\n";
    TrainConfig train = read(file, "train.epochs=3").train();
    assertThat(train.epochs()).as("command line").isEqualTo(3);
    assertThat(train.seed()).as("file").isEqualTo(9);
    assertThat(train.batchSize()).as("default").isEqualTo(100);
  }

  @Test
  void laterOptionGoesOverAnEarlierOne() {
    assertThat(read(SMALL, "train.epochs=3", "train.epochs=5").train().epochs()).isEqualTo(5);
  }

  @Test
  void setsElementsOfLists() {
    Experiment experiment =
        read(
            SMALL,
            "generator.layers.0.units=64",
            "generator.layers.1={type: dense, units: 5}",
            "discriminator.layers=[{type: dense, units: 9}, {type: dense, units: 10}]");
    assertThat(experiment.generator().layers())
        .containsExactly(dense(64, false, 0), dense(5, false, 0));
    assertThat(experiment.discriminator().layers())
        .containsExactly(dense(9, false, 0), dense(10, false, 0));
  }

  @Test
  void settingMayHoldSpacesAndEqualsSigns() {
    assertThat(read(SMALL, "description=a = b, c").description()).isEqualTo("a = b, c");
    assertThat(read(SMALL, "description=").description()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("experimentFiles")
  void everyExperimentOfTheRepositoryReadsAndRoundTrips(Path file) {
    Experiment experiment = ExperimentReader.read(file, List.of());
    assertThat(read(ExperimentReader.write(experiment))).isEqualTo(experiment);
  }

  static Stream<Path> experimentFiles() throws IOException {
    Path folder = Path.of(System.getProperty("momentgan.repository", "."), "conf", "experiments");
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found = files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
      assertThat(found).hasSizeGreaterThanOrEqualTo(12);
      return found.stream();
    }
  }

  @Test
  void overridesMappingsOfTheBaseKeyByKeyAndReplacesLists() throws IOException {
    write("first.yaml", SMALL + "train: {epochs: 7, seed: 9}\nloss: {real-range: [0.7, 1.2]}\n");
    write("sub/second.yaml", "base: ../first.yaml\nname: second\ntrain: {epochs: 3}\n");
    Path third =
        write(
            "third.yaml",
            """
            base: sub/second.yaml
            description: of two
            generator: {layers: [{type: dense, units: 4, dropout: 0.5}]}
            loss: {real-range: []}
            """);
    assertThat(ExperimentReader.read(third, List.of("train.batch-size=8")))
        .isEqualTo(
            read(
                SMALL,
                "name=second",
                "description=of two",
                "train.epochs=3",
                "train.seed=9",
                "train.batch-size=8",
                "generator.layers=[{type: dense, units: 4, dropout: 0.5}]"));
  }

  @Test
  void refusedSettingIsBlamedOnTheFileThatGaveIt() throws IOException {
    Path first = write("first.yaml", SMALL + "train: {epochs: 0, batch-size: 0}\n");
    Path second = write("second.yaml", "base: first.yaml\ntrain: {epochs: 3}\n");
    assertRefused(
        second, first + ": Setting train.batch-size: found 0, expected a positive number");
    Path third = write("third.yaml", "base: first.yaml\ntrain: {epochs: -1, batch-size: 2}\n");
    assertRefused(third, third + ": Setting train.epochs: found -1, expected a positive number");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3          | found 3, expected a settings file",
        "[a, b]     | found a list, expected a settings file",
        "''         | found nothing, expected a settings file",
        "none.yaml  | found no file FOLDER/none.yaml, expected a settings file; give its path relative to this file",
        "..         | found no file PARENT, expected a settings file",
        "small.yaml | found a cycle of [FOLDER/small.yaml], expected a last file without base",
        "loop.yaml  | found a cycle of [FOLDER/small.yaml, FOLDER/loop.yaml], expected a last file without base"
      })
  void refusesBasesThatAreNoFilesOrCycles(String base, String problem) throws IOException {
    write("loop.yaml", "base: small.yaml\n");
    assertRefused(
        write(FILE, SMALL + "base: " + base + "\n"),
        "%s: Setting base: %s"
            .formatted(
                folder.resolve(FILE),
                problem
                    .replace("FOLDER", folder.toString())
                    .replace("PARENT", folder.getParent().toString())));
  }

  @Test
  void refusesABaseOfSettingsThatAreNoFile() {
    assertRefused(
        SMALL + "base: first.yaml\n", "small.yaml: Setting base: found an unknown setting");
    assertThatThrownBy(() -> read(SMALL, "base=first.yaml"))
        .hasMessageStartingWith("--set base=first.yaml: Setting base: found an unknown setting");
  }

  @Test
  void refusesFilesThatCannotBeRead() throws IOException {
    Path missing = folder.resolve("missing.yaml");
    assertThatThrownBy(() -> ExperimentReader.read(missing, List.of()))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "%s: no such file; give a settings file such as conf/experiments/quickstart.yaml",
            missing);
    Path binary = Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0xFF});
    assertThatThrownBy(() -> ExperimentReader.read(binary, List.of()))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(binary + ": cannot be read as text: ");
  }

  @Test
  void copiesSettingsWithSomeOverridden() {
    assertThat(read(SMALL).with("train.workers=4")).isEqualTo(read(SMALL, "train.workers=4"));
  }

  private Path write(String file, String yaml) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, yaml);
  }

  private static void assertRefused(Path file, String message) {
    assertThatThrownBy(() -> ExperimentReader.read(file, List.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(message)
        .message()
        .hasLineCount(1);
  }

  @Property(tries = 200)
  void textsRoundTripWhateverTheyLookLike(
      @ForAll @StringLength(max = 12) @CharRange(from = ' ', to = '~') String text) {
    Experiment experiment = withDescription(text);
    assertThat(read(ExperimentReader.write(experiment))).isEqualTo(experiment);
  }

  @ParameterizedTest
  @ValueSource(strings = {"007", "1e3", "0x1F", "1.10", "true", "null", "~", "- a", "a: b", "a\nb"})
  void textsThatLookLikeOtherYamlRoundTrip(String text) {
    Experiment experiment = withDescription(text);
    assertThat(read(ExperimentReader.write(experiment))).isEqualTo(experiment);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "colour: red              | small.yaml: Setting colour: found an unknown setting, expected one of",
        "train: {epoch: 3}        | small.yaml: Setting train.epoch: found an unknown setting, expected one of averaging-frequency, batch-size, d-steps, deadline-seconds, epochs, fresh-batches, fresh-latent, g-steps, gradients, init-images, passes, seed, thresholds, warm-up, workers",
        "data: {glyphs: {n: 3}}   | small.yaml: Setting data.glyphs.n: found an unknown setting, expected one of seed, test, train",
        "train: {epochs: ten}     | small.yaml: Setting train.epochs: found \"ten\", expected a whole number",
        "train: {epochs: 2.5}     | small.yaml: Setting train.epochs: found 2.5, expected a whole number",
        "train: {epochs: [1]}     | small.yaml: Setting train.epochs: found a list, expected a whole number",
        "train: {epochs: }        | small.yaml: Setting train.epochs: found nothing, expected a whole number",
        "train: {epochs: 99999999999} | small.yaml: Setting train.epochs: found 99999999999, expected a whole number of at most 2147483647",
        "train: 5                 | small.yaml: Setting train: found 5, expected a mapping of settings",
        "train:                   | small.yaml: Setting train: found nothing, expected a mapping of settings",
        "data: [1, 2]             | small.yaml: Setting data: found a list, expected a mapping of settings",
        "loss: {real-target: high} | small.yaml: Setting loss.real-target: found \"high\", expected a number",
        "checkpoint: {keep-best: perhaps} | small.yaml: Setting checkpoint.keep-best: found \"perhaps\", expected true or false",
        "description: {a: b}      | small.yaml: Setting description: found a mapping, expected a text",
        "moments: {scope: worldwide} | small.yaml: Setting moments.scope: found \"worldwide\", expected one of global, partition, dataset, none",
        "loss: {generator: hinge} | small.yaml: Setting loss.generator: found \"hinge\", expected one of non-saturating, minimax",
        "latent: {distribution: 3} | small.yaml: Setting latent.distribution: found 3, expected one of uniform, gaussian"
      })
  void refusesUnknownAndIllTypedSettings(String setting, String message) {
    assertRefused(SMALL + setting + "\n", message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name=                     | name: found \"\", expected 1 to 60 letters",
        "name=a/b                  | name: found \"a/b\", expected 1 to 60 letters",
        "data.uri=                 | data.uri: found an empty text, expected glyphs or a location",
        "data.limit=-1             | data.limit: found -1, expected 0 (all) or a positive number",
        "data.validation=-1        | data.validation: found -1, expected 0 or more",
        "data.cache=               | data.cache: found an empty text, expected a folder",
        "data.glyphs.train=0       | data.glyphs.train: found 0, expected a positive number",
        "data.glyphs.test=0        | data.glyphs.test: found 0, expected a positive number",
        "latent.size=0             | latent.size: found 0, expected a positive number",
        "generator.layers.0.units=0 | generator.layers.0.units: found 0, expected a positive number",
        "generator.layers.1.dropout=1 | generator.layers.1.dropout: found 1.0, expected a share in [0, 1)",
        "discriminator.layers.0.units=-2 | discriminator.layers.0.units: found -2, expected a positive number",
        "generator.slope=1         | generator.slope: found 1.0, expected a slope in [0, 1)",
        "generator.weights-sd=0    | generator.weights-sd: found 0.0, expected a positive number",
        "generator.batch-norm.epsilon=0 | generator.batch-norm.epsilon: found 0.0, expected a positive number",
        "discriminator.batch-norm.decay=1 | discriminator.batch-norm.decay: found 1.0, expected a number between 0 and 1",
        "discriminator.optimizer.learning-rate=0 | discriminator.optimizer.learning-rate: found 0.0, expected a positive number",
        "generator.optimizer.learning-rate=NaN | generator.optimizer.learning-rate: found NaN, expected a positive number",
        "generator.optimizer.learning-rate=1e999 | generator.optimizer.learning-rate: found Infinity, expected a positive number",
        "generator.optimizer.beta1=1 | generator.optimizer.beta1: found 1.0, expected a decay in [0, 1)",
        "generator.optimizer.beta2=-1 | generator.optimizer.beta2: found -1.0, expected a decay in [0, 1)",
        "generator.optimizer.epsilon=0 | generator.optimizer.epsilon: found 0.0, expected a positive number",
        "generator.optimizer.momentum=1 | generator.optimizer.momentum: found 1.0, expected a share in [0, 1)",
        "discriminator.output=tanh | discriminator.output: found tanh, expected identity",
        "loss.real-target=1.5      | loss.real-target: found 1.5, expected a target in (0, 1]",
        "loss.fake-target=0.95     | loss.fake-target: found 0.95, expected a target of at least 0 and below loss.real-target (0.9)",
        "moments.mean-weight=-1    | moments.mean-weight: found -1.0, expected 0 or more",
        "moments.variance-weight=-1 | moments.variance-weight: found -1.0, expected 0 or more",
        "moments.scope=none        | moments.scope: found none with a weight above 0, expected mean-weight and variance-weight of 0, or another scope",
        "train.epochs=0            | train.epochs: found 0, expected a positive number",
        "train.batch-size=0        | train.batch-size: found 0, expected a positive number",
        "train.batch-size=1        | train.batch-size: found 1, expected at least 2 with moment stabilization",
        "train.workers=-1          | train.workers: found -1, expected 0 (the cores) or more",
        "train.averaging-frequency=0 | train.averaging-frequency: found 0, expected a positive number",
        "train.d-steps=0           | train.d-steps: found 0, expected a positive number",
        "train.g-steps=0           | train.g-steps: found 0, expected a positive number",
        "train.deadline-seconds=0  | train.deadline-seconds: found 0, expected a positive number",
        "checkpoint.every=-1       | checkpoint.every: found -1, expected 0 (each epoch) or more rounds",
        "checkpoint.keep-last=0    | checkpoint.keep-last: found 0, expected a positive number",
        "checkpoint.keep-every=-1  | checkpoint.keep-every: found -1, expected 0 (none) or more",
        "samples.grid=60           | samples.grid: found 60, expected a square number",
        "samples.stored=10         | samples.stored: found 10, expected at least 11",
        "train.epoch=3             | train.epoch: found an unknown setting, expected one of",
        "generator.layers.0.nodes=3 | generator.layers.0.nodes: found an unknown setting, expected one of",
        "generator.layers.0.type=conv | generator.layers.0.type: found \"conv\", expected a layer such as {type: dense, units: 128}; known types: dense, maxout, project, convolution,"
            + " transposed-convolution, average-pool, pixel-shuffle, global-pool, minibatch, noise, dropout",
        "generator.layers.0={units: 3} | generator.layers.0: found a mapping, expected a layer such as {type: dense, units: 128}",
        "generator.layers.0=       | generator.layers.0: found \"\", expected a layer such as",
        "generator.layers=[null]   | generator.layers: found an empty element, expected only layers",
        "generator.layers=3        | generator.layers: found 3, expected a list",
        "train=5                   | train: found 5, expected a mapping of settings"
      })
  void refusedOptionIsNamedWithTheFullKey(String override, String message) {
    assertThatThrownBy(() -> read(SMALL, "train.seed=4", override))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("--set " + override + ": Setting " + message)
        .message()
        .hasLineCount(1);
  }

  @Test
  void outOfRangeSettingOfTheFileIsBlamedOnTheFile() {
    assertRefused(
        SMALL.replace("units: 16", "units: -16"),
        "small.yaml: Setting generator.layers.0.units: found -16, expected a positive number");
  }

  @Test
  void bothTargetsAndBothWeightsMayBeSetTogether() {
    Experiment experiment =
        read(
            SMALL,
            "moments.scope=none",
            "moments.mean-weight=0",
            "moments.variance-weight=0",
            "train.batch-size=1");
    assertThat(experiment.moments().penalised()).isFalse();
  }

  @Test
  void refusesMissingName() {
    assertRefused(
        SMALL.replace("name: small", ""),
        "small.yaml: Setting name: found nothing, expected a text");
  }

  @Test
  void refusesMissingLayers() {
    assertRefused(
        "name: small\n", "small.yaml: Setting generator.layers: found nothing, expected a list");
  }

  @Test
  void refusesLayerWithoutUnits() {
    assertRefused(
        SMALL.replace("{type: dense, units: 8}", "{type: dense}"),
        "small.yaml: Setting discriminator.layers.0.units: found nothing, expected a whole number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"train.epochs", "=3", "", "epochs 3"})
  void refusesOptionsWithoutKeyAndValue(String override) {
    assertThatThrownBy(() -> read(SMALL, override))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "--set %s: expected key=value, such as --set train.epochs=3".formatted(override));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "trian.epochs=3",
        "train.epochs.first=3",
        "train..epochs=3",
        ".epochs=3",
        "generator.layers.2.units=3",
        "generator.layers.-1.units=3",
        "generator.layers.99999999999.units=3",
        "generator.layers.first.units=3"
      })
  void refusesOptionsOfUnknownPaths(String override) {
    assertThatThrownBy(() -> read(SMALL, override))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("--set %s: there is no setting ".formatted(override))
        .message()
        .hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"generator.layers.2=3", "generator.layers.x=3"})
  void refusesOptionsOfListElementsThatAreNotThere(String override) {
    assertThatThrownBy(() -> read(SMALL, override))
        .isInstanceOf(ConfigException.class)
        .hasMessage("--set %s: there is no such list element".formatted(override));
  }

  @Test
  void refusesOptionsThatAreNoYaml() {
    assertThatThrownBy(() -> read(SMALL, "generator.layers=[{"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("--set generator.layers: [{ is not a YAML value");
  }

  @Test
  void commentForAValueIsNoValue() {
    assertThatThrownBy(() -> read(SMALL, "train.epochs=# 3"))
        .hasMessageContaining("Setting train.epochs: found nothing, expected a whole number");
  }

  @Test
  void namesTheLineOfInvalidYaml() {
    assertThatThrownBy(() -> read("name: small\ntrain:\n  epochs: [1\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageMatching("small\\.yaml: not valid YAML at line [34]: .+")
        .message()
        .hasLineCount(1);
  }

  @Test
  void refusesSettingsGivenTwice() {
    assertRefused(
        SMALL + "train: {epochs: 3}\ntrain: {seed: 2}\n",
        "small.yaml: not valid YAML at line 10: Duplicate field 'train'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# only a comment\n", "- name: small\n", "small", "---\n"})
  void refusesFilesThatHoldNoSettings(String yaml) {
    assertRefused(
        yaml, "small.yaml: expected a YAML mapping of settings (name: ..., generator: ...)");
  }

  @Test
  void refusesCredentialsWithoutShowingThem() {
    assertHidden(SMALL + "s3: {secret-key: hush}\n");
    assertHidden(SMALL + "fs.s3a.access.key: hush\n");
    assertHidden(SMALL + "data: {uri: 's3a://me:hush@bucket/data'}\n");
    assertHidden(SMALL, "s3.access-key=hush");
    assertHidden(SMALL, "fs.s3a.secret.key=hush");
    assertHidden(SMALL, "s3.endpoint=http://me:hush@127.0.0.1:9000");
    assertThatThrownBy(() -> ExperimentReader.s3(List.of("s3.session-token=hush")))
        .hasMessageContaining("a setting for credentials")
        .hasMessageNotContaining("hush");
  }

  private static void assertHidden(String yaml, String... overrides) {
    assertThatThrownBy(() -> read(yaml, overrides))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("credentials")
        .hasMessageContaining("AWS_ACCESS_KEY_ID")
        .hasMessageNotContaining("hush");
  }

  @Test
  void endpointsAreUrls() {
    assertThat(read(SMALL, "s3.endpoint=http://127.0.0.1:9000", "s3.path-style=true").s3())
        .isEqualTo(new S3Config("http://127.0.0.1:9000", "", true));
    assertThatThrownBy(() -> read(SMALL, "s3.endpoint=127.0.0.1"))
        .hasMessageContaining("s3.endpoint: found \"127.0.0.1\", expected a URL such as");
  }

  private static void assertRefused(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(message)
        .message()
        .hasLineCount(1);
  }

  private static Experiment withDescription(String text) {
    Experiment experiment = read(SMALL, "description=" + TextNode.valueOf(text));
    assertThat(experiment.description()).isEqualTo(text);
    return experiment;
  }

  private static Experiment read(String yaml, String... overrides) {
    return ExperimentReader.read(yaml, FILE, List.of(overrides));
  }
}
