package io.momentgan.data.glyphs;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * The ways of writing each digit: for each a list of pen strokes, each stroke a list of points that
 * the pen passes in a smooth curve.
 *
 * <p>Points are {@code x,y} pairs in a box of 100 by 100, y downwards; {@code |} lifts the pen or,
 * where the next stroke starts at the same point, makes a corner.
 */
final class GlyphSkeletons {
  private static final String[][] WAYS = {
    { // 0
      "52,0 24,14 12,50 24,88 50,100 76,86 88,50 76,12 50,0",
      "64,6 36,4 12,42 22,88 52,100 80,76 86,34 66,4 46,2",
      "58,2 34,20 22,58 32,94 54,96 72,66 76,28 56,0",
    },
    { // 1
      "50,0 50,50 50,100",
      "52,0 50,34 48,68 50,100",
      "50,0 49,50 50,100",
      "34,24 44,14 54,0 | 54,0 53,50 54,100",
    },
    { // 2
      "16,24 30,5 58,0 78,18 72,42 46,70 14,98 | 14,98 48,97 88,95",
      "18,22 42,0 74,8 74,36 48,72 24,97 12,88 26,78 52,92 88,94",
      "14,16 40,2 72,6 80,28 58,58 16,96 | 16,96 50,90 90,98",
    },
    { // 3
      "18,12 46,0 76,12 70,36 40,47 | 40,47 76,56 84,82 52,100 14,90",
      "16,10 50,0 78,18 62,42 42,48 56,47 82,64 74,91 44,100 12,88",
      "16,3 46,3 80,2 | 80,2 62,22 44,42 | 44,42 74,48 84,74 58,98 14,92",
    },
    { // 4
      "24,2 16,32 22,50 48,54 84,48 | 80,0 74,50 68,100",
      "62,0 36,32 10,64 | 10,64 50,64 92,61 | 62,0 63,50 62,100",
      "20,4 14,42 40,54 76,42 | 84,0 76,48 72,100",
      "26,6 14,56 | 14,56 50,57 90,50 | 68,12 64,56 58,100",
    },
    { // 5
      "80,2 56,4 30,4 | 30,4 26,24 22,44 | 22,44 56,38 82,60 72,90 42,100 14,90",
      "28,4 24,24 22,43 54,39 80,62 66,93 18,95 | 28,4 54,4 88,0",
      "86,3 44,6 28,26 36,44 64,56 72,78 50,98 12,92",
    },
    { // 6
      "70,0 36,22 16,60 26,92 52,100 80,84 74,58 48,52 24,66 17,78",
      "46,0 24,38 16,76 40,100 72,90 78,64 54,54 24,72",
      "78,4 48,14 20,50 18,86 46,100 70,84 68,62 42,60 20,80",
    },
    { // 7
      "12,6 48,4 86,2 | 86,2 62,44 44,100",
      "12,5 48,5 86,2 | 86,2 62,46 48,100 | 36,52 56,50 78,47",
      "12,24 15,4 | 15,4 48,7 82,4 | 82,4 70,40 58,100",
      "14,10 40,3 80,4 82,14 60,50 40,100",
    },
    { // 8
      "76,14 48,0 24,16 36,40 64,58 78,82 52,100 22,86 34,58 64,38 78,14",
      "50,0 27,12 28,35 50,47 72,35 74,12 50,0 | 50,47 20,64 20,90 50,100 80,90 80,64 50,47",
      "80,8 52,0 28,14 34,36 58,52 68,78 46,100 24,84 38,58 66,36 82,10",
    },
    { // 9
      "78,18 54,0 24,14 20,40 46,52 72,38 80,14 | 80,14 76,58 66,100",
      "76,28 60,3 30,6 18,30 36,48 64,40 78,16 74,58 70,100",
      "76,22 50,0 22,18 26,46 56,48 78,22 80,60 64,94 28,98",
      "76,6 44,4 22,28 40,46 74,10 | 74,10 62,54 50,100",
    },
  };

  private static final double[][][][] STROKES =
      Arrays.stream(WAYS)
          .map(ways -> Arrays.stream(ways).map(GlyphSkeletons::parse).toArray(double[][][]::new))
          .toArray(double[][][][]::new);

  private GlyphSkeletons() {}

  /** Returns the number of ways to write a digit. */
  static int ways(int digit) {
    return STROKES[digit].length;
  }

  /** Returns the strokes of a way, each as x0, y0, x1, y1, ...; never mutated. */
  static double[][] strokes(int digit, int way) {
    return STROKES[digit][way];
  }

  private static double[][] parse(String way) {
    return Arrays.stream(way.split(" \\| "))
        .map(stroke -> Arrays.stream(stroke.split("[ ,]")).mapToDouble(Double::parseDouble))
        .map(DoubleStream::toArray)
        .toArray(double[][]::new);
  }
}
