package io.momentgan.bench;

import io.momentgan.kernels.loops.BlockedConvolution;
import io.momentgan.kernels.loops.ConvolutionPasses;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.kernels.loops.PatchProducts;
import io.momentgan.kernels.loops.Patches;
import io.momentgan.device.BlasCore;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * DCGAN's convolutions (5x5, every second row and column, batches of 64) by oneDNN's loops and by
 * products of patches: {@code mvn -q -P jmh clean test-compile exec:exec
 * -Djmh.which=ConvolutionsBenchmark}. {@link BlockedConvolution} takes products where these are
 * faster, so its times there are theirs.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
public class ConvolutionsBenchmark {
  private static final int BATCH = 64;

  /** Channels of the images; maps are twice as many, but 64 of 3. */
  @Param({"3", "64", "128", "256"})
  public int channels;

  /** Whether by oneDNN's loops. */
  @Param({"true", "false"})
  public boolean blocked;

  private ConvolutionPasses passes;
  private float[] images;
  private float[] maps;
  private FloatPointer weights;

  /** Draws images, maps and filters. */
  @Setup
  public void prepare() {
    BlasCore.choose();
    int filters = channels == 3 ? 64 : 2 * channels;
    int side = 4096 / filters;
    Patches patches = new Patches(channels, side, side, 5, 2);
    passes =
        blocked ? new BlockedConvolution(patches, filters) : new PatchProducts(patches, filters);
    images = random(BATCH * patches.imageLength());
    maps = random(BATCH * filters * patches.places());
    weights = new FloatPointer(random(filters * patches.depth()));
  }

  private static float[] random(int length) {
    return HostArrays.floats(Nd4j.randn(DataType.FLOAT, length));
  }

  /** From images to maps. */
  @Benchmark
  public float[] toMaps() {
    passes.toMaps(images, BATCH, weights, maps);
    return maps;
  }

  /** From maps to images. */
  @Benchmark
  public float[] toImages() {
    passes.toImages(maps, BATCH, weights, images);
    return images;
  }

  /** The gradient by the weights. */
  @Benchmark
  public FloatPointer gradient() {
    passes.gradient(images, maps, BATCH, weights);
    return weights;
  }
}
