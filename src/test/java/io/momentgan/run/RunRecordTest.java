package io.momentgan.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.Experiments;
import io.momentgan.LogLines;
import io.momentgan.config.UserException;
import io.momentgan.partition.WorkerHistory;
import io.momentgan.storage.Folder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void runsOfOtherFormatsAreRefusedByTheVersionThatMadeThem(@TempDir Path folder) {
    Folder run = Folder.at(folder.toString(), Map.of());
    run.publish("run.yaml", "experiment: {name: old}\nversions: {momentgan: 0.0.9}\n");
    assertThatThrownBy(() -> RunRecord.read(run))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("found a run of MomentGAN 0.0.9 (format 1), expected format 2");
  }

  @Test
  void whetherItsWorkersChangedIsKeptAndSaid(@TempDir Path folder) {
    RunRecord.Data data = new RunRecord.Data("idx", "data", "0", 10, "1x4x4", List.of());
    RunRecord begun =
        new RunRecord(Experiments.small(), Map.of(), data, "", "1", WorkerHistory.of(1));
    RunRecord grown = begun.with(List.of("train.workers=2")).goingOn(10);
    Folder run = Folder.at(folder.toString(), Map.of());
    run.publish("run.yaml", grown.toYaml());
    assertThat(RunRecord.read(run)).isEqualTo(grown);
    try (LogLines log = new LogLines()) {
      begun.warnOfChangedWorkers();
      grown.warnOfChangedWorkers();
      assertThat(
              log.with(
                  "other workers, engines or devices on its way (1, from round 11 on 2 by dl4j (deeplearning4j"))
          .hasSize(1);
    }
    run.publish("run.yaml", grown.toYaml().replaceAll("(?s)workers:\\R- .*", ""));
    assertThat(RunRecord.read(run).workers()).isEqualTo(WorkerHistory.of(2));
    for (String history : List.of("null", "[]", "[null]", "[{round: 2, workers: 1}]", "x")) {
      run.publish(
          "run.yaml",
          grown.toYaml().replaceAll("(?s)workers:\\R- .*", "workers: " + history + "\n"));
      assertThatThrownBy(() -> RunRecord.read(run))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("not the record of a run");
    }
  }

  private static RunRecord record(Map<String, String> versions, String... overrides) {
    return new RunRecord(
        Experiments.small(overrides), versions, null, "", "1", WorkerHistory.of(1));
  }
}
