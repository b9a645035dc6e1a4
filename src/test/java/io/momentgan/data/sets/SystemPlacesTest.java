package io.momentgan.data.sets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Places that have no end, or that only a mistake can mean, are refused soon and in one line. */
@Timeout(60)
class SystemPlacesTest {
  @TempDir private Path folder;

  private Path pipe(String name) throws Exception {
    Path pipe = folder.resolve(name);
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return pipe;
  }

  private void picture(String name) throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    Files.write(folder.resolve(name), ArrayFiles.png(9));
  }

  @ParameterizedTest
  @CsvSource({
    "/dev/zero, found a pipe",
    "/dev/urandom, found a pipe",
    "/proc, found a place of the system (proc)",
    "/proc/self/status, found a place of the system (proc)",
    "/sys, found a place of the system (sysfs)",
    "/, found the root of the disk",
  })
  void placesOfTheSystemAreRefused(String place, String reason) {
    assertThatThrownBy(() -> IdxBytes.open(Path.of(place)))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(place + ": " + reason);
  }

  @Test
  void aPipeIsRefused() throws Exception {
    Path pipe = pipe("train.csv");
    assertThatThrownBy(() -> IdxBytes.open(pipe))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(pipe + ": found a pipe, device or socket");
  }

  @Test
  void pipesAndFoldersOfTheSystemBesidePicturesAreNotUsed() throws Exception {
    picture("a/1.png");
    picture("b/1.png");
    pipe("train-images-idx3-ubyte");
    pipe("train.csv");
    pipe("a/2.png");
    Files.createSymbolicLink(folder.resolve("a/system"), Path.of("/proc"));
    DataSet data = IdxBytes.open(folder);
    assertThat(data.training().count()).isEqualTo(2);
    assertThat(data.rejected())
        .extracting(DataSet.RejectedFile::reason)
        .containsExactlyInAnyOrder(
            "not a regular file",
            "not a regular file",
            "not a regular file",
            "a folder of the system");
  }

  @Tag("long")
  @Test
  void aFolderOfOtherThingsIsRefusedBeforeItsFilesAreRead() throws IOException {
    picture("x/1.png");
    for (int i = 0; i <= 50_000; i++) {
      Files.createFile(folder.resolve(i + ".txt"));
    }
    assertThatThrownBy(() -> IdxBytes.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "found 50001 files that are no pictures by their names, and 1 that are")
        .hasMessageContaining("give the folder in it");
  }
}
