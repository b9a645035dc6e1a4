package io.momentgan.collective;

import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.moments.Moments;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A worker's part of an exchange. All workers of a group hand in messages of one kind and shape,
 * which are merged in rank order, in double. A message says how exact its numbers are: rounded when
 * it is handed in, and again when all are merged. Counts and losses are never rounded.
 */
public sealed interface Message {
  /** Carries nothing. */
  Message NONE = new WeightedMean(Wire.EXACT, 0);

  /** Merges the message of another worker, of the same kind and shape. */
  Message merge(Message next);

  /** This message with the numbers that the others get. */
  Message rounded();

  /** Bytes of the numbers or texts on the wire. */
  long bytes();

  /**
   * Folds one message per worker, in rank order, and rounds the result.
   *
   * @param byRank rounded messages
   * @throws IllegalArgumentException when kinds or shapes differ
   */
  static Message fold(List<Message> byRank) {
    Class<?> kind = byRank.get(0).getClass();
    byRank.stream()
        .filter(message -> !kind.isInstance(message))
        .findFirst()
        .ifPresent(
            other -> {
              throw new IllegalArgumentException(
                  "Invalid exchange: found %s, expected %s"
                      .formatted(other.getClass().getSimpleName(), kind.getSimpleName()));
            });
    return byRank.stream().reduce(Message::merge).orElseThrow().rounded();
  }

  /**
   * Means of several features, such as a loss or a gradient.
   *
   * @param wire precision of the values
   * @param count number of rows that the means are taken over
   * @param values mean of each feature; never mutated
   */
  @SuppressWarnings("ArrayRecordComponent") // equals and hashCode are overridden
  record WeightedMean(Wire wire, long count, double... values) implements Message {
    @Override
    public WeightedMean merge(Message next) {
      WeightedMean other = (WeightedMean) next;
      if (other.values.length != values.length) {
        throw new IllegalArgumentException(
            "Invalid merge: found %d values, expected %d"
                .formatted(other.values.length, values.length));
      }
      if (other.count == 0) {
        return this;
      }
      double share = (double) other.count / (count + other.count);
      double[] merged = new double[values.length];
      for (int j = 0; j < merged.length; j++) {
        merged[j] = values[j] + (other.values[j] - values[j]) * share;
      }
      return new WeightedMean(wire, count + other.count, merged);
    }

    @Override
    public WeightedMean rounded() {
      return new WeightedMean(wire, count, wire.round(values));
    }

    @Override
    public long bytes() {
      return Long.BYTES + (long) wire.bytes() * values.length;
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof WeightedMean other
          && wire == other.wire
          && count == other.count
          && Arrays.equals(values, other.values);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(new Object[] {wire, count, Arrays.hashCode(values)});
    }
  }

  /**
   * Where processes listen.
   *
   * @param places host and port of each, as HOST:PORT; after the merge those of all workers by rank
   */
  record Addresses(List<String> places) implements Message {
    public Addresses {
      places = List.copyOf(places);
    }

    @Override
    public Addresses merge(Message next) {
      return new Addresses(
          Stream.concat(places.stream(), ((Addresses) next).places.stream()).toList());
    }

    @Override
    public Addresses rounded() {
      return this;
    }

    @Override
    public long bytes() {
      return places.stream()
          .mapToLong(place -> place.getBytes(StandardCharsets.UTF_8).length)
          .sum();
    }
  }

  /**
   * The moments that a generator update compares, and the losses of the update before.
   *
   * @param wire precision of the moments
   * @param generated moments of the generated images per cluster
   * @param real moments of the real images per cluster; empty where all workers know them
   * @param losses mean over the workers
   */
  record BatchMoments(Wire wire, List<Moments> generated, List<Moments> real, WeightedMean losses)
      implements Message {
    public BatchMoments {
      generated = List.copyOf(generated);
      real = List.copyOf(real);
    }

    @Override
    public BatchMoments merge(Message next) {
      BatchMoments other = (BatchMoments) next;
      return new BatchMoments(
          wire,
          Moments.fold(List.of(generated, other.generated)),
          Moments.fold(List.of(real, other.real)),
          losses.merge(other.losses));
    }

    @Override
    public BatchMoments rounded() {
      return new BatchMoments(wire, rounded(generated), rounded(real), losses);
    }

    private List<Moments> rounded(List<Moments> list) {
      return list.stream()
          .map(m -> new Moments(m.count(), wire.round(m.mean()), wire.round(m.m2())))
          .toList();
    }

    @Override
    public long bytes() {
      return losses.bytes() + bytes(generated) + bytes(real);
    }

    private long bytes(List<Moments> list) {
      return list.stream().mapToLong(m -> Long.BYTES + 2L * wire.bytes() * m.features()).sum();
    }
  }
}
