package io.momentgan.network;

import java.io.Serializable;

/**
 * The state of a training between two rounds.
 *
 * @param round number of rounds made
 * @param iteration number of iterations that each worker has made
 * @param samplesSeen number of real images that all workers together have seen
 * @param generator state of the generator
 * @param discriminator state of the discriminator
 */
public record Snapshot(
    long round,
    long iteration,
    long samplesSeen,
    NetworkState generator,
    NetworkState discriminator)
    implements Serializable {}
