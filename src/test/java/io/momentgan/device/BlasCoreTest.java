package io.momentgan.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.factory.Nd4j;

class BlasCoreTest {
  private static final String ALL = "fpu avx avx2 avx512f avx512dq avx512cd avx512bw avx512vl";

  @ParameterizedTest
  @CsvSource({
    "AuthenticAMD, " + ALL + ", SKYLAKEX",
    "GenuineIntel, " + ALL + ",",
    "AuthenticAMD, fpu avx avx2,",
    "AuthenticAMD, fpu avx avx2 avx512f,",
  })
  void onlyForAmdWithAllOfAvx512(String vendor, String flags, String expected) {
    List<String> processor =
        List.of("processor\t: 0", "vendor_id\t: " + vendor, "flags\t\t: " + flags, "");
    assertThat(BlasCore.better(processor)).isEqualTo(Optional.ofNullable(expected));
  }

  @Test
  void nothingIsKnownOfOtherSystems() {
    assertThat(BlasCore.better(List.of())).isEmpty();
  }

  @Test
  void openBlasTakesTheChoice() throws IOException {
    Path processor = Path.of("/proc/cpuinfo");
    Assumptions.assumeTrue(Files.exists(processor) && System.getenv("OPENBLAS_CORETYPE") == null);
    Optional<String> better = BlasCore.better(Files.readAllLines(processor));
    Assumptions.assumeTrue(better.isPresent());
    Nd4j.ones(2, 2).mmul(Nd4j.ones(2, 2));
    assertThat(BlasCore.inUse()).isEqualToIgnoringCase(better.get());
  }
}
