package io.momentgan.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PhysicalMemoryTest {
  private static final String LIMIT = "org.bytedeco.javacpp.maxphysicalbytes";

  @TempDir private Path folder;
  private String before;

  @BeforeEach
  void clear() {
    before = System.clearProperty(LIMIT);
  }

  @AfterEach
  void restore() {
    System.clearProperty(LIMIT);
    if (before != null) {
      System.setProperty(LIMIT, before);
    }
  }

  private void choose() throws Exception {
    try (URLClassLoader build = new URLClassLoader(new URL[] {folder.toUri().toURL()}, null)) {
      PhysicalMemory.choose(build);
    }
  }

  @Test
  void aBuildWithoutLibtorchKeepsTheLimit() throws Exception {
    choose();
    assertThat(System.getProperty(LIMIT)).isNull();
  }

  @Test
  void aBuildWithLibtorchHasNone() throws Exception {
    Path tensor = folder.resolve("org/bytedeco/pytorch/Tensor.class");
    Files.createDirectories(tensor.getParent());
    Files.createFile(tensor);
    choose();
    assertThat(System.getProperty(LIMIT)).isEqualTo("0");
    System.setProperty(LIMIT, "7g");
    choose();
    assertThat(System.getProperty(LIMIT)).isEqualTo("7g");
  }
}
