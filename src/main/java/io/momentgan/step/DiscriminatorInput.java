package io.momentgan.step;

import io.momentgan.config.DiscriminatorInputConfig;
import io.momentgan.config.Seeds;
import io.momentgan.kernels.loops.HostArrays;
import java.util.Random;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Changes images on their way to the discriminator: adds noise, and replays past generated images
 * in place of some new ones. Past images are kept for one round only, so that a retried round gives
 * the same bits.
 */
final class DiscriminatorInput {
  /** The images that the discriminator is shown; each kind draws its own noise. */
  enum Shown {
    /** Real images. */
    REAL(0),
    /** Generated images, for the discriminator's update. */
    FAKE(1),
    /** Generated images, for the generator's update. */
    JUDGED(2);

    private final long salt;

    Shown(long salt) {
      this.salt = salt;
    }

    long salt() {
      return salt;
    }
  }

  private final DiscriminatorInputConfig config;
  private final long runSeed;
  private final int rank;
  private float[][] remembered = new float[0][];
  private int[] classes = new int[0];
  private int count;

  DiscriminatorInput(DiscriminatorInputConfig config, long runSeed, int rank) {
    this.config = config;
    this.runSeed = runSeed;
    this.rank = rank;
  }

  /** Returns images [n, features] plus the noise of an iteration, or the images if it has none. */
  INDArray noisy(INDArray rows, Shown side, long iteration, int draw) {
    double sd = config.noise(iteration);
    if (sd == 0) {
      return rows;
    }
    Random random =
        new Random(Seeds.of(runSeed, Seeds.Use.INPUT_NOISE, iteration, rank, draw, side.salt));
    float[] noise = new float[(int) rows.length()];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) (sd * random.nextGaussian());
    }
    return rows.add(HostArrays.toArray(noise, rows.shape()).castTo(rows.dataType()));
  }

  /**
   * In a copy, replaces some generated images by remembered ones with their classes, and remembers
   * the replaced ones; until the memory is full, images are only remembered.
   */
  Batch replayed(Batch fake, long iteration, int draw) {
    if (config.replayCapacity() == 0) {
      return fake;
    }
    SplittableRandom random =
        new SplittableRandom(Seeds.of(runSeed, Seeds.Use.REPLAY, iteration, rank, draw));
    if (remembered.length == 0) {
      remembered = new float[config.replayCapacity()][];
      classes = new int[config.replayCapacity()];
    }
    INDArray mixed = fake.images().dup('c');
    int[] mixedClasses = fake.classes().clone();
    for (int i = 0; i < fake.count(); i++) {
      float[] image = HostArrays.floats(fake.images().getRow(i));
      int own = mixedClasses.length == 0 ? 0 : mixedClasses[i];
      if (count < remembered.length) {
        classes[count] = own;
        remembered[count++] = image;
      } else if (random.nextDouble() < config.replayShare()) {
        int at = random.nextInt(count);
        mixed.putRow(i, Nd4j.createFromArray(remembered[at]).castTo(mixed.dataType()));
        remembered[at] = image;
        if (mixedClasses.length > 0) {
          mixedClasses[i] = classes[at];
          classes[at] = own;
        }
      }
    }
    return new Batch(mixed, mixedClasses);
  }
}
