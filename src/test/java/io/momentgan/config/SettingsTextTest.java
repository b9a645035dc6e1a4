package io.momentgan.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SettingsTextTest {
  @TempDir private Path folder;

  @Test
  void readsAFile() throws Exception {
    Path file = Files.writeString(folder.resolve("x.yaml"), "name: b\u00e4r");
    assertThat(SettingsText.read(file)).isEqualTo("name: b\u00e4r");
  }

  @Test
  void whatHasNoEndIsNotRead() throws Exception {
    Path pipe = folder.resolve("pipe.yaml");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    for (Path each : List.of(pipe, Path.of("/dev/zero"))) {
      assertThatThrownBy(() -> SettingsText.read(each))
          .isInstanceOf(UserException.class)
          .hasMessageStartingWith(each + ": found a pipe or device, expected a settings file");
    }
    assertThatThrownBy(() -> SettingsText.read(folder))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(folder + ": found a folder");
    // Reading it waits for the kernel's next message.
    assertThat(SettingsText.read(Path.of("/proc/kmsg"))).isEmpty();
  }

  @Test
  void dataAreNotReadAsSettings() throws Exception {
    Path file = Files.write(folder.resolve("data.bin"), new byte[(1 << 20) + 1]);
    assertThatThrownBy(() -> SettingsText.read(file))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(file + ": found 1048577 bytes, expected a settings file");
  }
}
