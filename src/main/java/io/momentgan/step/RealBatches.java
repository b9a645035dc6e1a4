package io.momentgan.step;

import io.momentgan.engine.TrainedPair;
import java.util.List;

/**
 * The real batches of an iteration.
 *
 * @param updates a batch for each discriminator update and one for the generator; or one for all
 * @param labelled a batch whose labels a classifier learns from, for each discriminator update; or
 *     none
 */
public record RealBatches(List<Batch> updates, List<Batch> labelled) {
  public RealBatches {
    updates = List.copyOf(updates);
    labelled = List.copyOf(labelled);
  }

  /** One batch for all updates. */
  public static RealBatches shared(Batch batch) {
    return new RealBatches(List.of(batch), List.of());
  }

  /**
   * The batch of a discriminator update, from 0; later updates than planned have the last one's.
   */
  Batch ofDiscriminator(int update) {
    return updates.get(Math.min(update, Math.max(0, updates.size() - 2)));
  }

  /** The batch that generated images are compared with. */
  Batch ofGenerator() {
    return updates.get(updates.size() - 1);
  }

  /** The labelled batch of a discriminator update; null without any. */
  Batch labelled(int update) {
    return labelled.isEmpty() ? null : labelled.get(Math.min(update, labelled.size() - 1));
  }

  /** Takes all batches to where an engine computes. */
  RealBatches takenBy(TrainedPair networks) {
    return new RealBatches(taken(updates, networks), taken(labelled, networks));
  }

  private static List<Batch> taken(List<Batch> batches, TrainedPair networks) {
    return batches.stream()
        .map(batch -> new Batch(networks.take(batch.images()), batch.classes()))
        .toList();
  }

  /** Number of images of a batch. */
  public int count() {
    return ofGenerator().count();
  }
}
