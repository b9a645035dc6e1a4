package io.momentgan.data.glyphs;

/**
 * Line segments with a pen radius at either end, and their picture.
 *
 * <p>The picture is drawn without Java2D: the same additions, multiplications and square roots give
 * the same bytes on every machine, with no fonts, no natives and no display.
 */
final class GlyphPath {
  private static final int NUMBERS = 6;

  /** Width in pixels of the soft edge between ink and paper. */
  private static final double EDGE_PIXELS = 1.3;

  /** Per segment: x, y, radius of its start, x, y, radius of its end. */
  private final double[] segments;

  private int length;
  private double x;
  private double y;
  private double radius;

  GlyphPath(int capacity) {
    segments = new double[capacity * NUMBERS];
  }

  void moveTo(double newX, double newY, double newRadius) {
    x = newX;
    y = newY;
    radius = newRadius;
  }

  void lineTo(double newX, double newY, double newRadius) {
    segments[length] = x;
    segments[length + 1] = y;
    segments[length + 2] = radius;
    moveTo(newX, newY, newRadius);
    segments[length + 3] = x;
    segments[length + 4] = y;
    segments[length + 5] = radius;
    length += NUMBERS;
  }

  /** Scales the longer side of the bounding box to an extent and moves the centre of mass. */
  void fit(double extent, double centreX, double centreY) {
    double scale = extent / Math.max(spread(0), spread(1));
    double massX = mass(0);
    double massY = mass(1);
    for (int i = 0; i < length; i += 3) {
      segments[i] = centreX + (segments[i] - massX) * scale;
      segments[i + 1] = centreY + (segments[i + 1] - massY) * scale;
    }
  }

  private double spread(int axis) {
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (int i = axis; i < length; i += 3) {
      min = Math.min(min, segments[i]);
      max = Math.max(max, segments[i]);
    }
    return max - min;
  }

  /** Mean position along an axis, each segment weighted by its length. */
  private double mass(int axis) {
    double sum = 0;
    double weights = 0;
    for (int i = 0; i < length; i += NUMBERS) {
      double dx = segments[i + 3] - segments[i];
      double dy = segments[i + 4] - segments[i + 1];
      double weight = Math.sqrt(dx * dx + dy * dy);
      sum += weight * (segments[i + axis] + segments[i + 3 + axis]) / 2;
      weights += weight;
    }
    return sum / weights;
  }

  /**
   * Draws white on black.
   *
   * @param pixels image block, all 0 where the picture goes; values 0..255 unsigned
   * @param offset index of the image's first pixel
   * @param ink brightness of full ink, 0..255
   */
  void draw(byte[] pixels, int offset, double ink) {
    for (int i = 0; i < length; i += NUMBERS) {
      drawSegment(i, pixels, offset, ink);
    }
  }

  private void drawSegment(int i, byte[] pixels, int offset, double ink) {
    double reach = Math.max(segments[i + 2], segments[i + 5]) + EDGE_PIXELS / 2;
    int left = clamp(Math.min(segments[i], segments[i + 3]) - reach);
    int right = clamp(Math.max(segments[i], segments[i + 3]) + reach);
    int top = clamp(Math.min(segments[i + 1], segments[i + 4]) - reach);
    int bottom = clamp(Math.max(segments[i + 1], segments[i + 4]) + reach);
    for (int row = top; row <= bottom; row++) {
      int line = offset + row * GlyphSource.SIDE_PIXELS;
      for (int column = left; column <= right; column++) {
        int value = (int) (ink * cover(i, column + 0.5, row + 0.5) + 0.5);
        if (value > (pixels[line + column] & 0xFF)) {
          pixels[line + column] = (byte) value;
        }
      }
    }
  }

  /** Returns the part of the pixel around a point that the segment covers, 0..1. */
  private double cover(int i, double px, double py) {
    double dx = segments[i + 3] - segments[i];
    double dy = segments[i + 4] - segments[i + 1];
    double toX = px - segments[i];
    double toY = py - segments[i + 1];
    double t = (toX * dx + toY * dy) / (dx * dx + dy * dy + 1e-12);
    t = Math.max(0, Math.min(1, t));
    double awayX = toX - t * dx;
    double awayY = toY - t * dy;
    double reach = segments[i + 2] + t * (segments[i + 5] - segments[i + 2]);
    double inside = (reach - Math.sqrt(awayX * awayX + awayY * awayY)) / EDGE_PIXELS + 0.5;
    return Math.max(0, Math.min(1, inside));
  }

  private static int clamp(double position) {
    return (int) Math.max(0, Math.min(GlyphSource.SIDE_PIXELS - 1, position));
  }
}
