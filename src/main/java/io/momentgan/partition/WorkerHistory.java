package io.momentgan.partition;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How many workers a run has had.
 *
 * @param stretches in the order of rounds; the first begins with round 1
 */
public record WorkerHistory(List<Stretch> stretches) {
  /**
   * Rounds with the same workers, up to the next stretch.
   *
   * @param round the first of them, from 1 on, as in {@code metrics/rounds.jsonl}
   * @param workers how many
   */
  public record Stretch(long round, int workers) {
    public Stretch {
      if (round < 1 || workers < 1) {
        throw new IllegalArgumentException(
            "Invalid stretch: %d workers from round %d on".formatted(workers, round));
      }
    }
  }

  public WorkerHistory {
    stretches = List.copyOf(stretches);
    List<Long> rounds = stretches.stream().map(Stretch::round).toList();
    boolean inOrder =
        IntStream.range(1, rounds.size()).allMatch(i -> rounds.get(i - 1) < rounds.get(i));
    if (rounds.isEmpty() || rounds.get(0) != 1 || !inOrder) {
      throw new IllegalArgumentException(
          "Invalid rounds: %s (must rise, from 1 on)".formatted(rounds));
    }
  }

  /** The same workers in all rounds. */
  public static WorkerHistory of(int workers) {
    return new WorkerHistory(List.of(new Stretch(1, workers)));
  }

  /**
   * The history of a training that goes on: what it had in rounds that are made again is forgotten.
   *
   * @param made rounds that are made
   * @param workers how many make the following ones
   */
  public WorkerHistory after(long made, int workers) {
    List<Stretch> kept = stretches.stream().filter(each -> each.round() <= made).toList();
    if (kept.isEmpty()) {
      return of(workers);
    }
    WorkerHistory before = new WorkerHistory(kept);
    return before.last().workers() == workers
        ? before
        : new WorkerHistory(
            Stream.concat(kept.stream(), Stream.of(new Stretch(made + 1, workers))).toList());
  }

  /** The workers in a round, from 1 on. */
  public int in(long round) {
    return stretches.stream()
        .filter(each -> each.round() <= round)
        .reduce((a, b) -> b)
        .orElse(stretches.get(0))
        .workers();
  }

  /** The newest stretch. */
  public Stretch last() {
    return stretches.get(stretches.size() - 1);
  }

  /** Whether the number has changed. */
  public boolean hasChanged() {
    return stretches.size() > 1;
  }

  /** Such as {@code 4, from round 31 on 3}. */
  @Override
  public String toString() {
    return stretches.stream()
        .map(
            each ->
                each.round() == 1
                    ? String.valueOf(each.workers())
                    : "from round %d on %d".formatted(each.round(), each.workers()))
        .collect(Collectors.joining(", "));
  }
}
