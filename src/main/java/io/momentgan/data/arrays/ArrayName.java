package io.momentgan.data.arrays;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the words of a name say, such as those of {@code kmnist-train-imgs} or {@code x_test}.
 *
 * @param family the other words
 * @param split the split; empty if it is not named
 * @param labels whether it holds labels; empty if it is not named
 */
public record ArrayName(String family, Optional<Split> split, Optional<Boolean> labels) {
  /** A part of a data set. */
  public enum Split {
    TRAINING,
    VALIDATION,
    TEST
  }

  private static final Map<String, Split> SPLITS =
      Map.of(
          "train", Split.TRAINING,
          "training", Split.TRAINING,
          "val", Split.VALIDATION,
          "valid", Split.VALIDATION,
          "validation", Split.VALIDATION,
          "dev", Split.VALIDATION,
          "test", Split.TEST,
          "testing", Split.TEST,
          "t10k", Split.TEST);
  private static final List<String> IMAGES =
      List.of("x", "image", "images", "img", "imgs", "data", "samples", "inputs");
  private static final List<String> LABELS =
      List.of("y", "label", "labels", "target", "targets", "class", "classes");

  /** Reads the words of a name without its extension. */
  public static ArrayName of(String name) {
    Optional<Split> split = Optional.empty();
    Optional<Boolean> labels = Optional.empty();
    List<String> others = new ArrayList<>();
    for (String word : name.toLowerCase(Locale.ROOT).split("[^a-z0-9]+")) {
      if (SPLITS.containsKey(word) && split.isEmpty()) {
        split = Optional.of(SPLITS.get(word));
      } else if (labels.isEmpty() && (IMAGES.contains(word) || LABELS.contains(word))) {
        labels = Optional.of(LABELS.contains(word));
      } else if (!word.isEmpty()) {
        others.add(word);
      }
    }
    return new ArrayName(String.join("-", others), split, labels);
  }

  /** Returns the split, training images where none is named. */
  public Split part() {
    return split.orElse(Split.TRAINING);
  }

  /** Whether neither a split nor images nor labels are named. */
  public boolean namesNothing() {
    return split.isEmpty() && labels.isEmpty();
  }
}
