package io.momentgan.evaluation;

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

  /**
   * Images as networks take them.
   *
   * @param pixels values in 0..255 (unsigned)
   * @return values in [-1, 1], in the same order
   */
  public static float[] toRows(byte[] pixels) {
    float[] rows = new float[pixels.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = ROW_VALUES[pixels[i] & 0xFF];
    }
    return rows;
  }

  /**
   * Images as files have them, rounded.
   *
   * @param rows values in [-1, 1]; what lies outside is clamped
   * @return values in 0..255 (unsigned), in the same order
   */
  public static byte[] ofRows(float[] rows) {
    byte[] pixels = new byte[rows.length];
    for (int i = 0; i < rows.length; i++) {
      pixels[i] = (byte) Math.max(0, Math.min(255, Math.round((rows[i] + 1) * MIDDLE)));
    }
    return pixels;
  }
}
