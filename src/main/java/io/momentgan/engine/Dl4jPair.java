package io.momentgan.engine;

import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.GanNetworks;
import io.momentgan.partition.Shard;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Networks of Deeplearning4j's in training.
 *
 * @param structure the networks, which training changes
 * @param generator trains the first of them
 * @param discriminator trains the second
 */
public record Dl4jPair(
    GanNetworks structure, TrainedNetwork generator, TrainedNetwork discriminator)
    implements TrainedPair {
  /** Trains these networks. */
  public Dl4jPair(GanNetworks networks) {
    this(
        networks, new Dl4jNetwork(networks.generator()), new Dl4jNetwork(networks.discriminator()));
  }

  @Override
  public Rows rows(float[] values, int count) {
    return new ArrayRows(
        HostArrays.toArray(values, count, values.length / count)
            .castTo(structure.generator().dataType()));
  }

  @Override
  public Rows images(Shard shard, int... indices) {
    return rows(shard.rows(indices), indices.length);
  }

  @Override
  public Rows take(Rows rows) {
    return rows;
  }

  /** Does nothing: ND4J frees arrays by itself. */
  @Override
  public Iteration begin() {
    return () -> {};
  }

  @Override
  public void seedNoise(long seed) {
    Nd4j.getRandom().setSeed(seed);
  }
}
