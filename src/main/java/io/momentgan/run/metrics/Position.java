package io.momentgan.run.metrics;

import io.momentgan.network.state.Snapshot;

/**
 * Progress of a training: the first figures of a line.
 *
 * @param epoch from 1 on
 * @param round rounds finished since the run's start
 * @param iteration iterations finished since the run's start
 * @param samplesSeen real images shown to the discriminators since the run's start
 * @param gUpdates updates of the generator since the run's start, on each worker
 * @param dUpdates updates of the discriminator; two per step with separate updates
 * @param seconds time spent on training since the run's start
 */
public record Position(
    int epoch,
    long round,
    long iteration,
    long samplesSeen,
    long gUpdates,
    long dUpdates,
    double seconds) {
  static Position of(int epoch, Snapshot snapshot, double seconds) {
    return new Position(
        epoch,
        snapshot.round(),
        snapshot.iteration(),
        snapshot.samplesSeen(),
        snapshot.generator().updates(),
        snapshot.discriminator().updates(),
        seconds);
  }
}
