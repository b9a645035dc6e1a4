package io.momentgan.sampling;

import java.util.Arrays;

/** Images as bytes, as files have them, and as floats, as networks take them. */
public final class Pixels {
  private static final float MIDDLE = 127.5f;
  private static final float[] ROW_VALUES = rowValues();

  private Pixels() {}

  private static float[] rowValues() {
    float[] values = new float[256];
    for (int pixel = 0; pixel < values.length; pixel++) {
      values[pixel] = (pixel - MIDDLE) / MIDDLE;
    }
    return values;
  }

  /** Maps unsigned bytes 0..255 to [-1, 1]. */
  public static float[] toRows(byte[] pixels) {
    float[] rows = new float[pixels.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = ROW_VALUES[pixels[i] & 0xFF];
    }
    return rows;
  }

  /** Maps [-1, 1] to unsigned bytes 0..255; rounds, and clamps values outside. */
  public static byte[] ofRows(float[] rows) {
    byte[] pixels = new byte[rows.length];
    for (int i = 0; i < rows.length; i++) {
      pixels[i] = (byte) Math.max(0, Math.min(255, Math.round((rows[i] + 1) * MIDDLE)));
    }
    return pixels;
  }

  /** Splits rows that lie one after another into an array [count][values]. */
  public static float[][] split(float[] rows, int count) {
    int length = rows.length / count;
    float[][] split = new float[count][];
    Arrays.setAll(split, i -> Arrays.copyOfRange(rows, i * length, (i + 1) * length));
    return split;
  }
}
