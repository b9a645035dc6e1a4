package io.momentgan.partition;

import io.momentgan.config.TrainConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cuts a training into epochs, rounds and iterations. Epochs end with a round; images beyond the
 * last full batch of a shard are left out of that pass (another order leaves out others).
 *
 * <p>Where the number of workers changes within an epoch, the new workers begin at the iteration
 * that lies at the same share of their epoch, so that an epoch stays one pass or {@code
 * train.passes} over about all images.
 */
public final class Schedule {
  private final TrainConfig train;
  private final List<Stretch> stretches;

  /**
   * Where rounds with the same workers begin.
   *
   * @param rounds made before
   * @param epoch of the first round
   * @param first its first iteration within the epoch
   * @param iterations made before, by each worker
   * @param perEpoch iterations of each worker in a whole epoch
   */
  private record Stretch(long rounds, int epoch, int first, long iterations, int perEpoch) {
    int firstOf(int ofEpoch) {
      return ofEpoch == epoch ? first : 0;
    }

    /** Iterations before an iteration of an epoch. */
    long before(int ofEpoch, int iteration) {
      return iterations - first + (long) (ofEpoch - epoch) * perEpoch + iteration;
    }
  }

  private Schedule(TrainConfig train, List<Stretch> stretches) {
    this.train = train;
    this.stretches = List.copyOf(stretches);
  }

  /**
   * Makes the schedule for a number of images: without iterations when the batch is larger than the
   * smallest shard.
   *
   * @param train the settings, workers known
   */
  public static Schedule of(TrainConfig train, int images) {
    return of(train, images, WorkerHistory.of(train.workers()));
  }

  /** The schedule of a run whose number of workers may have changed. */
  public static Schedule of(TrainConfig train, int images, WorkerHistory history) {
    List<Stretch> stretches = new ArrayList<>();
    int workers = 0;
    for (WorkerHistory.Stretch each : history.stretches()) {
      if (each.workers() == workers) {
        continue; // another engine or device makes the same rounds
      }
      workers = each.workers();
      int perPass = Shards.smallestSize(images, each.workers()) / train.batchSize();
      int perEpoch = train.passes() * perPass;
      stretches.add(
          stretches.isEmpty()
              ? new Stretch(0, 1, 0, 0, perEpoch)
              : new Schedule(train, stretches).cut(each.round() - 1, perEpoch));
    }
    return new Schedule(train, stretches);
  }

  private Stretch cut(long rounds, int perEpoch) {
    Round next = round(rounds);
    int first = (int) ((long) next.firstIteration() * perEpoch / Math.max(1, last().perEpoch()));
    return new Stretch(rounds, next.epoch(), first, next.iterationsBefore(), perEpoch);
  }

  private Stretch last() {
    return stretches.get(stretches.size() - 1);
  }

  /** The settings. */
  public TrainConfig train() {
    return train;
  }

  /** Iterations of each worker in an epoch, with the newest number of workers. */
  public int iterationsPerEpoch() {
    return last().perEpoch();
  }

  /** Number of rounds of the training. */
  public long rounds() {
    Stretch last = last();
    return last.rounds()
        + IntStream.rangeClosed(last.epoch(), train.epochs())
            .mapToLong(epoch -> roundsOf(epoch, last))
            .sum();
  }

  /** Number of iterations that each worker makes. */
  public long iterations() {
    return last().before(Math.max(train.epochs() + 1, last().epoch()), 0);
  }

  /** The epoch of the iteration with a number, from 1 on, made by the newest workers. */
  public int epoch(long iteration) {
    Stretch last = last();
    long inStretch = last.first() + Math.max(1, iteration - last.iterations()) - 1;
    return last.epoch() + (int) (inStretch / Math.max(1, last.perEpoch()));
  }

  /** Finds a round by its number, from 0. */
  public Round round(long number) {
    Stretch in =
        stretches.stream()
            .filter(each -> each.rounds() <= number)
            .reduce((a, b) -> b)
            .orElseThrow();
    int epoch = in.epoch();
    long before = in.rounds();
    while (in.perEpoch() > 0 && number >= before + roundsOf(epoch, in)) {
      before += roundsOf(epoch++, in);
    }
    int frequency = train.averagingFrequency(epoch);
    int index = (int) (number - before);
    int first = in.firstOf(epoch) + index * frequency;
    return new Round(
        number,
        epoch,
        first,
        Math.min(frequency, in.perEpoch() - first),
        (epoch - 1) * train.passes(),
        in.perEpoch() / train.passes(),
        in.before(epoch, first),
        index,
        index == roundsOf(epoch, in) - 1,
        train.sharesGradients(epoch));
  }

  private int roundsOf(int epoch, Stretch in) {
    int frequency = train.averagingFrequency(epoch);
    return (in.perEpoch() - in.firstOf(epoch) + frequency - 1) / frequency;
  }
}
