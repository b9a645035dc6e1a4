package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.config.SettingDifferences;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/** From the command line to the plan: done, or one line and code 2, whatever the settings. */
class DryRunFuzzTest {
  private static final List<String> KEYS =
      SettingDifferences.settings(Experiments.small()).keySet().stream()
          // Gigabytes are for other tests.
          .filter(key -> !key.equals("data.uri") && !key.startsWith("data.glyphs"))
          .toList();

  private String home;

  @Provide
  Arbitrary<String> overrides() {
    Arbitrary<String> values =
        Arbitraries.oneOf(
            Arbitraries.integers().between(-3, 70).map(String::valueOf),
            Arbitraries.doubles().between(-2, 2).map(String::valueOf),
            Arbitraries.of(
                "",
                "null",
                "true",
                "false",
                "NaN",
                "[]",
                "{}",
                "[1, 2]",
                "[0.1, 0.2]",
                "dense",
                "tanh",
                "one-hot",
                "class-head",
                "embedding",
                "momentum",
                "hinge",
                "none",
                "both",
                "{type: noise, sd: 0.1}",
                "[{type: maxout, units: 3}]",
                "[{type: convolution, filters: 3, kernel: 7, stride: 2}]",
                "[{type: project, channels: 4}, {type: transposed-convolution, filters: 2}]",
                "[{type: pixel-shuffle, factor: 3}]",
                "[{type: average-pool, size: 5}]",
                "[{epochs: 2, averaging-frequency: 1}]"));
    return Combinators.combine(Arbitraries.of(KEYS), values).as((key, value) -> key + "=" + value);
  }

  @Property(tries = 20, shrinking = ShrinkingMode.OFF)
  void dryRunsSucceedOrAreRefusedInOneLine(
      @ForAll("overrides") String one, @ForAll("overrides") String two) throws IOException {
    Path folder = Files.createTempDirectory("fuzz");
    List<String> args = new ArrayList<>(List.of("train", TinyExperiment.in(folder).toString()));
    args.addAll(List.of("--dry-run", "--set", one, "--set", two));
    args.addAll(List.of("--out", folder.resolve("runs").toString()));
    CommandRun run = CommandRun.of(args.toArray(String[]::new));
    if (run.code() != 0) {
      assertThat(run.mistake()).hasSizeGreaterThan("error: ".length());
    }
  }

  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.oneOf(
        Arbitraries.of(
            "",
            " ",
            ":",
            "a:b",
            "::",
            "s3a:",
            "file:",
            "file:x",
            "file://host/x",
            "http:",
            "http://",
            "https://[",
            "glyphs/",
            "%",
            "%zz",
            "a%20b",
            "{a",
            "[",
            "*",
            "?",
            "\\",
            "'",
            "\"",
            "-",
            "a\nb",
            "\u0000",
            "\ud800",
            "/dev/null",
            "/proc/self/mem",
            "/etc/passwd",
            "jar:file:x!/y",
            "/",
            "~",
            "~/x",
            "/proc",
            "/proc/kmsg",
            "/dev/zero",
            "/dev/urandom",
            "s3a://",
            "s3a:///x",
            "s3a:x",
            "S3A://b/x",
            "hdfs:",
            "hdfs:///x",
            "hdfs://127.0.0.1:1/x",
            "http://127.0.0.1:1/x",
            "http://127.0.0.1:1/x.zip",
            "ftp://127.0.0.1:1/x",
            "wasb://x/y",
            "gs://x/y",
            "har:///x",
            "viewfs:///x",
            "null"),
        // Without schemes, whose hosts would be asked for.
        Arbitraries.strings().ofMaxLength(10).filter(text -> !text.contains("://")),
        Arbitraries.strings().alpha().numeric().withChars(":%@").ofMaxLength(10));
  }

  /** {@code ~} is a folder of the test. */
  @BeforeProperty
  void moveHome() throws IOException {
    home = System.setProperty("user.home", Files.createTempDirectory("home").toString());
  }

  @AfterProperty
  void moveBack() {
    System.setProperty("user.home", home);
  }

  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void placesAreTakenOrRefusedInOneLine(@ForAll("paths") String place, @ForAll Place where)
      throws IOException {
    Path folder = Files.createTempDirectory("fuzz");
    String file = where == Place.FILE ? place : TinyExperiment.in(folder).toString();
    List<String> args = new ArrayList<>(List.of("train"));
    args.addAll(where == Place.DATA ? List.of("--data", place) : List.of());
    args.addAll(
        List.of("--dry-run", "--out", where == Place.OUT ? place : folder.resolve("r").toString()));
    args.addAll(List.of("--", file));
    CommandRun run = CommandRun.of(args.toArray(String[]::new));
    if (run.code() != 0) {
      assertThat(run.withoutAttempts().mistake()).hasSizeGreaterThan("error: ".length());
    }
  }

  /** Where a place is named. */
  enum Place {
    FILE,
    DATA,
    OUT
  }
}
