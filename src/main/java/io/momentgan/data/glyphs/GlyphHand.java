package io.momentgan.data.glyphs;

/**
 * The hand that writes one digit: its own slant, proportions, tremble and pen.
 *
 * <p>Turns a skeleton into line segments in pixels. As in MNIST the drawing fits a box of 20 by 20
 * pixels with its proportions kept, and its centre of mass lies at the centre of the image.
 */
final class GlyphHand {
  /** Line segments between two points of a skeleton. */
  private static final int STEPS = 5;

  private static final double BOX_PIXELS = 20;
  private static final double CENTRE_PIXELS = GlyphSource.SIDE_PIXELS / 2.0;

  private final GlyphRandom random;
  private final double[] matrix = new double[4];
  private final double[] waves = new double[8];
  private final double radius;

  GlyphHand(GlyphRandom random) {
    this.random = random;
    drawMatrix();
    drawWaves();
    this.radius = Math.max(0.75, random.normal(1.34, 0.32));
  }

  GlyphPath write(int digit) {
    double[][] strokes = GlyphSkeletons.strokes(digit, random.below(GlyphSkeletons.ways(digit)));
    GlyphPath path = new GlyphPath(segments(strokes));
    for (double[] stroke : strokes) {
      curve(bent(stroke), path);
    }
    double fit = (BOX_PIXELS - 2 * radius) * random.uniform(0.94, 1.0);
    path.fit(fit, CENTRE_PIXELS + random.normal(0, 0.35), CENTRE_PIXELS + random.normal(0, 0.35));
    return path;
  }

  /** Rotation after slant after unequal scaling. */
  private void drawMatrix() {
    double angle = random.normal(0, 0.10);
    double slant = random.normal(0.14, 0.20);
    double width = random.normal(0.90, 0.14);
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    matrix[0] = cos * width;
    matrix[1] = -cos * slant - sin;
    matrix[2] = sin * width;
    matrix[3] = -sin * slant + cos;
  }

  /** The elastic distortion: per axis a slow wave along x and one along y. */
  private void drawWaves() {
    for (int i = 0; i < waves.length; i += 2) {
      waves[i] = random.normal(0, 4.6);
      waves[i + 1] = random.uniform(0, 6.28);
    }
  }

  private double wave(int index, double position) {
    return waves[index] * StrictMath.sin(position * 0.045 + waves[index + 1]);
  }

  private double[] bent(double[] stroke) {
    double[] bent = new double[stroke.length];
    for (int i = 0; i < stroke.length; i += 2) {
      double x = stroke[i] - 50 + random.normal(0, 2.4);
      double y = stroke[i + 1] - 50 + random.normal(0, 2.4);
      double u = x + wave(0, x) + wave(2, y);
      double v = y + wave(4, x) + wave(6, y);
      bent[i] = matrix[0] * u + matrix[1] * v;
      bent[i + 1] = matrix[2] * u + matrix[3] * v;
    }
    return bent;
  }

  /** Catmull-Rom curve through the points, the pen's pressure drifting from one to the next. */
  private void curve(double[] points, GlyphPath path) {
    int last = points.length / 2 - 1;
    double pressure = pressure();
    path.moveTo(points[0], points[1], radius * pressure);
    for (int i = 0; i < last; i++) {
      double next = pressure();
      for (int step = 1; step <= STEPS; step++) {
        double t = step / (double) STEPS;
        double x = spline(points, 0, i, last, t);
        double y = spline(points, 1, i, last, t);
        path.lineTo(x, y, radius * (pressure + (next - pressure) * t));
      }
      pressure = next;
    }
  }

  private double pressure() {
    return random.normal(1, 0.10);
  }

  private static double spline(double[] points, int axis, int i, int last, double t) {
    double before = points[2 * Math.max(i - 1, 0) + axis];
    double from = points[2 * i + axis];
    double to = points[2 * (i + 1) + axis];
    double after = points[2 * Math.min(i + 2, last) + axis];
    double cubic = 3 * (from - to) + after - before;
    double square = 2 * before - 5 * from + 4 * to - after;
    return from + 0.5 * t * (to - before + t * (square + t * cubic));
  }

  private static int segments(double[][] strokes) {
    int spans = 0;
    for (double[] stroke : strokes) {
      spans += stroke.length / 2 - 1;
    }
    return spans * STEPS;
  }
}
