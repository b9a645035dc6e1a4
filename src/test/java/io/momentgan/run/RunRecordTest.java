package io.momentgan.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunRecordTest {
  private static final String ONE_DNN = "oneDNN 2.5.2";

  @Test
  void anotherLibraryIsToldOfWhereFastKernelsGoOn() {
    assertThat(record(Map.of("fast-products", ONE_DNN)).hasOtherProducts(ONE_DNN)).isFalse();
    assertThat(record(Map.of("fast-products", ONE_DNN)).hasOtherProducts("OpenBLAS")).isTrue();
    assertThat(record(Map.of("fast-products", ONE_DNN), "kernels=stock").hasOtherProducts("x"))
        .isFalse();
  }

  @Test
  void runsThatNamedNoLibraryHadOpenBlas() {
    assertThat(record(Map.of()).hasOtherProducts(ONE_DNN)).isTrue();
    assertThat(record(Map.of()).hasOtherProducts("OpenBLAS")).isFalse();
  }

  private static RunRecord record(Map<String, String> versions, String... overrides) {
    return new RunRecord(Experiments.small(overrides), versions, Map.of(), "", "1");
  }
}
