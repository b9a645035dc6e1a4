package io.momentgan.step;

import io.momentgan.config.DiscriminatorInputConfig;
import io.momentgan.config.Seeds;
import io.momentgan.engine.Rows;
import io.momentgan.network.state.ReplayBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Changes images on their way to the discriminator: adds noise, and replays past generated images
 * in place of some new ones.
 *
 * <p>The buffer of past images belongs to the snapshot: a round begins with a copy of its rows and
 * ends with the buffer of the next one, so that a round stays a pure function of its snapshot.
 */
final class DiscriminatorInput {
  /** The images that the discriminator is shown; each kind draws its own noise. */
  enum Shown {
    /** Real images. */
    REAL(0),
    /** Generated images, for the discriminator's update. */
    FAKE(1),
    /** Generated images, for the generator's update. */
    JUDGED(2),
    /** Real images with labels, for a classifier. */
    LABELLED(3),
    /** Real images whose features the generated ones' are compared with. */
    COMPARED(4);

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
  private ReplayBuffer buffer;

  DiscriminatorInput(DiscriminatorInputConfig config, long runSeed, int rank, ReplayBuffer buffer) {
    this.config = config;
    this.runSeed = runSeed;
    this.rank = rank;
    this.buffer = buffer;
  }

  /** Returns images [n, features] plus the noise of an iteration, or the images if it has none. */
  Rows noisy(Rows rows, Shown side, long iteration, int draw) {
    double sd = config.noise(iteration);
    if (sd == 0) {
      return rows;
    }
    Random random =
        new Random(Seeds.of(runSeed, Seeds.Use.INPUT_NOISE, iteration, rank, draw, side.salt));
    float[] noise = new float[rows.count() * rows.features()];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) (sd * random.nextGaussian());
    }
    return rows.plus(noise);
  }

  /**
   * Replaces each generated image with the probability {@code replay-share} by one of the buffer,
   * chosen uniformly among those that earlier batches left there, with its class. The new image
   * takes its place in the buffer. While the buffer is not full, it takes up all other images, too.
   * So from the second batch on a batch's share of replayed images is what is asked for.
   *
   * <p>Source: section 2.3 of Shrivastava et al. 2017, which samples half of a batch from the
   * buffer and overwrites as many of its images.
   *
   * @return a batch of as many images; the given one is not changed
   */
  Batch replayed(Batch fake, long iteration, int draw) {
    if (config.replayCapacity() == 0) {
      return fake;
    }
    SplittableRandom random =
        new SplittableRandom(Seeds.of(runSeed, Seeds.Use.REPLAY, iteration, rank, draw));
    ReplayBuffer before = buffer;
    Growing after = new Growing(before, config.replayCapacity(), fake.count());
    float[][] images = new float[fake.count()][];
    float[] values = fake.images().floats();
    Arrays.setAll(images, i -> row(values, i, fake.images().features()));
    List<Integer> replaced = new ArrayList<>();
    List<float[]> shown = new ArrayList<>();
    int[] mixedClasses = fake.classes().clone();
    for (int i = 0; i < fake.count(); i++) {
      if (before.count() > 0 && random.nextDouble() < config.replayShare()) {
        int at = random.nextInt(before.count());
        replaced.add(i);
        shown.add(before.images()[at]);
        if (mixedClasses.length > 0) {
          mixedClasses[i] = before.classes()[at];
        }
        after.put(at, images[i], classOf(fake, i));
      } else if (after.hasRoom()) {
        after.add(images[i], classOf(fake, i));
      }
    }
    buffer = after.done();
    int[] at = replaced.stream().mapToInt(Integer::intValue).toArray();
    Rows mixed = fake.images().replaced(at, shown.toArray(float[][]::new));
    return new Batch(mixed, mixedClasses);
  }

  private static float[] row(float[] values, int i, int features) {
    return Arrays.copyOfRange(values, i * features, (i + 1) * features);
  }

  private static int classOf(Batch batch, int i) {
    return batch.classes().length == 0 ? 0 : batch.classes()[i];
  }

  /** The buffer as the batches so far have left it. */
  ReplayBuffer buffer() {
    return buffer;
  }

  /** A copy of a buffer that takes up images; rows that stay are shared with it. */
  private static final class Growing {
    private final float[][] images;
    private final int[] classes;
    private int count;

    Growing(ReplayBuffer before, int capacity, int more) {
      int most = Math.min(capacity, before.count() + more);
      this.images = Arrays.copyOf(before.images(), most);
      this.classes = Arrays.copyOf(before.classes(), most);
      this.count = before.count();
    }

    boolean hasRoom() {
      return count < images.length;
    }

    void add(float[] image, int ofClass) {
      put(count++, image, ofClass);
    }

    void put(int at, float[] image, int ofClass) {
      images[at] = image;
      classes[at] = ofClass;
    }

    ReplayBuffer done() {
      return new ReplayBuffer(Arrays.copyOf(images, count), Arrays.copyOf(classes, count));
    }
  }
}
