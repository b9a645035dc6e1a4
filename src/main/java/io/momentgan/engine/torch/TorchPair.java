package io.momentgan.engine.torch;

import io.momentgan.engine.Rows;
import io.momentgan.engine.TrainedNetwork;
import io.momentgan.engine.TrainedPair;
import io.momentgan.network.GanNetworks;
import org.bytedeco.javacpp.PointerScope;

/**
 * Networks in training by libtorch.
 *
 * @param structure of stock layers
 * @param memory where the values are
 * @param generator with the structure's first values
 * @param discriminator likewise
 */
record TorchPair(
    GanNetworks structure,
    TorchMemory memory,
    TrainedNetwork generator,
    TrainedNetwork discriminator)
    implements TrainedPair {
  /** Makes networks with the values of others. */
  TorchPair(GanNetworks structure, TorchMemory memory) {
    this(
        structure,
        memory,
        new TorchNetwork(structure.generator(), memory),
        new TorchNetwork(structure.discriminator(), memory));
  }

  @Override
  public Rows rows(float[] values, int count) {
    return new TorchRows(memory, memory.tensor(values, count, values.length / count));
  }

  @Override
  public Rows take(Rows rows) {
    return new TorchRows(memory, TorchRows.tensor(memory, rows));
  }

  @Override
  public void seedNoise(long seed) {
    memory.generator().set_current_seed(seed);
  }

  // Else tensors live until the JVM collects their small objects, when the device is full.
  @Override
  public Iteration begin() {
    PointerScope scope = TorchMemory.scope();
    return scope::close;
  }
}
