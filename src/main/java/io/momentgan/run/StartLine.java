package io.momentgan.run;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A worker as a training begins: a line of {@code metrics/start.jsonl}.
 *
 * @param rank number of the worker
 * @param host its machine
 * @param device what it computes on
 * @param addresses the GPUs that Spark gave it
 * @param memoryBytes memory of its device
 * @param images size of its shard
 * @param labels images of each class in its shard; empty where there are no labels
 */
public record StartLine(
    int rank,
    String host,
    String device,
    List<String> addresses,
    long memoryBytes,
    int images,
    Map<Integer, Integer> labels)
    implements Serializable {
  /** The file's path in the run folder. */
  public static final String PATH = "metrics/start.jsonl";

  /** Copies the collections. */
  public StartLine {
    addresses = List.copyOf(addresses);
    labels = new TreeMap<>(labels);
  }

  /** The file's text. */
  public static String text(List<StartLine> lines) {
    return lines.stream().map(line -> Json.line(line) + "\n").collect(Collectors.joining());
  }

  @Override
  public String toString() {
    return "Worker %d on %s: %s%s, %,d images, by label %s"
        .formatted(
            rank,
            host,
            device,
            addresses.isEmpty() ? "" : " (Spark's GPU " + String.join(", ", addresses) + ")",
            images,
            labels.isEmpty() ? "unknown" : labels);
  }
}
