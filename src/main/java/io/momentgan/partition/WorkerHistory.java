package io.momentgan.partition;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How many workers a run has had, and what they computed with.
 *
 * @param stretches in the order of rounds; the first begins with round 1
 */
public record WorkerHistory(List<Stretch> stretches) {
  /**
   * Rounds with the same workers, up to the next stretch. Texts are empty where nothing is known.
   *
   * @param round the first of them, from 1 on, as in {@code metrics/rounds.jsonl}
   * @param workers how many
   * @param engine as the settings name it
   * @param library the engine's, with its version
   * @param device the workers' processors, such as "CPU"
   */
  public record Stretch(long round, int workers, String engine, String library, String device) {
    public Stretch {
      engine = Objects.requireNonNullElse(engine, "");
      library = Objects.requireNonNullElse(library, "");
      device = Objects.requireNonNullElse(device, "");
      if (round < 1 || workers < 1) {
        throw new IllegalArgumentException(
            "Invalid stretch: %d workers from round %d on".formatted(workers, round));
      }
    }

    private boolean isLike(Stretch other) {
      return equals(new Stretch(round, other.workers, other.engine, other.library, other.device));
    }

    @Override
    public String toString() {
      return (round == 1 ? "%2$d" : "from round %1$d on %2$d").formatted(round, workers)
          + (engine.isEmpty() ? "" : " by %s (%s)".formatted(engine, library))
          + (device.isEmpty() ? "" : " on " + device);
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

  /** As many workers in all rounds, of whose engine nothing is known. */
  public static WorkerHistory of(int workers) {
    return new WorkerHistory(List.of(new Stretch(1, workers, "", "", "")));
  }

  /**
   * The history of a training that goes on: what it had in rounds that are made again is forgotten.
   *
   * @param next the following rounds; no stretch of its own if nothing changes
   */
  public WorkerHistory with(Stretch next) {
    List<Stretch> kept = stretches.stream().filter(each -> each.round() < next.round()).toList();
    boolean goesOn = !kept.isEmpty() && kept.get(kept.size() - 1).isLike(next);
    return new WorkerHistory(
        goesOn ? kept : Stream.concat(kept.stream(), Stream.of(next)).toList());
  }

  /** The stretch of a round, from 1 on. */
  public Stretch in(long round) {
    return stretches.stream()
        .filter(each -> each.round() <= round)
        .reduce((a, b) -> b)
        .orElse(stretches.get(0));
  }

  /** The newest stretch. */
  public Stretch last() {
    return stretches.get(stretches.size() - 1);
  }

  /** Whether workers, engine or devices have changed. */
  public boolean hasChanged() {
    return stretches.size() > 1;
  }

  /** Such as {@code 4 by dl4j (deeplearning4j 1.0.0) on CPU, from round 31 on 3 by ...}. */
  @Override
  public String toString() {
    return stretches.stream().map(Stretch::toString).collect(Collectors.joining(", "));
  }
}
