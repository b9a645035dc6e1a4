package io.momentgan.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeFolderTest {
  private static final String TEMPORARY = "java.io.tmpdir";
  private static final String CACHE = "org.bytedeco.javacpp.cachedir";

  @TempDir private Path folder;
  private Properties before;

  @BeforeEach
  void keepProperties() {
    before = (Properties) System.getProperties().clone();
  }

  @AfterEach
  void restoreProperties() {
    System.setProperties(before);
  }

  @Test
  void foldersThatServeStay() {
    Map.of(TEMPORARY, folder, CACHE, folder.resolve("cache"))
        .forEach((key, path) -> System.setProperty(key, path.toString()));
    NativeFolder.choose();
    assertThat(System.getProperty(TEMPORARY)).isEqualTo(folder.toString());
    assertThat(System.getProperty(CACHE)).isEqualTo(folder.resolve("cache").toString());
    assertThat(folder).isDirectoryNotContaining("glob:**momentgan-*");
  }

  @Test
  void anotherFolderStandsInForOneThatNothingCanBeLoadedFrom() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    System.setProperty(TEMPORARY, file.resolve("tmp").toString());
    System.setProperty(CACHE, file.resolve("cache").toString());
    System.setProperty("user.home", folder.toString());
    NativeFolder.choose();
    Path natives = folder.resolve(".cache/momentgan/natives");
    assertThat(Path.of(System.getProperty(TEMPORARY))).isEqualTo(natives).isEmptyDirectory();
    assertThat(System.getProperty(CACHE)).startsWith(natives + "/javacpp");
  }
}
