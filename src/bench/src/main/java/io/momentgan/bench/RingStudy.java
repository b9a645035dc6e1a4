package io.momentgan.bench;

import io.momentgan.collective.Collective;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.config.Experiment;
import io.momentgan.config.Seeds;
import io.momentgan.data.ImageShape;
import io.momentgan.engine.ArrayRows;
import io.momentgan.engine.Dl4jPair;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.moments.Clusters;
import io.momentgan.moments.Moments;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.step.Batch;
import io.momentgan.step.GanStep;
import io.momentgan.step.LatentVectors;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A GAN of points in the plane: eight Gaussians on a ring, as in Metz et al., "Unrolled generative
 * adversarial networks", 2017. One worker, no Spark. It shows what penalties on global moments and
 * on those of each mode do to the modes that a generator draws.
 */
final class RingStudy {
  private static final int MODES = 8;
  private static final double RADIUS = 0.8;
  private static final double SD = 0.02;
  private static final int FEATURES = 2;
  private static final int DRAWN = 4000;

  /** A point belongs to a mode within this many standard deviations. */
  private static final double REACH = 3;

  /** A mode counts as drawn from this share of what would be its due. */
  private static final double DUE = 0.1;

  private final Experiment experiment;
  private final SplittableRandom random;

  /**
   * A study.
   *
   * @param experiment the settings; their data are not read
   */
  RingStudy(Experiment experiment) {
    this.experiment = experiment;
    this.random = new SplittableRandom(experiment.train().seed());
  }

  /**
   * What a generator has learned.
   *
   * @param modes how many of the eight modes get at least a tenth of their due of the points
   * @param share of the points that lie within three standard deviations of a mode
   */
  record Result(int modes, double share) {}

  /**
   * Trains a pair of networks and draws from the generator.
   *
   * @param iterations how many
   */
  Result run(int iterations) {
    GanNetworks networks =
        GanNetworks.build(experiment, new ImageShape(FEATURES, 1, 1), DataType.FLOAT);
    try (Collective alone = LocalCollectives.alone()) {
      train(
          new GanStep(
              experiment,
              new Dl4jPair(networks),
              alone,
              realSide(),
              false,
              Optional.empty(),
              new float[0],
              ReplayBuffer.EMPTY),
          iterations);
    }
    long seed = Seeds.of(experiment.train().seed(), Seeds.Use.LATENT, iterations, 1);
    INDArray z =
        HostArrays.toArray(
            LatentVectors.draw(experiment.latent(), DRAWN, seed),
            DRAWN,
            experiment.latent().size());
    return judge(HostArrays.floats(networks.generator().sample(z)));
  }

  private void train(GanStep step, int iterations) {
    int batch = experiment.train().batchSize();
    for (int i = 0; i < iterations && !step.hasStopped(); i++) {
      step.iterate(
          new Batch(new ArrayRows(HostArrays.toArray(points(batch), batch, FEATURES)), new int[0]),
          i);
    }
  }

  private RealSide realSide() {
    return new RealSide(
        experiment.moments().perClass() ? Clusters.around(modes()) : Clusters.ONE, List.of());
  }

  /** Points of modes that are drawn evenly. */
  private float[] points(int count) {
    float[] points = new float[count * FEATURES];
    for (int i = 0; i < count; i++) {
      double angle = angle(random.nextInt(MODES));
      points[FEATURES * i] = (float) (RADIUS * Math.cos(angle) + SD * random.nextGaussian());
      points[FEATURES * i + 1] = (float) (RADIUS * Math.sin(angle) + SD * random.nextGaussian());
    }
    return points;
  }

  private static double angle(int mode) {
    return 2 * Math.PI * mode / MODES;
  }

  /** The modes' true moments, of as many points as a data set might have. */
  private static List<Moments> modes() {
    return IntStream.range(0, MODES)
        .mapToObj(
            mode ->
                new Moments(
                    DRAWN,
                    new double[] {RADIUS * Math.cos(angle(mode)), RADIUS * Math.sin(angle(mode))},
                    new double[] {DRAWN * SD * SD, DRAWN * SD * SD}))
        .toList();
  }

  /** What there is to say of drawn points. */
  static Result judge(float[] points) {
    int[] near = new int[MODES];
    int count = points.length / FEATURES;
    for (int i = 0; i < count; i++) {
      for (int mode = 0; mode < MODES; mode++) {
        double x = points[FEATURES * i] - RADIUS * Math.cos(angle(mode));
        double y = points[FEATURES * i + 1] - RADIUS * Math.sin(angle(mode));
        near[mode] += Math.hypot(x, y) <= REACH * SD ? 1 : 0;
      }
    }
    double due = DUE * count / MODES;
    return new Result(
        (int) IntStream.of(near).filter(n -> n >= due).count(),
        IntStream.of(near).sum() / (double) count);
  }
}
