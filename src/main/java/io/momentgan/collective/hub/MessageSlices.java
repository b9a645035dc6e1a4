package io.momentgan.collective.hub;

import io.momentgan.collective.Message;
import io.momentgan.collective.Message.BatchMoments;
import io.momentgan.collective.Message.WeightedMean;
import io.momentgan.moments.Moments;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Messages cut by features. As messages are merged feature by feature, the merged slices together
 * are the merged message, bit for bit.
 */
final class MessageSlices {
  private MessageSlices() {}

  /** Cuts a message into slices of nearly equal length; some are empty if features are few. */
  static List<Message> cut(Message message, int slices) {
    return IntStream.range(0, slices).mapToObj(slice -> slice(message, slice, slices)).toList();
  }

  private static Message slice(Message message, int slice, int slices) {
    if (message instanceof WeightedMean mean) {
      return slice(mean, slice, slices);
    }
    if (message instanceof BatchMoments batch) {
      return new BatchMoments(
          batch.wire(),
          slice(batch.generated(), slice, slices),
          slice(batch.real(), slice, slices),
          slice(batch.losses(), slice, slices));
    }
    throw new IllegalArgumentException("Invalid slice: %s has no features".formatted(message));
  }

  private static List<Moments> slice(List<Moments> list, int slice, int slices) {
    return list.stream()
        .map(
            moments ->
                new Moments(
                    moments.count(),
                    slice(moments.mean(), slice, slices),
                    slice(moments.m2(), slice, slices)))
        .toList();
  }

  private static WeightedMean slice(WeightedMean mean, int slice, int slices) {
    return new WeightedMean(mean.wire(), mean.count(), slice(mean.values(), slice, slices));
  }

  private static double[] slice(double[] values, int slice, int slices) {
    return Arrays.copyOfRange(
        values, start(values.length, slice, slices), start(values.length, slice + 1, slices));
  }

  private static int start(int length, int slice, int slices) {
    return (int) ((long) length * slice / slices);
  }

  /** Puts the slices of a message together. */
  static Message join(List<Message> slices) {
    if (slices.get(0) instanceof BatchMoments) {
      List<BatchMoments> batches = slices.stream().map(BatchMoments.class::cast).toList();
      return new BatchMoments(
          batches.get(0).wire(),
          moments(batches.stream().map(BatchMoments::generated).toList()),
          moments(batches.stream().map(BatchMoments::real).toList()),
          mean(batches.stream().map(BatchMoments::losses).toList()));
    }
    return mean(slices.stream().map(WeightedMean.class::cast).toList());
  }

  private static List<Moments> moments(List<List<Moments>> slices) {
    return IntStream.range(0, slices.get(0).size())
        .mapToObj(
            place -> {
              List<Moments> parts = slices.stream().map(list -> list.get(place)).toList();
              return new Moments(
                  parts.get(0).count(),
                  concat(parts.stream().map(Moments::mean)),
                  concat(parts.stream().map(Moments::m2)));
            })
        .toList();
  }

  private static WeightedMean mean(List<WeightedMean> slices) {
    return new WeightedMean(
        slices.get(0).wire(),
        slices.get(0).count(),
        concat(slices.stream().map(WeightedMean::values)));
  }

  private static double[] concat(Stream<double[]> parts) {
    List<double[]> arrays = parts.toList();
    double[] all = new double[arrays.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (double[] part : arrays) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
