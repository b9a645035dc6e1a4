package io.momentgan.run.metrics;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One line of {@code metrics/start.jsonl}: a worker as a training starts.
 *
 * @param rank the worker, from 0 on
 * @param host its machine
 * @param device what it computes on
 * @param addresses the GPUs that Spark gave it
 * @param memoryBytes memory of its device
 * @param images size of its shard
 * @param labels images of each class in its shard, by label; empty without labels
 */
public record StartLine(
    int rank,
    String host,
    String device,
    List<String> addresses,
    long memoryBytes,
    int images,
    List<LabelCount> labels)
    implements Serializable {
  /** Copies the lists. */
  public StartLine {
    addresses = List.copyOf(addresses);
    labels = List.copyOf(labels);
  }

  /**
   * Images of a class.
   *
   * @param label the class
   * @param count number of its images
   */
  public record LabelCount(int label, int count) implements Serializable {}

  @Override
  public String toString() {
    return "Worker %d on %s: %s%s, %,d images, by label %s"
        .formatted(
            rank,
            host,
            device,
            addresses.isEmpty() ? "" : " (Spark's GPU " + String.join(", ", addresses) + ")",
            images,
            labels.isEmpty()
                ? "unknown"
                : labels.stream()
                    .map(each -> each.label() + "=" + each.count())
                    .collect(Collectors.joining(", ", "{", "}")));
  }
}
