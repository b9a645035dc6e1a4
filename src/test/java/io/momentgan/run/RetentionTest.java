package io.momentgan.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.config.Experiment.CheckpointConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RetentionTest {
  /** A checkpoint every round, three rounds per epoch, scores as given. */
  private static List<CheckpointManifest> checkpoints(List<Integer> scores) {
    List<CheckpointManifest> all = new ArrayList<>();
    for (int i = 0; i < scores.size(); i++) {
      double score = scores.get(i) == 0 ? Double.NaN : scores.get(i);
      all.add(CheckpointManifest.of(i, i / 3, i, score, Map.of()));
    }
    return all;
  }

  @Property(tries = 300)
  void newestBestAndEachKthAreKeptAndNothingElse(
      @ForAll @Size(max = 40) List<@IntRange(max = 20) Integer> scores,
      @ForAll @IntRange(min = 1, max = 5) int last,
      @ForAll @IntRange(max = 4) int every,
      @ForAll boolean best) {
    List<CheckpointManifest> all = checkpoints(scores);
    List<CheckpointManifest> kept = new ArrayList<>(all);
    kept.removeAll(new Retention(new CheckpointConfig(1, last, every, best)).superfluous(all));

    assertThat(kept).containsAll(all.subList(Math.max(0, all.size() - last), all.size()));
    double lowest =
        all.stream().mapToDouble(CheckpointManifest::score).filter(s -> s > 0).min().orElse(0);
    if (best && lowest > 0) {
      assertThat(kept).anyMatch(checkpoint -> checkpoint.score() == lowest);
    }
    List<CheckpointManifest> kth = every == 0 ? List.of() : lastOfEachKth(all, every);
    assertThat(kept).containsAll(kth);
    assertThat(kept).hasSizeLessThanOrEqualTo(last + kth.size() + (best ? 1 : 0));
  }

  private static List<CheckpointManifest> lastOfEachKth(List<CheckpointManifest> all, int every) {
    return all.stream()
        .filter(checkpoint -> checkpoint.epoch() > 0 && checkpoint.epoch() % every == 0)
        .collect(Collectors.groupingBy(CheckpointManifest::epoch))
        .values()
        .stream()
        .map(ofEpoch -> ofEpoch.get(ofEpoch.size() - 1))
        .toList();
  }
}
