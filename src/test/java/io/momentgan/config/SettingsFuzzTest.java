package io.momentgan.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Random settings are accepted or refused with a message. */
class SettingsFuzzTest {
  private static final String FILE =
      """
      name: fuzz
      generator: {layers: [{type: dense, units: 4}]}
      discriminator: {layers: [{type: dense, units: 4}]}
      """;
  private static final List<String> KEYS =
      List.copyOf(
          SettingDifferences.settings(ExperimentReader.read(FILE, "fuzz.yaml", List.of()))
              .keySet());

  @Provide
  Arbitrary<String> keys() {
    Arbitrary<String> known = Arbitraries.of(KEYS);
    Arbitrary<String> parts =
        Arbitraries.of(
            "train",
            "epochs",
            "generator",
            "layers",
            "0",
            "-1",
            "99999999999",
            "optimizer",
            "",
            "~",
            "/",
            "~1",
            "base",
            "name",
            "type",
            "units",
            "\u0663",
            "a b",
            "seeds",
            "data",
            "uri");
    return Arbitraries.oneOf(
        known,
        known.map(key -> key.substring(0, Math.max(1, key.length() - 1))),
        known.map(key -> key.substring(key.lastIndexOf('.') + 1)),
        known.map(key -> key + ".more"),
        parts.list().ofMinSize(1).ofMaxSize(4).map(all -> String.join(".", all)),
        Arbitraries.strings().ofMaxLength(12));
  }

  @Provide
  Arbitrary<String> values() {
    return Arbitraries.oneOf(
        Arbitraries.integers().map(String::valueOf),
        Arbitraries.longs().map(String::valueOf),
        Arbitraries.doubles().map(String::valueOf),
        Arbitraries.of(
            "",
            "null",
            "~",
            "true",
            "NaN",
            ".inf",
            "1e999",
            "[]",
            "{}",
            "[null]",
            "[1, 2]",
            "[[]]",
            "{a: b}",
            "{type: dense}",
            "{type: dense, units: 3}",
            "[{type: dense, units: 3}]",
            "[{type: dnse}]",
            "*a",
            "&a [*a]",
            "!!java.io.File x",
            "? x",
            "- 1\n- 2",
            "'",
            "\"",
            "#",
            "0x1F",
            "1_000",
            "12:30:45",
            "2001-01-01",
            "\u0663",
            "s3a://me:hush@bucket/x",
            "http://",
            "file:///etc",
            "a\u0000b",
            "\ufeff1",
            "\ud800",
            "|",
            ">",
            "%",
            "@",
            "`"),
        Arbitraries.strings().ofMaxLength(20));
  }

  @Provide
  Arbitrary<String> overrides() {
    return Combinators.combine(keys(), values()).as((key, value) -> key + "=" + value);
  }

  @Provide
  Arbitrary<String> files() {
    Arbitrary<String> lines =
        Combinators.combine(keys(), values())
            .as((key, value) -> nested(key.split("\\.", -1), 0, value));
    Arbitrary<String> valid = lines.list().ofMaxSize(3).map(all -> FILE + String.join("\n", all));
    Arbitrary<String> cut =
        Combinators.combine(valid, Arbitraries.integers().between(0, 400))
            .as((file, at) -> file.substring(0, Math.min(at, file.length())));
    return Arbitraries.oneOf(valid, cut, Arbitraries.strings().ofMaxLength(60));
  }

  private static String nested(String[] parts, int depth, String value) {
    String indent = "  ".repeat(depth);
    String key = TextNode.valueOf(parts[depth]).toString();
    return depth == parts.length - 1
        ? indent + key + ": " + value
        : indent + key + ":\n" + nested(parts, depth + 1, value);
  }

  @Property(tries = 120)
  void optionsAreAcceptedOrRefusedInOneLine(@ForAll("overrides") String override) {
    check(FILE, List.of(override));
  }

  @Property(tries = 120)
  void severalOptionsAreAcceptedOrRefusedInOneLine(
      @ForAll("overrides") String one, @ForAll("overrides") String two) {
    check(FILE, List.of(one, two));
  }

  @Property(tries = 120)
  void filesAreAcceptedOrRefusedInOneLine(@ForAll("files") String file) {
    check(file, List.of());
    check(file, List.of("train.epochs=3"));
  }

  @Property(tries = 120)
  void studiesAreAcceptedOrRefusedInOneLine(@ForAll("files") String file) {
    try {
      StudyFile.read(file.replace("generator", "experiments"), "fuzz.yaml");
    } catch (UserException e) {
      checkLine(e);
    }
  }

  private static void check(String file, List<String> overrides) {
    try {
      Experiment experiment = ExperimentReader.read(file, "fuzz.yaml", overrides);
      String written = ExperimentReader.write(experiment);
      assertThat(ExperimentReader.read(written, "run.yaml", List.of())).isEqualTo(experiment);
    } catch (UserException e) {
      checkLine(e);
    } catch (RuntimeException e) {
      fail(new ArrayList<>(overrides) + " of " + file, e);
    }
  }

  private static void checkLine(UserException e) {
    assertThat(e.getMessage()).isNotBlank().doesNotContain("hush");
  }
}
