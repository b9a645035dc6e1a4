package io.momentgan.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Samples of a thread by the JDK's Flight Recorder. Each counts for the innermost method of a
 * layer, a kernel or the step, and separately within a matrix product.
 */
final class Operations {
  private static final Duration PERIOD = Duration.ofMillis(10);
  private static final List<String> EVENTS =
      List.of("jdk.ExecutionSample", "jdk.NativeMethodSample");
  private static final String OWN = "io.momentgan.";
  private static final String LAYERS = "org.deeplearning4j.nn.layers.";
  private static final String PRODUCT = "sgemm";
  private static final String LIBRARIES = "io.momentgan.kernels.loops.MatrixProducts";

  private Operations() {}

  /**
   * A share of the time.
   *
   * @param operation such as {@code VectorDenseLayer.forward, matrix product}
   * @param share of all samples
   */
  record Share(String operation, double share) {}

  /**
   * Samples the calling thread while something runs on it.
   *
   * @param work what runs
   * @return the operations with most samples first; empty where none was taken
   */
  static List<Share> of(Runnable work) {
    Map<String, Integer> counts = new HashMap<>();
    long thread = Thread.currentThread().getId();
    try (Recording recording = new Recording()) {
      for (String event : EVENTS) {
        recording.enable(event).withPeriod(PERIOD);
      }
      recording.start();
      work.run();
      recording.stop();
      Path file = Files.createTempFile("operations", ".jfr");
      recording.dump(file);
      RecordingFile.readAllEvents(file).stream()
          .filter(event -> EVENTS.contains(event.getEventType().getName()))
          .forEach(sample -> count(sample, thread, counts));
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException("No samples, as no temporary file could be written", e);
    }
    double all = counts.values().stream().mapToInt(Integer::intValue).sum();
    return counts.entrySet().stream()
        .map(entry -> new Share(entry.getKey(), entry.getValue() / all))
        .sorted(Comparator.comparingDouble(Share::share).reversed())
        .toList();
  }

  private static void count(RecordedEvent sample, long thread, Map<String, Integer> counts) {
    if (sample.getThread("sampledThread").getJavaThreadId() == thread
        && sample.getStackTrace() != null) {
      counts.merge(operation(sample.getStackTrace().getFrames()), 1, Integer::sum);
    }
  }

  private static String operation(List<RecordedFrame> frames) {
    boolean product = frames.get(0).getMethod().getName().contains(PRODUCT);
    return frames.stream()
            .filter(frame -> isOperation(frame.getMethod().getType().getName()))
            .findFirst()
            .map(Operations::name)
            .orElse("other")
        + (product ? ", matrix product" : "");
  }

  private static boolean isOperation(String type) {
    return !type.startsWith(LIBRARIES) && (type.startsWith(OWN) || type.startsWith(LAYERS));
  }

  private static String name(RecordedFrame frame) {
    String type = frame.getMethod().getType().getName();
    return type.substring(type.lastIndexOf('.') + 1) + "." + frame.getMethod().getName();
  }
}
