package io.momentgan.engine;

import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.GanNetworks;
import org.nd4j.linalg.factory.Nd4j;

/** Networks of Deeplearning4j's in training. */
public final class Dl4jPair implements TrainedPair {
  private final GanNetworks networks;
  private final TrainedNetwork generator;
  private final TrainedNetwork discriminator;

  /** Trains these networks. */
  public Dl4jPair(GanNetworks networks) {
    this.networks = networks;
    this.generator = new Dl4jNetwork(networks.generator());
    this.discriminator = new Dl4jNetwork(networks.discriminator());
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
    return networks;
  }

  @Override
  public Rows rows(float[] values, int count) {
    return new ArrayRows(
        HostArrays.toArray(values, count, values.length / count)
            .castTo(networks.generator().dataType()));
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
