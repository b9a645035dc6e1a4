package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.network.NetworkState;
import io.momentgan.network.Snapshot;
import io.momentgan.output.RunFolder;
import java.nio.file.Path;
import java.util.Map;

/** What a training ended with. */
final class TrainedNetworks {
  private TrainedNetworks() {}

  /** The newest checkpoint of a run. */
  static Snapshot newest(Path run) {
    CheckpointFiles checkpoints = Outputs.checkpoints(RunFolder.open(run.toString(), Map.of()));
    return checkpoints.read(checkpoints.newest()).snapshot();
  }

  /** Both trainings ended with the same bits. */
  static void assertSame(Snapshot actual, Snapshot expected) {
    assertThat(actual.round()).isEqualTo(expected.round());
    assertSame(actual.generator(), expected.generator());
    assertSame(actual.discriminator(), expected.discriminator());
  }

  private static void assertSame(NetworkState actual, NetworkState expected) {
    assertThat(actual.params()).isEqualTo(expected.params());
    assertThat(actual.updaterState()).isEqualTo(expected.updaterState());
    assertThat(actual.updates()).isEqualTo(expected.updates());
  }
}
