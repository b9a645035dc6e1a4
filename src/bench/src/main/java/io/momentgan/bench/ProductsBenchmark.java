package io.momentgan.bench;

import io.momentgan.device.BlasCore;
import io.momentgan.kernels.loops.MatrixProducts;
import io.momentgan.kernels.loops.MatrixProducts.Factor;
import io.momentgan.kernels.loops.Pieces;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
 * Matrix products of a dense layer of 512 inputs and 784 outputs with batches of 100 by each
 * library: {@code submit/bench jmh ProductsBenchmark}. Layers with megabytes of weights each take
 * turns, since caches are cold in a training, too.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ProductsBenchmark {
  private static final int LAYERS = 20;
  private static final int BATCH = 100;
  private static final int IN = 512;
  private static final int OUT = 784;

  /** Whose products. */
  @Param({"ONE_DNN", "OPEN_BLAS"})
  public MatrixProducts library;

  private FloatPointer[] weights;
  private FloatPointer[] inputs;
  private FloatPointer[] outputs;
  private int turn;

  /** Draws the factors. */
  @Setup
  public void prepare() {
    BlasCore.choose();
    weights = matrices(OUT, IN);
    inputs = matrices(BATCH, IN);
    outputs = matrices(BATCH, OUT);
  }

  private static FloatPointer[] matrices(int rows, int columns) {
    return Stream.generate(() -> Pieces.pointer(Nd4j.rand(DataType.FLOAT, rows, columns)))
        .limit(LAYERS)
        .toArray(FloatPointer[]::new);
  }

  /** From inputs to outputs. */
  @Benchmark
  public FloatPointer forward() {
    int layer = turn++ % LAYERS;
    Factor w = Factor.transposed(weights[layer], IN);
    FloatPointer y = outputs[layer];
    library.multiply(Factor.of(inputs[layer], IN), w, BATCH, OUT, IN, 0, y, OUT);
    return y;
  }

  /** Gradient with respect to the inputs. */
  @Benchmark
  public FloatPointer back() {
    int layer = turn++ % LAYERS;
    Factor w = Factor.of(weights[layer], IN);
    FloatPointer x = inputs[layer];
    library.multiply(Factor.of(outputs[layer], OUT), w, BATCH, IN, OUT, 0, x, IN);
    return x;
  }

  /** Gradient with respect to the weights. */
  @Benchmark
  public FloatPointer gradient() {
    int layer = turn++ % LAYERS;
    Factor errors = Factor.transposed(outputs[layer], OUT);
    FloatPointer w = weights[layer];
    library.multiply(errors, Factor.of(inputs[layer], IN), OUT, IN, BATCH, 0, w, IN);
    return w;
  }
}
