package io.momentgan.kernels.loops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;

/** Compares both implementations with the definition of a convolution in double. */
class ConvolutionPassesTest {
  @Property(tries = 150)
  void passesAreTheSumsOfTheirDefinition(
      @ForAll @IntRange(min = 1, max = 20) int channels,
      @ForAll @IntRange(min = 1, max = 19) int height,
      @ForAll @IntRange(min = 1, max = 19) int width,
      @ForAll @IntRange(min = 1, max = 5) int kernel,
      @ForAll @IntRange(min = 1, max = 3) int stride,
      @ForAll @IntRange(min = 1, max = 35) int maps,
      @ForAll @IntRange(min = 1, max = 5) int count) {
    Patches patches = new Patches(channels, height, width, kernel, stride);
    for (ConvolutionPasses passes : both(patches, maps)) {
      Expected expected = new Expected(patches, maps, count, 7);
      expected.assertGivenBy(passes);
      new Expected(patches, maps, count + 1, 8).assertGivenBy(passes);
      new Expected(patches, maps, count + 2, 9).assertGivenBy(passes);
      expected.assertGivenBy(passes);
    }
  }

  // oneDNN's own scratchpad belongs to the thread that made a loop.
  @Test
  void anotherThreadMayGoOn() throws Exception {
    Patches patches = new Patches(32, 16, 16, 5, 2);
    BlockedConvolution passes = new BlockedConvolution(patches, 48);
    Expected expected = new Expected(patches, 48, 3, 5);
    expected.assertGivenBy(passes);
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      Future<?> result = other.submit(() -> expected.assertGivenBy(passes));
      result.get();
    } finally {
      other.shutdown();
    }
  }

  @Test
  void eachConvolutionGetsWhatIsFasterForIt() {
    Patches patches = new Patches(3, 8, 8, 5, 2);
    ConvolutionPasses many = ConvolutionPasses.of(null, patches, 16);
    assertThat(many).isInstanceOf(BlockedConvolution.class);
    assertThat(ConvolutionPasses.of(many, patches, 16)).isSameAs(many);
    assertThat(ConvolutionPasses.of(many, patches, 3)).isInstanceOf(PatchProducts.class);
  }

  private static List<ConvolutionPasses> both(Patches patches, int maps) {
    return List.of(new PatchProducts(patches, maps), new BlockedConvolution(patches, maps));
  }

  /** Images, maps, and sums over all places of the filters. */
  private static final class Expected {
    private final int count;
    private final float[] images;
    private final float[] maps;
    private final float[] weights;
    private final double[] toImages;
    private final double[] toMaps;
    private final double[] gradient;

    Expected(Patches patches, int maps, int count, long seed) {
      this.count = count;
      SplittableRandom random = new SplittableRandom(seed);
      this.images = random(count * patches.imageLength(), random);
      this.maps = random(count * maps * patches.places(), random);
      this.weights = random(maps * patches.depth(), random);
      this.toImages = new double[images.length];
      this.toMaps = new double[this.maps.length];
      this.gradient = new double[weights.length];
      for (int i = 0; i < count; i++) {
        for (int m = 0; m < maps; m++) {
          for (int c = 0; c < patches.channels(); c++) {
            add(patches, maps, i, m, c);
          }
        }
      }
    }

    private void add(Patches patches, int all, int i, int m, int c) {
      for (int place = 0; place < patches.places(); place++) {
        int top = place / patches.mapWidth() * patches.stride() - patches.top();
        int left = place % patches.mapWidth() * patches.stride() - patches.left();
        int map = (i * all + m) * patches.places() + place;
        for (int cell = 0; cell < patches.cells(); cell++) {
          int y = top + cell / patches.kernel();
          int x = left + cell % patches.kernel();
          if (y >= 0 && y < patches.height() && x >= 0 && x < patches.width()) {
            int weight = m * patches.depth() + c * patches.cells() + cell;
            int pixel =
                i * patches.imageLength() + (c * patches.height() + y) * patches.width() + x;
            toMaps[map] += (double) images[pixel] * weights[weight];
            toImages[pixel] += (double) maps[map] * weights[weight];
            gradient[weight] += (double) maps[map] * images[pixel];
          }
        }
      }
    }

    void assertGivenBy(ConvolutionPasses passes) {
      FloatPointer filters = new FloatPointer(weights);
      float[] result = new float[maps.length + 3]; // arrays may be longer
      passes.toMaps(images, count, filters, result);
      assertClose(result, toMaps);
      result = new float[images.length + 3];
      passes.toImages(maps, count, filters, result);
      assertClose(result, toImages);
      FloatPointer ofWeights = new FloatPointer(weights.length);
      passes.gradient(images, maps, count, ofWeights);
      result = new float[weights.length];
      ofWeights.get(result);
      assertClose(result, gradient);
    }

    private static void assertClose(float[] found, double[] expected) {
      for (int at = 0; at < expected.length; at++) {
        double tolerance = 1e-5 * (10 + Math.abs(expected[at]));
        if (!(Math.abs(found[at] - expected[at]) <= tolerance)) {
          throw new AssertionError(
              "value %d: found %s, expected %s".formatted(at, found[at], expected[at]));
        }
      }
    }

    private static float[] random(int length, SplittableRandom random) {
      float[] values = new float[length];
      for (int at = 0; at < length; at++) {
        values[at] = (float) (2 * random.nextDouble() - 1);
      }
      return values;
    }
  }
}
