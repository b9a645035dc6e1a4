package io.momentgan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The jar names every library that is shipped with it, and has the text of its licence. Which
 * licences may be, the release build checks: it makes the list anew.
 */
class LicencesTest {
  private static final String RENEW =
      "run mvn -Prelease license:add-third-party@third-party, and commit the list";

  private static List<String> shipped;
  private static List<String> lines;
  private static String notice;

  @BeforeAll
  static void read() throws IOException {
    // Names with lib/ or lib-s3a/ before them.
    shipped =
        Stream.of("libraries.txt", "s3a-libraries.txt")
            .flatMap(list -> entries(list).stream())
            .map(path -> Path.of(path).getFileName().toString())
            .toList();
    assumeThat(shipped)
        .as("builds with libtorch or for GPUs are not published")
        .noneMatch(name -> name.contains("cuda") || name.startsWith("pytorch-"));
    String list = resource("THIRD-PARTY.txt");
    lines = list.lines().filter(line -> line.contains(" | ")).toList();
    notice = resource("NOTICE");
  }

  private static List<String> entries(String list) {
    try {
      return Arrays.asList(
          Files.readString(Experiments.REPOSITORY.resolve("target").resolve(list))
              .strip()
              .split(":", -1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String resource(String name) throws IOException {
    Path source = Experiments.REPOSITORY.resolve("src/main/resources/META-INF").resolve(name);
    return Files.readString(Files.exists(source) ? source : Experiments.REPOSITORY.resolve(name));
  }

  /** Such as {@code gson-2.10.1}. */
  private static String nameAndVersion(String line) {
    String[] coordinates = line.replaceFirst(" \\| .*", "").split(":", -1);
    return coordinates[1] + "-" + coordinates[2];
  }

  @Test
  void everyShippedLibraryIsListed() {
    List<String> listed = lines.stream().map(LicencesTest::nameAndVersion).toList();
    assertThat(shipped).hasSizeGreaterThan(50);
    assertThat(shipped)
        .as(RENEW)
        .allSatisfy(
            jar ->
                assertThat(listed)
                    .anyMatch(each -> jar.matches("\\Q%s\\E(-[a-z].*)?\\.jar".formatted(each))));
    assertThat(listed)
        .as(RENEW)
        .allSatisfy(each -> assertThat(shipped).anyMatch(jar -> jar.startsWith(each)));
  }

  @Test
  void theJarHasTheTextOfEachLicence() {
    assertThat(lines)
        .allSatisfy(
            line ->
                assertThat(line.replaceFirst(".* \\| ", "").split(" or ", -1))
                    .anyMatch(LicencesTest::hasText));
  }

  private static boolean hasText(String licence) {
    return licence.equals("Apache-2.0")
        || LicencesTest.class.getResource("/META-INF/licenses/" + licence + ".txt") != null;
  }

  @Test
  void theNoticeNamesTheNativeLibrariesWithinLibraries() {
    TreeSet<String> natives =
        entries("classpath.txt").stream()
            .filter(path -> shipped.contains(Path.of(path).getFileName().toString()))
            .map(LicencesTest::natives)
            .flatMap(Function.identity())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(natives).hasSizeGreaterThan(10);
    assertThat(natives).allSatisfy(name -> assertThat(notice).contains("\n" + name + " "));
  }

  private static Stream<String> natives(String jar) {
    try (JarFile file = new JarFile(jar)) {
      return file.stream()
          .map(entry -> entry.getName().replaceFirst(".*/", ""))
          .filter(name -> name.matches(".*\\.so(\\.[0-9.]+)?"))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
