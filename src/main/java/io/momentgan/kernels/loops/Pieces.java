package io.momentgan.kernels.loops;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Element-wise work on ND4J's memory in pieces that fit the first-level cache. Each piece is copied
 * to the heap, where the JIT compiler vectorises the loops, and back.
 */
public final class Pieces {
  public static final int LENGTH = 2048;

  private Pieces() {}

  /** A loop over a piece. */
  @FunctionalInterface
  public interface Loop {
    /** Overwrites the first {@code length} values. */
    void run(float[] values, int length);
  }

  /** A loop over pieces of two arrays. */
  @FunctionalInterface
  public interface PairLoop {
    /** Overwrites the first {@code length} values by a function of both arrays. */
    void run(float[] values, float[] others, int length);
  }

  /** Returns whether all are float arrays on a CPU, each one block, in the same order. */
  public static boolean fit(INDArray first, INDArray... others) {
    boolean fit = Nd4j.getEnvironment().isCPU() && isBlock(first);
    for (INDArray other : others) {
      fit &= isBlock(other) && Arrays.equals(other.stride(), first.stride());
    }
    return fit;
  }

  private static boolean isBlock(INDArray array) {
    return array.dataType() == DataType.FLOAT
        && array.rank() <= 4
        && array.elementWiseStride() == 1;
  }

  /** Runs a loop over all values of an array. */
  public static void replace(INDArray array, Loop loop) {
    write(array, array, loop);
  }

  /**
   * Runs a loop over all values of an array, in order; writes the results to another of its size.
   */
  public static void write(INDArray array, INDArray results, Loop loop) {
    float[] values = new float[LENGTH];
    FloatPointer source = pointer(array);
    FloatPointer target = pointer(results);
    for (long from = 0; from < array.length(); from += LENGTH) {
      int length = (int) Math.min(LENGTH, array.length() - from);
      source.position(from).get(values, 0, length);
      loop.run(values, length);
      target.position(from).put(values, 0, length);
    }
  }

  /** Runs a loop over all values of two arrays; overwrites the first. */
  public static void replace(INDArray array, INDArray other, PairLoop loop) {
    float[] values = new float[LENGTH];
    float[] others = new float[LENGTH];
    FloatPointer pointer = pointer(array);
    FloatPointer otherPointer = pointer(other);
    for (long from = 0; from < array.length(); from += LENGTH) {
      int length = (int) Math.min(LENGTH, array.length() - from);
      pointer.position(from).get(values, 0, length);
      otherPointer.position(from).get(others, 0, length);
      loop.run(values, others, length);
      pointer.position(from).put(values, 0, length);
    }
  }

  /** Points to a block and keeps its memory. */
  public static FloatPointer pointer(INDArray block) {
    return new BlockPointer(block);
  }

  // ND4J frees the memory of unreachable arrays, even if a pointer to it is left.
  private static final class BlockPointer extends FloatPointer {
    @SuppressWarnings({"unused", "PMD.UnusedPrivateField"}) // holds it
    private final INDArray block;

    BlockPointer(INDArray block) {
      super(block.data().addressPointer());
      this.block = block;
    }

    @Override
    public int sizeof() {
      return Float.BYTES;
    }
  }
}
