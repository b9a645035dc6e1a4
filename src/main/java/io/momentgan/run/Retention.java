package io.momentgan.run;

import io.momentgan.config.Experiment.CheckpointConfig;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which checkpoints are kept.
 *
 * @param config the settings
 */
record Retention(CheckpointConfig config) {
  /**
   * Those to delete.
   *
   * @param checkpoints all, oldest first
   */
  List<CheckpointManifest> superfluous(List<CheckpointManifest> checkpoints) {
    Set<Long> kept = new HashSet<>();
    checkpoints.stream()
        .skip(Math.max(0, checkpoints.size() - config.keepLast()))
        .forEach(checkpoint -> kept.add(checkpoint.step()));
    if (config.keepEvery() > 0) {
      kept.addAll(lastOfEpochs(checkpoints).values());
    }
    if (config.keepBest()) {
      checkpoints.stream()
          .filter(checkpoint -> !Double.isNaN(checkpoint.score()))
          .min(
              Comparator.comparingDouble(CheckpointManifest::score)
                  .thenComparing(CheckpointManifest::step, Comparator.reverseOrder()))
          .ifPresent(best -> kept.add(best.step()));
    }
    return checkpoints.stream().filter(checkpoint -> !kept.contains(checkpoint.step())).toList();
  }

  private Map<Integer, Long> lastOfEpochs(List<CheckpointManifest> checkpoints) {
    Map<Integer, Long> last = new HashMap<>();
    checkpoints.stream()
        .filter(checkpoint -> checkpoint.epoch() > 0)
        .filter(checkpoint -> checkpoint.epoch() % config.keepEvery() == 0)
        .forEach(checkpoint -> last.put(checkpoint.epoch(), checkpoint.step()));
    return last;
  }
}
