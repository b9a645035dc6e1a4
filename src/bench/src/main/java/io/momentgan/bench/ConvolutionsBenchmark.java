package io.momentgan.bench;

import io.momentgan.device.BlasCore;
import io.momentgan.kernels.loops.BlockedConvolution;
import io.momentgan.kernels.loops.ConvolutionPasses;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.kernels.loops.PatchProducts;
import io.momentgan.kernels.loops.Patches;
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
 * products of patches: {@code submit/bench jmh ConvolutionsBenchmark}. Where products are faster,
 * {@link BlockedConvolution} takes these, so both times are of products there.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
public class ConvolutionsBenchmark {
  private static final int BATCH = 64;
  private static final int KERNEL = 5;
  private static final int STRIDE = 2;

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
    Patches patches = new Patches(channels, side, side, KERNEL, STRIDE);
    passes =
        blocked ? new BlockedConvolution(patches, filters) : new PatchProducts(patches, filters);
    images = random(BATCH * channels * side * side);
    maps = random(BATCH * filters * (side / STRIDE) * (side / STRIDE));
    weights = new FloatPointer(random(filters * channels * KERNEL * KERNEL));
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

  /** Gradient with respect to the weights. */
  @Benchmark
  public FloatPointer gradient() {
    passes.gradient(images, maps, BATCH, weights);
    return weights;
  }
}
