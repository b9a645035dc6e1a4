package io.momentgan.engine.torch;

import io.momentgan.engine.Rows;
import io.momentgan.engine.TrainedNetwork;
import io.momentgan.engine.TrainedPair;
import io.momentgan.network.GanNetworks;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;

/** Networks in training by libtorch. */
final class TorchPair implements TrainedPair {
  private final GanNetworks structure;
  private final TorchMemory memory;
  private final TrainedNetwork generator;
  private final TrainedNetwork discriminator;

  /**
   * Makes networks with the values of others.
   *
   * @param structure of stock layers
   * @param memory where the values go
   */
  TorchPair(GanNetworks structure, TorchMemory memory) {
    this.structure = structure;
    this.memory = memory;
    this.generator = new TorchNetwork(structure.generator(), memory);
    this.discriminator = new TorchNetwork(structure.discriminator(), memory);
  }

  @Override
  public TrainedNetwork generator() {
    return generator;
  }

  @Override
  public TrainedNetwork discriminator() {
    return discriminator;
  }

  @Override
  public GanNetworks structure() {
    return structure;
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
    torch.manual_seed(seed);
  }

  // Else tensors live until the JVM collects their small Java objects, and the device's memory
  // ends.
  @Override
  public Iteration begin() {
    PointerScope scope = TorchMemory.scope();
    return scope::close;
  }
}
