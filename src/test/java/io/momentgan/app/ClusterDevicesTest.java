package io.momentgan.app;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Trainings whose executors' devices average gradients by themselves: here CPUs, by Gloo. */
@Tag("torch")
class ClusterDevicesTest extends ClusterTrainings {
  @Test
  void devicesOfExecutorsGiveTheBitsOfThreadsAlsoAfterAKill() throws Exception {
    further =
        List.of(
            "engine=torch",
            "train.gradients=devices",
            "discriminator.layers=[{type: dense, units: 4, dropout: 0.2}]");
    // They send in clear.
    System.clearProperty("spark.network.crypto.enabled");
    assertThatAKilledExecutorDoesNotChangeABit();
  }
}
