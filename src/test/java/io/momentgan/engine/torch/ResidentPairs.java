package io.momentgan.engine.torch;

import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.engine.TrainedPair;
import io.momentgan.network.GanNetworks;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.nd4j.linalg.api.buffer.DataType;

/** Networks whose images stay on the device, as on a GPU: here the CPU is played for one. */
public final class ResidentPairs {
  private ResidentPairs() {}

  /** Makes networks to train. */
  public static TrainedPair open(Experiment experiment, ImageShape shape) {
    return new TorchPair(
        GanNetworks.build(experiment.with("kernels=stock"), shape, DataType.FLOAT),
        TorchMemory.of(-1, ScalarType.Float),
        Optional.of(new ResidentImages(EngineContractTest.CPU, () -> Long.MAX_VALUE)));
  }
}
