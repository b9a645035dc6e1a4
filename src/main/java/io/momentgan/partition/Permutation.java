package io.momentgan.partition;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Seeded permutations. */
public final class Permutation {
  private Permutation() {}

  /** Permutes 0..count-1 by Fisher and Yates. */
  public static int[] of(int count, long seed) {
    int[] order = IntStream.range(0, count).toArray();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = count - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }
}
