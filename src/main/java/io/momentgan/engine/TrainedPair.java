package io.momentgan.engine;

import io.momentgan.network.GanNetworks;
import io.momentgan.partition.Shard;

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

  /**
   * Makes rows of a shard's images, of the values that {@link Shard#rows} gives. An engine may keep
   * the images where it computes, so that only their indices are copied.
   *
   * @param indices of the images, row after row
   */
  Rows images(Shard shard, int... indices);

  /** Returns rows of any engine where this one computes: the rows themselves, or a copy. */
  Rows take(Rows rows);

  /**
   * Begins an iteration. Rows of passes, of {@link #rows} and {@link #images} are valid until it is
   * closed, in the same thread.
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
