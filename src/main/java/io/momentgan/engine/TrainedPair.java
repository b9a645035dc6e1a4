package io.momentgan.engine;

import io.momentgan.network.GanNetworks;

/** A generator and its discriminator in training, on one engine and device. */
public interface TrainedPair {
  /** Returns the generator, from z [n, latent] to images [n, features]. */
  TrainedNetwork generator();

  /** Returns the discriminator; see {@link GanNetworks#discriminator}. */
  TrainedNetwork discriminator();

  /** Returns networks of the same settings, for shapes and layouts; their values are undefined. */
  GanNetworks structure();

  /**
   * Makes rows of the parameters' type.
   *
   * @param values row after row
   * @param count number of rows
   */
  Rows rows(float[] values, int count);

  /** Returns rows of any engine where this one computes: the rows themselves, or a copy. */
  Rows take(Rows rows);

  /**
   * Begins an iteration. Rows of passes and of {@link #rows} are valid until it is closed, in the
   * same thread.
   */
  Iteration begin();

  /** An iteration under way. */
  @FunctionalInterface
  interface Iteration extends AutoCloseable {
    @Override
    void close();
  }

  /** Seeds noise and dropout of the next passes. */
  void seedNoise(long seed);
}
