package io.momentgan.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.config.UserException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores of Hadoop's other than S3 are asked once before they are used. */
class StoresOfOthersTest {
  @ParameterizedTest
  @CsvSource({
    "hdfs://127.0.0.1:1/x, the server cannot be reached",
    "hdfs:///x, 'Incomplete HDFS URI, no host'",
    "webhdfs://127.0.0.1:1/x, the server cannot be reached",
    "ftp://127.0.0.1:1/x, the server cannot be reached",
    "wasb://x/y, the library of this file system is not on the class path"
  })
  void whatIsWrongIsSaid(String location, String reason) {
    assertThatThrownBy(() -> StorageCheck.requireReadable("--data", location, Map.of()))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("--data " + location + ": cannot read there: " + reason);
    assertThatThrownBy(() -> StorageCheck.requireWritable("--out", location, Map.of()))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("--out " + location + ": cannot write there: " + reason);
  }

  @Test
  void theDefaultFileSystemIsAsked() {
    Map<String, String> settings = Map.of("fs.defaultFS", "hdfs://127.0.0.1:1");
    assertThatThrownBy(() -> StorageCheck.requireReadable("--data", "images", settings))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("the server cannot be reached");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "a:b.png", "no-such-scheme://x", "file:/x", "http://127.0.0.1:1"})
  void otherLocationsAreLeftToTheirReaders(String location) {
    assertThatCode(() -> StorageCheck.requireReadable("--data", location, Map.of()))
        .doesNotThrowAnyException();
  }

  @Test
  void webAddressesAreNoFolders() {
    assertThatThrownBy(() -> Folder.at("http://127.0.0.1:1/runs", Map.of()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("is a web address, expected a folder");
  }

  /** HDFS's client alone would go on for a quarter of an hour. */
  @Tag("long")
  @Test
  void aServerThatDoesNotAnswerIsGivenUp() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
      long start = System.nanoTime();
      assertThatThrownBy(
              () ->
                  StorageCheck.requireReadable(
                      "--data", "hdfs://127.0.0.1:" + silent.getLocalPort() + "/x", Map.of()))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("the server has not answered within 25 s; check the location");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
    }
  }
}
