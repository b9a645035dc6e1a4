package io.momentgan.engine.torch;

import io.momentgan.engine.Rows;
import io.momentgan.engine.TrainedNetwork;
import io.momentgan.engine.TrainedPair;
import io.momentgan.network.GanNetworks;
import io.momentgan.partition.Shard;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;

/**
 * Networks in training by libtorch.
 *
 * @param structure of stock layers
 * @param memory where the values are
 * @param resident images on the device, if they are kept there
 * @param generator with the structure's first values
 * @param discriminator likewise
 */
record TorchPair(
    GanNetworks structure,
    TorchMemory memory,
    Optional<ResidentImages> resident,
    TrainedNetwork generator,
    TrainedNetwork discriminator)
    implements TrainedPair {
  /** Makes networks with the values of others. */
  TorchPair(GanNetworks structure, TorchMemory memory, Optional<ResidentImages> resident) {
    this(
        structure,
        memory,
        resident,
        new TorchNetwork(structure.generator(), memory),
        new TorchNetwork(structure.discriminator(), memory));
  }

  @Override
  public Rows rows(float[] values, int count) {
    return new TorchRows(memory, memory.tensor(values, count, values.length / count));
  }

  @Override
  public Rows images(Shard shard, int... indices) {
    return resident
        .flatMap(images -> images.pick(shard, indices))
        .map(values -> (Rows) new TorchRows(memory, values.to(memory.type())))
        .orElseGet(() -> rows(shard.rows(indices), indices.length));
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
