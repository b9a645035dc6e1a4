package io.momentgan.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.config.UserException;
import io.momentgan.data.HadoopFile;
import io.momentgan.run.Runs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

public class FolderTest {
  private static final Map<String, String> FAILING =
      Map.of("fs.failing.impl", FailingFileSystem.class.getName());

  @TempDir Path out;

  @AfterEach
  void mendFileSystem() {
    FailingFileSystem.failing = false;
  }

  public static Folder newRun(Path out) {
    return Runs.create(out.toString(), "test", Map.of());
  }

  public static List<String> filesUnder(Path folder) {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths
          .filter(Files::isRegularFile)
          .map(path -> folder.relativize(path).toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void runsAreNumberedFromZeroAndAfterTheHighest() throws IOException {
    assertThat(newRun(out.resolve("runs")).name()).isEqualTo("00000-test");
    Files.createDirectories(out.resolve("runs/00041-other"));
    Files.createDirectories(out.resolve("runs/notes"));
    assertThat(newRun(out.resolve("runs")).name()).isEqualTo("00042-test");
  }

  @Test
  void highNumbersOfOthersDoNotBlockNewRuns() throws IOException {
    for (String other : List.of("999999999-x", "2147483647-x", "99999999999999999999-x")) {
      Files.createDirectories(out.resolve(other));
    }
    assertThat(newRun(out).name()).isEqualTo("00000-test");
    Files.createDirectories(out.resolve("99999999-x"));
    assertThat(newRun(out).name()).isEqualTo("00001-test");
    assertThat(newRun(out).name()).isEqualTo("00002-test");
  }

  @Test
  void temporaryFilesOfKilledRunsAreDeletedWhenOld() throws IOException {
    Folder folder = newRun(out);
    folder.publish("a/x.txt", "1");
    String name = ".x.txt.0d5bd0f5-4a6f-4a9f-8c0a-3a1f3f0b7a55.tmp";
    Path old = Files.writeString(out.resolve("00000-test/a").resolve(name), "1");
    Path fresh = Files.writeString(out.resolve("00000-test").resolve(name), "1");
    Path mine = Files.writeString(out.resolve("00000-test/a/.mine.tmp"), "1");
    FileTime past = FileTime.from(Instant.now().minusSeconds(7200));
    Files.setLastModifiedTime(old, past);
    Files.setLastModifiedTime(mine, past);
    folder.deleteLeftovers();
    assertThat(old).doesNotExist();
    assertThat(fresh).exists();
    assertThat(mine).exists();
    assertThat(out.resolve("00000-test/a/x.txt")).exists();
  }

  @Test
  void largeFilesAreRefusedWhereSmallOnesAreExpected() {
    Folder folder = newRun(out);
    folder.publish("a.txt", "12345");
    assertThat(folder.read("a.txt", 5)).hasSize(5);
    assertThatThrownBy(() -> folder.readText("a.txt", 4))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("a.txt: found more than 4 bytes");
  }

  @Test
  void runsThatStartAtOnceGetDifferentNumbers() {
    List<String> numbers =
        IntStream.range(0, 12)
            .parallel()
            .mapToObj(i -> Runs.create(out.toString(), i % 2 == 0 ? "a" : "b" + i, Map.of()))
            .map(folder -> folder.name().substring(0, 5))
            .toList();
    assertThat(numbers).hasSize(12).doesNotHaveDuplicates();
  }

  @Test
  void publishedFilesAreWholeAndLeaveNothingElse() {
    Folder folder = newRun(out);
    folder.publish("samples/epoch-0001.png", new byte[] {1, 2, 3});
    folder.publish("samples/epoch-0001.png", new byte[] {4, 5});
    folder.publish("run.yaml", "name: test\n");

    assertThat(folder.read("samples/epoch-0001.png")).containsExactly(4, 5);
    assertThat(folder.readText("run.yaml")).isEqualTo("name: test\n");
    assertThat(filesUnder(out))
        .containsExactly("00000-test/run.yaml", "00000-test/samples/epoch-0001.png");
  }

  @Test
  void listsByNameWithSizes() {
    Folder folder = newRun(out);
    folder.publish("b.txt", "12");
    folder.publish("a/x.txt", "1");

    assertThat(folder.list(""))
        .containsExactly(new Folder.Entry("a", 0, true), new Folder.Entry("b.txt", 2, false));
    assertThat(folder.list("nowhere")).isEmpty();
  }

  @Test
  void deletesFilesAndOnlyEmptyFolders() {
    Folder folder = newRun(out);
    folder.publish("a/x.txt", "1");

    assertThatThrownBy(() -> folder.delete("a")).isInstanceOf(RuntimeException.class);
    assertThat(folder.delete("a/x.txt")).isTrue();
    assertThat(folder.delete("a/x.txt")).isFalse();
    assertThat(folder.delete("a")).isTrue();
    assertThat(folder.exists("a")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "/etc/passwd", "a/../../x", ".."})
  void pathsOutsideTheFolderAreRefused(String path) {
    Folder folder = newRun(out);
    assertThatThrownBy(() -> folder.publish(path, "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(path);
  }

  @Test
  void opensARunOrTheFolderOfASingleRun() {
    Folder run = newRun(out);
    run.publish("run.yaml", "x: 1\n");

    assertThat(Runs.open(run.uri(), Map.of()).uri()).isEqualTo(run.uri());
    assertThat(Runs.open(out.toString(), Map.of()).uri()).isEqualTo(run.uri());
  }

  @Test
  void namesTheCandidatesWhenThereAreSeveralRuns() {
    newRun(out).publish("run.yaml", "x: 1\n");
    newRun(out).publish("run.yaml", "x: 2\n");
    newRun(out);

    assertThatThrownBy(() -> Runs.open(out.toString(), Map.of()))
        .isInstanceOf(UserException.class)
        .hasMessage(out + " holds 2 runs; give one of them: 00000-test, 00001-test");
  }

  @Test
  void saysWhatWasLookedForWhenThereIsNoRun() {
    assertThatThrownBy(() -> Runs.open(out.toString(), Map.of()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("run.yaml")
        .hasMessageContaining(out.toString());
    assertThatThrownBy(() -> Runs.open(out + "/typo", Map.of()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("There is no folder " + out + "/typo");
  }

  @Test
  void namesLocationsThatCannotBeUsed() throws IOException {
    assertThatThrownBy(() -> Runs.open("nosuch://bucket/x", Map.of()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("nosuch://bucket/x")
        .hasMessageContaining("no file system is installed");
    Files.writeString(out.resolve("file"), "x");
    assertThatThrownBy(() -> Runs.create(out + "/file", "test", Map.of()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(out + "/file")
        .hasMessageContaining("a file stands where a folder is needed");
    Folder run = newRun(out);
    assertThatThrownBy(() -> run.read("nothing.txt"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("nothing.txt: it does not exist");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFailedWriteLeavesWhatWasThere(boolean objectStore) {
    FailingFileSystem.objectStore = objectStore;
    Folder folder = Runs.create("failing://" + out, "test", FAILING);
    folder.publish("kept.txt", "before");
    FailingFileSystem.failing = true;

    assertThatThrownBy(() -> folder.publish("kept.txt", "after, and longer".getBytes(UTF_8)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("kept.txt: no space left");
    assertThatThrownBy(() -> folder.publish("new.txt", "new".getBytes(UTF_8)))
        .isInstanceOf(UserException.class);

    assertThat(filesUnder(out)).containsExactly("00000-test/kept.txt");
    assertThat(folder.readText("kept.txt")).isEqualTo("before");
  }

  /** Reading from the start of its own memory fails as a broken disk does. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aDiskThatFailsIsOneLineThatNamesTheFile() {
    assertThatThrownBy(() -> Folder.at("/proc/self", Map.of()).read("mem"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("/proc/self/mem")
        .hasMessageContaining("the disk failed (Input/output error)");
    assertThatThrownBy(() -> new HadoopFile("/proc/self/mem", Map.of()).openContents())
        .isInstanceOf(IOException.class)
        .hasMessage("Input/output error");
  }
}
