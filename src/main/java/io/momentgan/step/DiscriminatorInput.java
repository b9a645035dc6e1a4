package io.momentgan.step;

import io.momentgan.config.DiscriminatorInputConfig;
import io.momentgan.config.Seeds;
import io.momentgan.kernels.loops.HostArrays;
import java.util.Random;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What is done to images on their way to the discriminator: noise, and past generated images in
 * place of some new ones. Those are remembered for a round only, so that a round that is made again
 * gives the same bits.
 */
final class DiscriminatorInput {
  /** Which images are shown; each draws its own noise. */
  enum Images {
    /** Real ones. */
    REAL(0),
    /** Generated ones, for the discriminator's update. */
    FAKE(1),
    /** Generated ones, for the generator's update. */
    JUDGED(2);

    private final long salt;

    Images(long salt) {
      this.salt = salt;
    }
  }

  private final DiscriminatorInputConfig config;
  private final long runSeed;
  private final int rank;
  private float[][] remembered = new float[0][];
  private int[] labels = new int[0];
  private int count;

  DiscriminatorInput(DiscriminatorInputConfig config, long runSeed, int rank) {
    this.config = config;
    this.runSeed = runSeed;
    this.rank = rank;
  }

  /**
   * Adds the noise of an iteration.
   *
   * @param rows images [n, features], which stay as they are
   * @param images which they are
   * @param iteration number of the iteration in the whole training
   * @param draw number of the update within it
   */
  INDArray noisy(INDArray rows, Images images, long iteration, int draw) {
    double sd = config.noise(iteration);
    if (sd == 0) {
      return rows;
    }
    Random random =
        new Random(Seeds.of(runSeed, Seeds.Use.INPUT_NOISE, iteration, rank, draw, images.salt));
    float[] noise = new float[(int) rows.length()];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) (sd * random.nextGaussian());
    }
    return rows.add(HostArrays.toArray(noise, rows.shape()).castTo(rows.dataType()));
  }

  /**
   * Replaces some generated images by remembered ones with their classes, and remembers those
   * replaced; until there are enough, images are only remembered.
   *
   * @param fake images, which stay as they are
   * @param iteration number of the iteration in the whole training
   * @param draw number of the update within it
   */
  LabelledImages replayed(LabelledImages fake, long iteration, int draw) {
    if (config.replayCapacity() == 0) {
      return fake;
    }
    SplittableRandom random =
        new SplittableRandom(Seeds.of(runSeed, Seeds.Use.REPLAY, iteration, rank, draw));
    if (remembered.length == 0) {
      remembered = new float[config.replayCapacity()][];
      labels = new int[config.replayCapacity()];
    }
    INDArray mixed = fake.rows().dup('c');
    int[] mixedLabels = fake.labels().clone();
    for (int i = 0; i < fake.count(); i++) {
      float[] image = HostArrays.floats(fake.rows().getRow(i));
      int label = mixedLabels.length == 0 ? 0 : mixedLabels[i];
      if (count < remembered.length) {
        labels[count] = label;
        remembered[count++] = image;
      } else if (random.nextDouble() < config.replayShare()) {
        int at = random.nextInt(count);
        mixed.putRow(i, Nd4j.createFromArray(remembered[at]).castTo(mixed.dataType()));
        remembered[at] = image;
        if (mixedLabels.length > 0) {
          mixedLabels[i] = labels[at];
          labels[at] = label;
        }
      }
    }
    return new LabelledImages(mixed, mixedLabels);
  }
}
